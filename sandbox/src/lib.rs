//! The Timeback QTI API emulated in process: stateful, with tokens, errors and the live service's habits.
//!
//! Tests and programs talk to it over real HTTP on a port of the loopback interface; no account is needed. It stops when
//! it is dropped.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use timeback_qti_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let http = reqwest::Client::new();
//! let grant = [
//!     ("grant_type", "client_credentials"),
//!     ("client_id", sandbox.client_id()),
//!     ("client_secret", sandbox.client_secret()),
//! ];
//! let token: serde_json::Value = http.post(sandbox.token_url()).form(&grant).send().await?.json().await?;
//! let tests: serde_json::Value = http
//!     .get(format!("{}/assessment-tests", sandbox.base_url()))
//!     .bearer_auth(token["access_token"].as_str().unwrap_or_default())
//!     .send()
//!     .await?
//!     .json()
//!     .await?;
//! assert_eq!(tests["total"], 0);
//! # Ok(())
//! # }
//! ```
//!
//! The package's README says what the sandbox emulates, which faults it can inject, and what it does not check.

mod api;
mod log;
mod page;
pub mod program;
mod qti;
mod server;
mod store;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use crate::log::RequestRecord;
pub use crate::server::account::{Account, Scope};
pub use crate::server::faults::{Effect, FaultRule, InvalidFault};

use crate::api::{Api, operation};
use crate::server::App;
use crate::server::auth::Auth;
use crate::server::faults::Faults;
use crate::store::Store;

/// A running sandbox. It stops when it is dropped.
pub struct Sandbox {
    app: Arc<App>,
    origin: String,
    account: Account,
    server: JoinHandle<()>,
    /// Dropping it stops the server.
    stop: oneshot::Sender<()>,
}

/// Without tokens and secrets.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("origin", &self.origin)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1, empty and in memory.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start() -> io::Result<Sandbox> {
        Sandbox::builder().start().await
    }

    /// A sandbox with other settings.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> std::io::Result<()> {
    /// use timeback_qti_sandbox::{Account, Sandbox, Scope};
    ///
    /// let sandbox = Sandbox::builder()
    ///     .account(Account::new("reader", "secret").scopes([Scope::Readonly]))
    ///     .start()
    ///     .await?;
    /// assert_eq!(sandbox.client_id(), "reader");
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// The API's base, such as `http://127.0.0.1:41234/api`; paths of the API document follow it.
    pub fn base_url(&self) -> String {
        self.app.api.base.clone()
    }

    /// The page for a browser: what the sandbox holds, and what it was asked.
    pub fn page_url(&self) -> String {
        format!("{}/", self.origin)
    }

    /// The token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}{}", self.origin, operation::TOKEN)
    }

    /// The page where people sign in, for the authorization-code grant.
    pub fn authorize_url(&self) -> String {
        format!("{}{}", self.origin, operation::AUTHORIZE)
    }

    /// The first account's client id.
    pub fn client_id(&self) -> &str {
        &self.account.id
    }

    /// The first account's client secret.
    pub fn client_secret(&self) -> &str {
        &self.account.secret
    }

    /// The latest 1,000 requests, oldest first, with what each one got.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.app.log.records()
    }

    /// Revokes every token that was issued, as if the account's secret had been changed and changed back.
    pub fn revoke_tokens(&self) {
        self.app.auth.revoke_all();
    }

    /// Replaces the fault rules in force; an empty list ends all faults.
    ///
    /// # Errors
    /// When a rule names an operation that does not exist or has a number out of its range; the rules in force stay.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.set_faults([FaultRule::new(Effect::Reset).on("getSection").times(2)])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_faults(
        &self,
        rules: impl IntoIterator<Item = FaultRule>,
    ) -> Result<(), InvalidFault> {
        self.app.faults.set(rules.into_iter().collect())
    }

    /// Stops the sandbox, and returns when every connection has ended and the data file is closed. Dropping the sandbox
    /// stops it as well, without waiting.
    pub async fn stop(self) {
        drop(self.stop);
        // The task fails only by a panic, which was reported when it happened.
        let _ = self.server.await;
    }

    /// Forgets entities, faults and requests. Tokens stay valid.
    ///
    /// # Errors
    /// When the data file cannot be written.
    pub async fn reset(&self) -> io::Result<()> {
        self.app.reset().await.map_err(io::Error::other)
    }
}

/// Settings of a sandbox; see [`Sandbox::builder`].
#[derive(Clone, Debug)]
pub struct SandboxBuilder {
    address: IpAddr,
    port: u16,
    data_file: Option<PathBuf>,
    accounts: Vec<Account>,
    token_lifetime: Duration,
    seed: u64,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        SandboxBuilder {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            data_file: None,
            accounts: Vec::new(),
            token_lifetime: Duration::from_secs(3600),
            seed: 0,
        }
    }
}

impl SandboxBuilder {
    /// The port; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen at; 127.0.0.1 by default. At another one, whoever can reach this machine can use the sandbox: that
    /// is for a container, whose port is given to one machine alone.
    #[must_use]
    pub fn listen(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Keeps the state in this file, which is created if it is missing. Every write that was acknowledged outlives the
    /// process.
    #[must_use]
    pub fn data_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_file = Some(path.into());
        self
    }

    /// Adds an account. If none is added, the sandbox has two, both with every scope: `sandbox-client` with the secret
    /// `sandbox-secret`, and `sandbox-person`, for people who sign in, with the redirect address
    /// `http://127.0.0.1:8765/callback`.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// How long tokens are valid; an hour by default.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// The seed for [`FaultRule::probability`]; 0 by default. The same seed, rules and order of requests give the same
    /// faults.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// When the port cannot be bound or the data file cannot be opened.
    pub async fn start(self) -> io::Result<Sandbox> {
        let store = match &self.data_file {
            Some(path) => Store::at(path)?,
            None => Store::in_memory(),
        };
        let mut accounts = self.accounts;
        if accounts.is_empty() {
            accounts.push(Account::new("sandbox-client", "sandbox-secret"));
            let person = Account::public("sandbox-person");
            accounts.push(person.redirect_uri("http://127.0.0.1:8765/callback"));
        }
        let account = accounts[0].clone();
        let (listener, address) = server::bind(self.address, self.port).await?;
        // What listens everywhere is reached from here at this machine's own address.
        let host = match address.ip().is_unspecified() {
            true => Ipv4Addr::LOCALHOST.into(),
            false => address.ip(),
        };
        let origin = format!("http://{}", SocketAddr::new(host, address.port()));
        let app = Arc::new(App {
            api: Arc::new(Api {
                store,
                base: format!("{origin}{}", operation::API),
            }),
            auth: Auth::new(accounts, self.token_lifetime),
            faults: Faults::new(self.seed),
            log: Arc::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let server = server::serve(listener, Arc::clone(&app), stopped);
        Ok(Sandbox {
            app,
            origin,
            account,
            server,
            stop,
        })
    }
}

/// The README's examples must run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
