//! How a [`Client`] is set up: by code, or by environment variables.

mod connector;
mod credentials;
mod env;
mod environment;
#[cfg(feature = "profiles")]
mod profile;
mod tokens;
mod urls;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use self::connector::Connector;
use self::credentials::Credentials;
pub use self::environment::Environment;
#[cfg(feature = "profiles")]
pub use self::profile::Profiles;
use self::tokens::Tokens;
pub use self::urls::ServiceUrls;
use super::Client;
use crate::auth::{CredentialsPlacement, TokenSource, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result, Secrets};
use crate::observe::Observer;
use crate::transport::{Context, Defaults, RetryPolicy};

/// Sets up a [`Client`]; made by [`Client::builder`] or, filled from environment variables, by
/// [`ClientBuilder::from_env`].
///
/// ```
/// # fn main() -> timeback_qti::Result<()> {
/// use std::time::Duration;
/// use timeback_qti::{Client, Environment};
///
/// let client = Client::builder()
///     .environment(Environment::Staging)
///     .credentials("client-id", "client-secret")
///     .deadline(Duration::from_secs(120))
///     .build()?;
/// # drop(client); Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    environment: Environment,
    base_url: Option<NamedUrl>,
    token_url: Option<NamedUrl>,
    credentials: Option<Credentials>,
    tokens: Option<Tokens>,
    store: Option<Arc<dyn TokenStore>>,
    scopes: Vec<String>,
    placement: CredentialsPlacement,
    connector: Connector,
    allow_insecure_http: bool,
    user_agent: Option<String>,
    attempt_timeout: Duration,
    deadline: Duration,
    retry: RetryPolicy,
    max_concurrency: usize,
    max_response_bytes: usize,
    record_identifiers: bool,
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
    observers: Vec<Arc<dyn Observer>>,
    #[cfg(feature = "opentelemetry")]
    meter: Option<opentelemetry::metrics::Meter>,
}

/// A URL, and what to call it in an error: the variable or the builder's method.
type NamedUrl = (&'static str, String);

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            environment: Environment::default(),
            base_url: None,
            token_url: None,
            credentials: None,
            tokens: None,
            store: None,
            scopes: Vec::new(),
            placement: CredentialsPlacement::default(),
            connector: Connector::default(),
            allow_insecure_http: false,
            user_agent: None,
            attempt_timeout: Defaults::ATTEMPT_TIMEOUT,
            deadline: Defaults::DEADLINE,
            retry: RetryPolicy::default(),
            max_concurrency: Defaults::MAX_CONCURRENCY,
            max_response_bytes: Defaults::MAX_RESPONSE_BYTES,
            record_identifiers: false,
            clock: Arc::new(SystemClock),
            seed: None,
            observers: Vec::new(),
            #[cfg(feature = "opentelemetry")]
            meter: None,
        }
    }
}

