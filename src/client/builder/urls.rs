//! URLs that tokens and secrets are sent to.

use reqwest::Url;

use super::{ClientBuilder, NamedUrl};
use crate::error::{Error, Result};
use crate::loopback::is_loopback;

/// The URL, if a secret may be sent to it: https, or http to this machine, and nothing in it that would be lost.
pub(super) fn parse(name: &str, text: &str, allow_insecure_http: bool) -> Result<Url> {
    let url = Url::parse(text.trim())
        .map_err(|error| Error::config(format!("{name} is not a URL: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config(format!(
            "{name} holds a user name or a password; credentials are set apart from it"
        )));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config(format!(
            "{name} must not have a query or a fragment"
        )));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_insecure_http || is_loopback(&url) => Ok(url),
        "http" => Err(Error::config(format!(
            "{name} is plain http, which would show tokens to others on the way: use https, or ClientBuilder::allow_insecure_http"
        ))),
        scheme => Err(Error::config(format!(
            "{name} has the scheme {scheme}; https is needed"
        ))),
    }
}

/// The URLs of a service, by [`ClientBuilder::urls`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceUrls {
    /// The API's base URL, as [`Client::base_url`](crate::Client::base_url) has it.
    pub base_url: String,
    /// The OAuth2 token endpoint.
    pub token_url: String,
}

impl ClientBuilder {
    /// The URLs that the client will use. Credentials play no part in it, so none need be set.
    ///
    /// ```
    /// use timeback_qti::{Client, Environment};
    ///
    /// let urls = Client::builder().environment(Environment::Staging).urls()?;
    /// assert_eq!(urls.base_url, "https://qti-staging.alpha-1edtech.ai/api");
    /// assert!(Client::builder().base_url("https://me:password@example.org/api").urls().is_err());
    /// # Ok::<(), timeback_qti::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the setting, for a URL that no token or secret may be sent to.
    pub fn urls(&self) -> Result<ServiceUrls> {
        Ok(ServiceUrls {
            base_url: self.api_endpoint()?.into(),
            token_url: self.token_endpoint()?.into(),
        })
    }

    pub(super) fn api_endpoint(&self) -> Result<Url> {
        let default = ("the base URL", self.environment.base_url());
        self.url(self.base_url.as_ref(), default)
    }

    pub(super) fn token_endpoint(&self) -> Result<Url> {
        let default = ("the token URL", self.environment.token_url());
        self.url(self.token_url.as_ref(), default)
    }

    /// The URL that was set, or the default, and what to call it in an error.
    fn url(&self, set: Option<&NamedUrl>, default: (&str, &str)) -> Result<Url> {
        let (name, url) = set.map_or(default, |(name, url)| (*name, url));
        parse(name, url, self.allow_insecure_http)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only_unless_allowed() {
        for url in [
            "https://host/api",
            "http://127.0.0.1:8080/api",
            "http://[::1]/",
            "http://localhost:1/api",
        ] {
            parse("x", url, false).unwrap();
        }
        for url in [
            "http://host/api",
            "http://127.0.0.1.evil.example/",
            "http://localhost.example/",
            "ftp://host/",
        ] {
            assert!(parse("x", url, false).is_err(), "{url}");
        }
        parse("x", "http://host/api", true).unwrap();
    }

    #[test]
    fn what_would_be_lost_or_leaked_is_refused() {
        for url in [
            "https://me:pw@host/",
            "https://host/?a=b",
            "https://host/#f",
            "host/api",
            "",
        ] {
            assert!(
                !parse("the base URL", url, false)
                    .unwrap_err()
                    .to_string()
                    .contains("pw"),
                "{url}"
            );
        }
    }
}
