//! The environment variables that a client is set up from.

use std::slice::from_ref;

use reqwest::Url;

use super::credentials::{Credentials, check_text};
use super::{ClientBuilder, Environment};
use crate::error::{Error, Result};

/// The names of one setting, the one to recommend first.
type Names = &'static [&'static str];

/// A value, and the variable that it comes from.
type Found = (&'static str, String);

const CLIENT_ID: Names = &[
    "TIMEBACK_CLIENT_ID",
    "TIMEBACK_SSO_CLIENT_ID",
    "QTI_CLIENT_ID",
];
/// In the order of [`CLIENT_ID`], each the other half of a pair.
const CLIENT_SECRET: Names = &[
    "TIMEBACK_CLIENT_SECRET",
    "TIMEBACK_SSO_CLIENT_SECRET",
    "QTI_CLIENT_SECRET",
];
const TOKEN_URL: Names = &[
    "TIMEBACK_TOKEN_URL",
    "TIMEBACK_AUTH_URL",
    IDP_URL,
    "QTI_TOKEN_URL",
];
/// The address of the identity provider, which need not name its token endpoint.
const IDP_URL: &str = "TIMEBACK_IDP_URL";
const BASE_URL: Names = &[
    "TIMEBACK_QTI_API_BASE_URL",
    "TIMEBACK_QTI_BASE",
    "QTI_BASE_URL",
    "QTI_API_URL",
];
/// Names the profile that the variables go before.
const PROFILE: &str = "TIMEBACK_PROFILE";
const ENVIRONMENT: Names = &["TIMEBACK_ENVIRONMENT"];

impl ClientBuilder {
    /// A builder filled from environment variables; a variable that is empty counts as not set.
    ///
    /// | setting | variables, the first that is set |
    /// | --- | --- |
    /// | client id (required) | `TIMEBACK_CLIENT_ID`, `TIMEBACK_SSO_CLIENT_ID`, `QTI_CLIENT_ID` |
    /// | client secret (required) | `TIMEBACK_CLIENT_SECRET`, `TIMEBACK_SSO_CLIENT_SECRET`, `QTI_CLIENT_SECRET` |
    /// | token URL | `TIMEBACK_TOKEN_URL`, `TIMEBACK_AUTH_URL`, `TIMEBACK_IDP_URL`, `QTI_TOKEN_URL` |
    /// | base URL | `TIMEBACK_QTI_API_BASE_URL`, `TIMEBACK_QTI_BASE`, `QTI_BASE_URL`, `QTI_API_URL` |
    /// | environment | `TIMEBACK_ENVIRONMENT`: `production` (if unset) or `staging` |
    /// | profile | `TIMEBACK_PROFILE`: what the others are not set for comes from this profile (feature `profiles`) |
    ///
    /// An id and a secret of the same prefix go before a mixed pair. `TIMEBACK_IDP_URL` may be the identity provider's
    /// host alone: it stands for `/oauth2/token` there.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the variable, if one cannot be right; if one is missing, naming all
    /// that were looked for.
    pub fn from_env() -> Result<Self> {
        Self::from_vars(variable)
    }

    fn from_vars(var: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        match var(PROFILE)?.filter(|name| !name.is_empty()) {
            Some(name) => named(&name)?.over_vars(var),
            None => Self::default().over_vars(var),
        }
    }

    /// The builder with what the environment variables that [`from_env`](Self::from_env) lists say in the place of what it
    /// has. `TIMEBACK_PROFILE` is not looked at: the builder stands in the place of a profile.
    ///
    /// ```no_run
    /// use timeback_qti::{Client, Environment};
    ///
    /// // Staging, unless the environment names another service.
    /// let client = Client::builder().environment(Environment::Staging).over_env()?.build()?;
    /// # Ok::<(), timeback_qti::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env); credentials that the builder has need not be in the environment.
    pub fn over_env(self) -> Result<Self> {
        self.over_vars(variable)
    }

    fn over_vars(mut self, var: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let find = |names: Names| -> Result<Option<Found>> {
            for name in names {
                if let Some(value) = var(name)?.filter(|value| !value.is_empty()) {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let mut pair = (None, None);
        for (id, secret) in CLIENT_ID.iter().zip(CLIENT_SECRET) {
            if let (None, (Some(id), Some(secret))) =
                (&pair.0, (find(from_ref(id))?, find(from_ref(secret))?))
            {
                pair = (Some(id), Some(secret));
            }
        }
        if pair.0.is_none() {
            pair = (find(CLIENT_ID)?, find(CLIENT_SECRET)?);
        }
        self.take_credentials(pair)?;
        if let Some((name, value)) = find(ENVIRONMENT)? {
            let environment = value.parse::<Environment>();
            let environment = environment.map_err(|error| error.with_context(name))?;
            if environment != std::mem::replace(&mut self.environment, environment) {
                // They were those of the other environment.
                (self.base_url, self.token_url) = (None, None);
            }
        }
        self.base_url = find(BASE_URL)?.or(self.base_url);
        let token_url = find(TOKEN_URL)?.map(|(name, url)| match name {
            IDP_URL => (name, token_endpoint(url)),
            _ => (name, url),
        });
        self.token_url = token_url.or(self.token_url);
        Ok(self)
    }

    /// Takes an id and a secret; one alone goes with the other that the builder has.
    fn take_credentials(&mut self, (id, secret): (Option<Found>, Option<Found>)) -> Result<()> {
        for (name, value) in [&id, &secret].into_iter().flatten() {
            check_text(name, value)?;
        }
        let missing = |names: Names| {
            Error::config(format!(
                "none of the environment variables {} is set",
                names.join(", ")
            ))
        };
        match (id, secret) {
            (Some((id_name, id)), Some((secret_name, secret))) => {
                self.tokens = None;
                self.credentials = Some(Credentials {
                    id,
                    secret: secret.into(),
                    names: (id_name, secret_name),
                });
            }
            (id, secret) => match &mut self.credentials {
                Some(credentials) => {
                    if let Some((name, id)) = id {
                        (credentials.names.0, credentials.id) = (name, id);
                    }
                    if let Some((name, secret)) = secret {
                        (credentials.names.1, credentials.secret) = (name, secret.into());
                    }
                }
                None if self.tokens.is_some() => {}
                None if id.is_none() => return Err(missing(CLIENT_ID)),
                None => return Err(missing(CLIENT_SECRET)),
            },
        }
        Ok(())
    }
}

fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config(format!("{name} is not valid Unicode")))
        }
    }
}

