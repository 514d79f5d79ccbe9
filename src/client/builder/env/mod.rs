//! The environment variables that a client is set up from.

pub(super) mod variable;

use std::slice::from_ref;

use reqwest::Url;

use self::variable::{
    BASE_URL, CLIENT_ID, CLIENT_SECRET, ENVIRONMENT, Found, IDP_URL, Names, PROFILE, TOKEN_URL,
    find, variable,
};
use super::credentials::{Credentials, check_text};
use super::{ClientBuilder, Environment};
use crate::error::{Error, Result};

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

    /// The builder with what the environment variables that [`from_env`](Self::from_env) lists say in the place of what
    /// it has. `TIMEBACK_PROFILE` is not looked at: the builder stands in the place of a profile.
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

    /// The same for the environment and the URLs alone: who asks stays as it is, and no credentials are needed. It is for
    /// programs that want to know [where a service is](Self::urls), and ask it nothing.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the variable, if one cannot be right.
    pub fn urls_over_env(self) -> Result<Self> {
        self.urls_over_vars(variable)
    }

    fn over_vars(mut self, var: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let find = |names: Names| find(&var, names);
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
        self.urls_over_vars(&var)
    }

    fn urls_over_vars(mut self, var: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let find = |names: Names| find(&var, names);
        if let Some((name, value)) = find(ENVIRONMENT)? {
            let environment = value.parse::<Environment>();
            let environment = environment.map_err(|error| error.with_context(name))?;
            if environment != std::mem::replace(&mut self.environment, environment) {
                // Those addresses belong to the other environment.
                (self.base_url, self.token_url) = (None, None);
                self.forget_sign_in_addresses();
            }
        }
        self.base_url = find(BASE_URL)?.or(self.base_url);
        let token_url = find(TOKEN_URL)?.map(|(name, url)| match name {
            IDP_URL => (name, token_endpoint(url)),
            _ => (name, url),
        });
        if token_url.is_some() {
            // A code must go to the issuer that gave it.
            self.forget_sign_in_addresses();
        }
        self.token_url = token_url.or(self.token_url);
        Ok(self)
    }

    /// Takes an id and a secret; one alone goes with the other that the builder has.
    fn take_credentials(&mut self, (id, secret): (Option<Found>, Option<Found>)) -> Result<()> {
        for (name, value) in [&id, &secret].into_iter().flatten() {
            check_text(name, value)?;
        }
        fn value(found: &Option<Found>) -> Option<&str> {
            found.as_ref().map(|(_, value)| value.as_str())
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
            (id, secret)
                if self.credentials.is_none() && self.sign_in_to(value(&id), value(&secret)) => {}
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

#[cfg(feature = "profiles")]
fn named(profile: &str) -> Result<ClientBuilder> {
    super::Profiles::load()?.builder(profile)
}

/// Refuses the name of a profile: ignored, it would let calls go to production.
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
mod tests;
