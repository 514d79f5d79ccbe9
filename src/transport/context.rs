//! What all clones of a client share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use reqwest::Url;

use super::backoff::Jitter;
use super::budget::RetryBudget;
use super::limiter::Limiter;
use super::retry::RetryPolicy;
use crate::auth::{Holder, SharedPace};
use crate::clock::Clock;
use crate::error::Secrets;
use crate::observe::Observers;

/// Settings of the transport that calls may override, and the limits of the whole client.
pub(crate) struct Defaults {
    pub(crate) attempt_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_concurrency: usize,
    pub(crate) max_response_bytes: usize,
    /// Whether spans tell which entity a call is about.
    pub(crate) record_identifiers: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observers: Observers,
}

impl Defaults {
    /// A connection takes some 100 ms; one that takes 10 s will not come.
    pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// Reads take up to a second, a large `questions` answer several; the gateway itself gives up after about 30 s.
    pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
    /// Leaves room for one attempt that times out and one more.
    pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
    /// Users have found 5 to 10 requests at a time to be safe.
    pub(crate) const MAX_CONCURRENCY: usize = 10;
    /// Some fifty times the largest answer seen.
    pub(crate) const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;
}

/// What every call of a client and of its clones uses.
pub(crate) struct Context {
    pub(crate) base_url: Url,
    pub(crate) http: reqwest::Client,
    /// Secrets that no error may repeat, besides those that the request carries.
    pub(crate) secrets: Secrets,
    pub(crate) identity: Holder,
    pub(crate) user_agent: HeaderValue,
    pub(crate) budget: RetryBudget,
    pub(crate) limiter: Limiter,
    /// The pace of a fleet, and the account that it is counted for.
    pub(crate) pace: Option<(Arc<dyn SharedPace>, String)>,
    pub(crate) jitter: Jitter,
    pub(crate) defaults: Defaults,
}

impl Context {
    pub(crate) fn new(
        base_url: Url,
        http: reqwest::Client,
        identity: Holder,
        secrets: Secrets,
        user_agent: HeaderValue,
        seed: Option<u64>,
        defaults: Defaults,
    ) -> Self {
        let pace = identity.pace(&base_url);
        Self {
            pace,
            base_url,
            http,
            secrets,
            identity,
            user_agent,
            budget: RetryBudget::default(),
            limiter: Limiter::new(defaults.max_concurrency),
            jitter: Jitter::new(seed),
            defaults,
        }
    }

    /// The URL of a path below the base, which keeps its own path.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        match url.path() {
            "/" => url.set_path(path),
            base => url.set_path(&format!("{}{path}", base.trim_end_matches('/'))),
        }
        url
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}
