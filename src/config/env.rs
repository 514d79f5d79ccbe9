//! The environment variables that a client is set up from.

use super::{ClientBuilder, Credentials, Environment};
use crate::error::{Error, Result};

/// The names of one setting, the one to recommend first.
type Names = &'static [&'static str];

const CLIENT_ID: Names = &["TIMEBACK_CLIENT_ID", "QTI_CLIENT_ID"];
const CLIENT_SECRET: Names = &["TIMEBACK_CLIENT_SECRET", "QTI_CLIENT_SECRET"];
const TOKEN_URL: Names = &["TIMEBACK_TOKEN_URL", "TIMEBACK_AUTH_URL", "QTI_TOKEN_URL"];
const BASE_URL: Names = &["TIMEBACK_QTI_API_BASE_URL", "QTI_BASE_URL"];
const ENVIRONMENT: Names = &["TIMEBACK_ENVIRONMENT"];

impl ClientBuilder {
    /// A builder filled from environment variables; a variable that is empty counts as not set.
    ///
    /// | setting | variables, the first that is set |
    /// | --- | --- |
    /// | client id (required) | `TIMEBACK_CLIENT_ID`, `QTI_CLIENT_ID` |
    /// | client secret (required) | `TIMEBACK_CLIENT_SECRET`, `QTI_CLIENT_SECRET` |
    /// | token URL | `TIMEBACK_TOKEN_URL`, `TIMEBACK_AUTH_URL`, `QTI_TOKEN_URL` |
    /// | base URL | `TIMEBACK_QTI_API_BASE_URL`, `QTI_BASE_URL` |
    /// | environment | `TIMEBACK_ENVIRONMENT`: `production` (if unset) or `staging` |
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the variable, if one is missing or cannot be right.
    pub fn from_env() -> Result<Self> {
        Self::from_vars(|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Error::config(format!("{name} is not valid Unicode")))
            }
        })
    }

    fn from_vars(var: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let find = |names: Names| -> Result<Option<(&'static str, String)>> {
            for name in names {
                if let Some(value) = var(name)?.filter(|value| !value.is_empty()) {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let require = |names: Names| {
            find(names)?.ok_or_else(|| {
                Error::config(format!(
                    "the environment variable {} is not set",
                    names.join(" or ")
                ))
            })
        };
        let (id_name, id) = require(CLIENT_ID)?;
        let (secret_name, secret) = require(CLIENT_SECRET)?;
        check_text(id_name, &id)?;
        check_text(secret_name, &secret)?;
        let mut builder = Self {
            credentials: Some(Credentials {
                id,
                secret: secret.into(),
                names: (id_name, secret_name),
            }),
            ..Self::default()
        };
        if let Some((name, value)) = find(ENVIRONMENT)? {
            builder.environment = environment(name, &value)?;
        }
        builder.base_url = find(BASE_URL)?;
        builder.token_url = find(TOKEN_URL)?;
        Ok(builder)
    }
}

fn environment(name: &str, value: &str) -> Result<Environment> {
    match value.trim().to_ascii_lowercase().as_str() {
        "production" | "prod" => Ok(Environment::Production),
        "staging" | "stage" => Ok(Environment::Staging),
        _ => Err(Error::config(format!(
            "{name} is {value:?}; it must be \"production\" or \"staging\""
        ))),
    }
}

/// Refuses a credential that is empty or that a stray blank or line break got into, without repeating it.
pub(super) fn check_text(name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        Err(Error::config(format!("{name} is empty")))
    } else if value.trim() != value {
        Err(Error::config(format!(
            "{name} begins or ends with white space; remove it"
        )))
    } else if value.chars().any(char::is_control) {
        Err(Error::config(format!("{name} holds control characters")))
    } else {
        Ok(())
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
    fn a_missing_variable_is_named() {
        let error = from(&[("TIMEBACK_CLIENT_ID", "id")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error.to_string().contains("TIMEBACK_CLIENT_SECRET"),
            "{error}"
        );
        assert!(
            from(&[])
                .unwrap_err()
                .to_string()
                .contains("TIMEBACK_CLIENT_ID")
        );
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
}