#[cfg(feature = "profiles")]
fn named(profile: &str) -> Result<ClientBuilder> {
    super::Profiles::load()?.builder(profile)
}

/// Without them, the profile's name would choose nothing, and the calls go to production.
#[cfg(not(feature = "profiles"))]
fn named(_: &str) -> Result<ClientBuilder> {
    Err(Error::config(format!(
        "{PROFILE} is set, but this program was built without the feature profiles"
    )))
}

/// The identity provider's token endpoint, where its URL names none.
fn token_endpoint(url: String) -> String {
    match Url::parse(url.trim()) {
        Ok(parsed) if parsed.path() == "/" && parsed.query().is_none() => {
            format!("{}/oauth2/token", url.trim().trim_end_matches('/'))
        }
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn from(vars: &[(&str, &str)]) -> Result<ClientBuilder> {
        ClientBuilder::from_vars(|name| {
            Ok(vars
                .iter()
                .find(|(set, _)| *set == name)
                .map(|(_, value)| (*value).to_owned()))
        })
    }

    #[test]
    fn an_error_of_a_missing_variable_names_all_that_were_looked_for() {
        let no_secret = from(&[("TIMEBACK_CLIENT_ID", "id")]).unwrap_err();
        let nothing = from(&[]).unwrap_err();
        for (error, names) in [(no_secret, CLIENT_SECRET), (nothing, CLIENT_ID)] {
            assert_eq!(error.kind(), ErrorKind::Config);
            for name in names {
                assert!(error.to_string().contains(name), "{error}");
            }
        }
    }

    #[test]
    fn every_name_that_people_set_is_read() {
        for (id, secret) in CLIENT_ID.iter().zip(CLIENT_SECRET) {
            for (token_url, base_url) in TOKEN_URL.iter().zip(BASE_URL) {
                let builder = from(&[
                    (id, "the-id"),
                    (secret, "the-secret"),
                    (token_url, "https://auth.example/token"),
                    (base_url, "https://qti.example/api"),
                ])
                .unwrap();
                assert_eq!(builder.credentials.as_ref().unwrap().id, "the-id");
                assert_eq!(builder.token_url.as_ref().unwrap().0, *token_url);
                assert_eq!(builder.base_url.as_ref().unwrap().0, *base_url);
                builder.build().unwrap();
            }
        }
    }

    #[test]
    fn an_id_and_a_secret_of_one_prefix_go_before_a_mixed_pair() {
        let builder = from(&[
            ("TIMEBACK_CLIENT_ID", "of another product"),
            ("QTI_CLIENT_ID", "qti"),
            ("QTI_CLIENT_SECRET", "s"),
        ])
        .unwrap();
        assert_eq!(builder.credentials.unwrap().id, "qti");
    }

    #[test]
    fn the_identity_providers_host_stands_for_its_token_endpoint() {
        for (set, used) in [
            ("https://idp.example", "https://idp.example/oauth2/token"),
            ("https://idp.example/", "https://idp.example/oauth2/token"),
            (
                "https://idp.example/auth/1.0/token",
                "https://idp.example/auth/1.0/token",
            ),
        ] {
            let builder = from(&[
                ("TIMEBACK_CLIENT_ID", "id"),
                ("TIMEBACK_CLIENT_SECRET", "s"),
                (IDP_URL, set),
            ]);
            assert_eq!(builder.unwrap().token_url.unwrap().1, used);
        }
    }

    #[test]
    fn a_secret_with_white_space_is_refused_and_not_shown() {
        for secret in [" hunter2", "hunter2\n", "hunter2\r\n", "hunter2\t"] {
            let error =
                from(&[("QTI_CLIENT_ID", "id"), ("QTI_CLIENT_SECRET", secret)]).unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains("QTI_CLIENT_SECRET begins or ends with white space"),
                "{error}"
            );
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn the_first_name_of_a_setting_wins_and_an_empty_one_counts_as_unset() {
        let builder = from(&[
            ("TIMEBACK_CLIENT_ID", ""),
            ("QTI_CLIENT_ID", "qti"),
            ("TIMEBACK_CLIENT_SECRET", "s"),
            ("TIMEBACK_ENVIRONMENT", "Staging"),
            ("TIMEBACK_AUTH_URL", "https://auth.example/oauth2/token"),
            ("QTI_TOKEN_URL", "https://unused.example/token"),
        ])
        .unwrap();
        assert_eq!(builder.credentials.as_ref().unwrap().id, "qti");
        assert_eq!(builder.environment, Environment::Staging);
        assert_eq!(
            builder.token_url,
            Some((
                "TIMEBACK_AUTH_URL",
                "https://auth.example/oauth2/token".to_owned()
            ))
        );
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let credentials = [
            ("TIMEBACK_CLIENT_ID", "id"),
            ("TIMEBACK_CLIENT_SECRET", "s"),
        ];
        for (name, value) in [
            ("TIMEBACK_ENVIRONMENT", "prd"),
            ("QTI_BASE_URL", "qti"),
            ("QTI_TOKEN_URL", "://"),
            ("QTI_BASE_URL", "http://host/api"),
        ] {
            let builder = from(&[credentials[0], credentials[1], (name, value)]);
            let error = builder.and_then(ClientBuilder::build).unwrap_err();
            assert!(
                error.kind() == ErrorKind::Config && error.to_string().contains(name),
                "{error}"
            );
        }
    }

    #[test]
    fn a_builder_never_shows_its_secret() {
        let builder = from(&[
            ("TIMEBACK_CLIENT_ID", "id"),
            ("TIMEBACK_CLIENT_SECRET", "hunter2"),
        ])
        .unwrap();
        assert!(!format!("{builder:?}").contains("hunter2"));
    }

    #[test]
    fn variables_go_before_what_the_builder_has_and_one_half_of_a_pair_goes_with_the_other() {
        let base = || {
            ClientBuilder::default()
                .base_url("https://base.example/api")
                .token_url("https://token.example/oauth2/token")
                .credentials("id", "secret")
        };
        let over = |vars: &[(&str, &str)]| {
            let vars: Vec<(String, String)> = vars
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let var = |name: &str| {
                let set = vars.iter().find(|(set, _)| set == name);
                Ok(set.map(|(_, value)| value.clone()))
            };
            base().over_vars(var).unwrap()
        };
        let of = |builder: &ClientBuilder| {
            let credentials = builder.credentials.as_ref().unwrap();
            let secret = secrecy::ExposeSecret::expose_secret(&credentials.secret);
            (credentials.id.clone(), secret.to_owned())
        };
        let pair = |id: &str, secret: &str| (id.to_owned(), secret.to_owned());
        assert_eq!(of(&over(&[])), pair("id", "secret"));
        let id_alone = over(&[("QTI_CLIENT_ID", "other")]);
        assert_eq!(of(&id_alone), pair("other", "secret"));
        let secret_alone = over(&[("TIMEBACK_CLIENT_SECRET", "new")]);
        assert_eq!(of(&secret_alone), pair("id", "new"));
        // An environment of another name is not spoken to at these addresses.
        let same = over(&[("TIMEBACK_ENVIRONMENT", "production")]);
        assert_eq!(same.base_url.unwrap().1, "https://base.example/api");
        let other = over(&[("TIMEBACK_ENVIRONMENT", "staging")]);
        assert!(other.base_url.is_none() && other.token_url.is_none());
    }

    #[cfg(not(feature = "profiles"))]
    #[test]
    fn a_profile_that_cannot_be_read_is_not_passed_over() {
        let error = from(&[("TIMEBACK_PROFILE", "staging")]).unwrap_err();
        assert!(error.to_string().contains("feature profiles"), "{error}");
    }
}
