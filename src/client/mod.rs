//! The client: one shared transport, and what it is set up with.

mod builder;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::auth::Identity;
use crate::error::{Result, Secrets};
use crate::page::{Page, ReadPage};
use crate::transport::operation::Operation;
use crate::transport::{self, CallOptions, Context, Requests, Unsent, raw};

#[cfg(feature = "profiles")]
pub use builder::Profiles;
pub use builder::{ClientBuilder, Environment, ServiceUrls};

/// A client of the API. Clones are cheap and share tokens, connections and limits.
///
/// ```no_run
/// # async fn run() -> timeback_qti::Result<()> {
/// use timeback_qti::Client;
///
/// let client = Client::from_env()?;
/// let section = client.test("test-001").part("part-001").section("section-001").get().await?;
/// println!("{}", section.title);
/// # Ok(()) }
/// ```
///
/// Its handles are small, cheap to make and to clone, and live as long as you like: each holds a clone of the client
/// and the identifiers that lead to its entity. What a method of a handle returns holds all that it needs but for the
/// arguments that it borrows, so that a task can have it:
///
/// ```
#[doc = include_str!("../resources/example.txt")]
/// let identifier = format!("test-{:03}", 1);
/// let task = tokio::spawn(client.test(&identifier).get());
/// assert_eq!(task.await??.title, "A test");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    context: Arc<Context>,
    options: Arc<CallOptions>,
}

impl Client {
    pub(crate) fn new(context: Context) -> Self {
        Self {
            context: Arc::new(context),
            options: Arc::default(),
        }
    }

    /// A client set up from environment variables; [`ClientBuilder::from_env`] lists them. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the variable, if one is missing or cannot be right.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// A client set up from a profile, see [`Profiles`](crate::Profiles), and from the environment variables, which
    /// win. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the profile or the variable, if one is missing or cannot be right.
    #[cfg(feature = "profiles")]
    #[cfg_attr(docsrs, doc(cfg(feature = "profiles")))]
    pub fn from_profile(name: &str) -> Result<Self> {
        ClientBuilder::from_profile(name)?.build()
    }

    /// A builder, for a client set up by code.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The base URL of the API that it speaks to.
    pub fn base_url(&self) -> &str {
        self.context.base_url.as_str()
    }

    /// The same client with other settings for the calls made through it. What the options leave open is as this client
    /// has it, so that `with(a).with(b)` has both; where both say something, `b` does.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            context: Arc::clone(&self.context),
            options: Arc::new(options.over(&self.options)),
        }
    }

    /// Who the client is to the service: its token, and how a person signs in and out. Nothing is sent yet.
    pub fn identity(&self) -> Identity<'_> {
        let defaults = &self.context.defaults;
        let deadline = self.options.deadline.unwrap_or(defaults.deadline);
        Identity::new(&self.context.identity, &defaults.clock, deadline)
    }

    /// The generated bindings, one function an operation: authenticated, nothing else. Each request is sent once, and
    /// errors are those of the generator.
    pub fn raw(&self) -> raw::Client {
        transport::bare(&self.context, &self.options)
    }

    /// Runs one operation with all that the facade adds; `make` makes its request.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        make: impl Fn(Requests<'_>) -> Unsent<T> + Sync,
    ) -> impl Future<Output = Result<T>> {
        let read = |answer: &[u8], _: &Secrets| serde_json::from_slice(answer);
        transport::call(&self.context, &self.options, make, read)
    }

    /// Runs a list's operation.
    pub(crate) fn page<A, T>(
        &self,
        read: ReadPage<T>,
        make: impl Fn(Requests<'_>) -> Unsent<A> + Sync,
    ) -> impl Future<Output = Result<Page<T>>> {
        transport::call(&self.context, &self.options, make, read.0)
    }

    /// Runs one operation in its XML form; `read` makes the result of the answer's body.
    pub(crate) fn call_xml<T, E: fmt::Display>(
        &self,
        operation: &'static Operation,
        identifiers: &[&str],
        xml: Option<&str>,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> impl Future<Output = Result<T>> {
        let (context, options) = (&self.context, &self.options);
        transport::call_xml(context, options, operation, identifiers, xml, read)
    }
}

/// Leaves out tokens and secrets.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
