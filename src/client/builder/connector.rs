//! Makes HTTP clients, with the settings that safety needs.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;

use crate::error::{Error, Result};
use crate::loopback::is_loopback;
use crate::transport::Defaults;

/// A user's changes of an HTTP client.
type Configure = dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync;

/// Makes HTTP clients.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) timeout: Duration,
    pub(super) configure: Option<Arc<Configure>>,
}

impl Default for Connector {
    fn default() -> Self {
        Self {
            timeout: Defaults::CONNECT_TIMEOUT,
            configure: None,
        }
    }
}

impl Connector {
    /// An HTTP client for requests to the origin of `url`.
    pub(super) fn connect(&self, url: &Url) -> Result<reqwest::Client> {
        let builder = reqwest::Client::builder().connect_timeout(self.timeout);
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        // These come after the user's own settings, so that they win. A redirect would take the body along, the client
        // secret too; a verbose connection logs every byte; and plain http to this machine must not leave it.
        let builder = builder.redirect(Policy::none()).connection_verbose(false);
        let builder = match is_loopback(url) {
            true => builder.no_proxy(),
            false => builder,
        };
        builder.build().map_err(|error| {
            Error::config("the HTTP client cannot be set up").with_source(error.without_url())
        })
    }
}
