//! The HTTP client that a [`Client`](crate::Client) has unless it is given one.

use std::time::Duration;

use crate::error::{Error, Result};

pub(super) fn client(connect_timeout: Duration) -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(reqwest::redirect::Policy::none());
    with_tls(builder)?
        .build()
        .map_err(|error| unusable().with_source(error.without_url()))
}

/// rustls with ring by name: reqwest's own choice of a provider takes longer to build than all the rest, and leaving it
/// to a default of the process would depend on what else is in it.
#[cfg(feature = "rustls")]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| unusable().with_source(error))?
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "rustls"))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
    Ok(builder)
}

fn unusable() -> Error {
    Error::config("the HTTP client cannot be set up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tls_backend_is_one_that_reqwest_knows() {
        client(Duration::from_secs(1)).unwrap();
    }
}
