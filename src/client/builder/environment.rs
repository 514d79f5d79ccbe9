//! The environments that the service runs in.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// Where the service runs.
///
/// ```
/// use timeback_qti::Environment;
///
/// let environment: Environment = "staging".parse()?;
/// assert_eq!(environment.to_string(), "staging");
/// # Ok::<(), timeback_qti::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Environment {
    /// The service that learners use: `https://qti.alpha-1edtech.ai/api`.
    #[default]
    Production,
    /// The staging service, `https://qti-staging.alpha-1edtech.ai/api`, with the staging token endpoint. It never
    /// speaks to the production host; set a [base URL](crate::ClientBuilder::base_url) if your account is served
    /// elsewhere.
    Staging,
}

impl Environment {
    /// The API's base URL.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Production => "https://qti.alpha-1edtech.ai/api",
            Self::Staging => "https://qti-staging.alpha-1edtech.ai/api",
        }
    }

    /// The OAuth2 token endpoint.
    pub fn token_url(self) -> &'static str {
        match self {
            Self::Production => {
                "https://prod-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token"
            }
            Self::Staging => {
                "https://staging-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/token"
            }
        }
    }
}

#[cfg(feature = "sign-in")]
impl Environment {
    /// The page where people sign in.
    pub fn authorize_url(self) -> &'static str {
        match self {
            Self::Production => {
                "https://prod-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/authorize"
            }
            Self::Staging => {
                "https://staging-beyond-timeback-api-2-idp.auth.us-east-1.amazoncognito.com/oauth2/authorize"
            }
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Production => "production",
            Self::Staging => "staging",
        })
    }
}

/// Reads `production` or `prod`, `staging` or `stage`, in whatever case.
impl FromStr for Environment {
    type Err = Error;

    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) for any other text.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "production" | "prod" => Ok(Self::Production),
            "staging" | "stage" => Ok(Self::Staging),
            _ => Err(Error::config(format!(
                "{text:?} is no environment; there are \"production\" and \"staging\""
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn production_is_where_the_api_document_says_that_the_service_is() {
        let document = include_str!("../../../openapi/qti-api.yaml");
        let document: Value = serde_saphyr::from_str(document).unwrap();
        let production = Environment::Production;
        assert_eq!(document["servers"][0]["url"], production.base_url());
        let schemes = document["components"]["securitySchemes"].as_object();
        let flows = schemes.unwrap().values().flat_map(|scheme| {
            let flows = scheme["flows"].as_object();
            flows.into_iter().flat_map(|flows| flows.values())
        });
        let mut token_urls = 0;
        for flow in flows {
            assert_eq!(flow["tokenUrl"], production.token_url());
            token_urls += 1;
            #[cfg(feature = "sign-in")]
            if let Some(url) = flow["authorizationUrl"].as_str() {
                assert_eq!(url, production.authorize_url());
            }
        }
        assert!(token_urls > 0);
    }
}