impl ClientBuilder {
    /// Which of the service's environments to use; [`Environment::Production`] unless set.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The API's base URL, instead of the environment's own: https, or http to this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(("the base URL", url.into()));
        self
    }

    /// The OAuth2 token endpoint, instead of the environment's own.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(("the token URL", url.into()));
        self
    }

    /// The OAuth2 client credentials to get tokens with.
    pub fn credentials(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        self.credentials = Some(Credentials {
            id: client_id.into(),
            secret: client_secret.into().into(),
            names: ("the client id", "the client secret"),
        });
        self
    }

    /// The scopes to ask for; without any, the token has all that the credentials allow.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Where the token request carries the credentials; in the form body unless set.
    pub fn credentials_placement(mut self, placement: CredentialsPlacement) -> Self {
        self.placement = placement;
        self
    }

    /// A token that is at hand already. It is never renewed: when the service refuses it twice, calls fail with
    /// [`Auth`](crate::ErrorKind::Auth). One that no header can carry, such as an empty one, is refused by
    /// [`build`](Self::build).
    pub fn static_token(mut self, token: impl Into<String>) -> Self {
        self.tokens = Some(Tokens::Static(token.into().into()));
        self
    }

    /// Tokens from elsewhere. The client keeps what it is given until shortly before it expires.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.tokens = Some(Tokens::From(Arc::new(source)));
        self
    }

    /// Changes how HTTP is spoken: a proxy, extra root certificates, the pool of connections.
    ///
    /// ```
    /// # fn main() -> timeback_qti::Result<()> {
    /// use std::time::Duration;
    /// use timeback_qti::Client;
    ///
    /// let client = Client::builder()
    ///     .static_token("a-token")
    ///     .http_client(|http| http.pool_idle_timeout(Duration::from_secs(20)))
    ///     .build()?;
    /// # drop(client); Ok(())
    /// # }
    /// ```
    ///
    /// Whatever is set, three things stay as safety needs them: reqwest follows no redirects (the client follows those
    /// that are safe), requests to this machine go through no proxy, and connections are not logged. Called again, the
    /// last closure counts. It may run twice: where one of the API and the token endpoint is on this machine, each gets
    /// an HTTP client of its own. An error may show a default header that a gateway repeats in its answer: give a secret
    /// to [`CallOptions::header`](crate::CallOptions::header) instead, which no error shows.
    pub fn http_client(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.connector.configure = Some(Arc::new(configure));
        self
    }

    /// Allows plain http to other machines, where anyone on the way can read the token.
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Words to append to the `User-Agent`, such as your program's name and version.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// The time for a connection to be made (10 s).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connector.timeout = timeout;
        self
    }

    /// The time for one attempt, from sending to the last byte of the response (30 s).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// The time for a whole call: all attempts, and the waits between them (60 s).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// When and how often to send a request again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many requests may be under way at once (10), shared by all clones. It falls by itself when the service
    /// answers 429, and recovers.
    pub fn max_concurrency(mut self, requests: usize) -> Self {
        self.max_concurrency = requests;
        self
    }

    /// The largest response body that is read, in bytes after decompression (64 MiB).
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Whether the `tracing` span of a call tells which entity it is about: the URL as `url.full`, without its query.
    /// Off unless set; the URL's template is always told.
    pub fn record_identifiers(mut self, record: bool) -> Self {
        self.record_identifiers = record;
        self
    }

    /// The clock that back-off and deadlines go by, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A seed for the random part of back-off, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the setting, if one is missing or cannot be right.
    pub fn build(self) -> Result<Client> {
        let base_url = self.api_endpoint()?;
        if self.max_concurrency == 0 {
            return Err(Error::config("the concurrency limit must be at least 1"));
        }
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let http = self.connector.connect(&base_url)?;
        let observers = self.observers(&base_url);
        let identity = self.identity(&base_url, &http, &observers)?;
        let secrets = match &self.credentials {
            Some(credentials) => {
                Secrets::default().and(secrecy::ExposeSecret::expose_secret(&credentials.secret))
            }
            None => Secrets::default(),
        };
        Ok(Client::new(Context::new(
            base_url,
            http,
            identity,
            secrets,
            user_agent,
            self.seed,
            Defaults {
                attempt_timeout: self.attempt_timeout,
                deadline: self.deadline,
                retry: self.retry,
                max_concurrency: self.max_concurrency,
                max_response_bytes: self.max_response_bytes,
                record_identifiers: self.record_identifiers,
                clock: self.clock,
                observers,
            },
        )))
    }
}

/// Secrets and what could hold some are left out.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            .field(
                "client_id",
                &self.credentials.as_ref().map(|credentials| &credentials.id),
            )
            .finish_non_exhaustive()
    }
}

fn user_agent(suffix: Option<&str>) -> Result<HeaderValue> {
    let own = concat!("timeback-qti/", env!("CARGO_PKG_VERSION"));
    let whole = suffix.map_or_else(|| own.to_owned(), |suffix| format!("{own} {suffix}"));
    HeaderValue::from_str(&whole)
        .map_err(|_| Error::config("the user agent holds characters that a header cannot"))
}
