//! URLs that tokens and secrets are sent to.

use reqwest::Url;

use crate::error::{Error, Result};
use crate::loopback::is_loopback;

/// The URL, if a secret may be sent to it: https, or http to this machine, and nothing in it that would be lost.
pub(super) fn parse(name: &str, text: &str, allow_insecure_http: bool) -> Result<Url> {
    let url = Url::parse(text.trim())
        .map_err(|error| Error::config(format!("{name} is not a URL: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config(format!(
            "{name} holds credentials; give them to the builder instead"
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
            "{name} is plain http, which would show tokens to others on the way; use https or allow_insecure_http()"
        ))),
        scheme => Err(Error::config(format!(
            "{name} has the scheme {scheme}; https is needed"
        ))),
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
