//! The client: one shared transport, and the handles that speak through it.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::config::ClientBuilder;
use crate::error::Result;
use crate::raw;
use crate::resources::{
    FeedbackEntries, ItemHandle, Items, Stimuli, StimulusHandle, TestHandle, Tests, Validation,
};
use crate::transport::{self, CallOptions, Shared};

/// A client of the API. Clones are cheap and share tokens, connections and limits.
///
/// Its handles borrow it, and the identifiers that they are made with. A task gets a clone, and makes the handles that it
/// needs itself:
///
/// ```no_run
/// # async fn run(client: timeback_qti::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let clone = client.clone();
/// let identifier = format!("item-{}", 7);
/// let item = tokio::spawn(async move { clone.item(&identifier).get().await }).await??;
/// # drop(item); Ok(()) }
/// ```
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
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: Arc<CallOptions>,
}

impl Client {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
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

    /// A builder, for a client set up by code.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client with other settings for the calls made through it.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            options: Arc::new(options),
        }
    }

    /// The stimuli: list, create and upsert.
    pub fn stimuli(&self) -> Stimuli<'_> {
        Stimuli::new(self)
    }

    /// One stimulus, by its identifier. Nothing is sent yet.
    pub fn stimulus<'a>(&'a self, identifier: &'a str) -> StimulusHandle<'a> {
        StimulusHandle::new(self, identifier)
    }

    /// The assessment items: list, create and upsert.
    pub fn items(&self) -> Items<'_> {
        Items::new(self)
    }

    /// One assessment item, by its identifier. Nothing is sent yet.
    pub fn item<'a>(&'a self, identifier: &'a str) -> ItemHandle<'a> {
        ItemHandle::new(self, identifier)
    }

    /// The assessment tests: list, create and upsert.
    pub fn tests(&self) -> Tests<'_> {
        Tests::new(self)
    }

    /// One assessment test, by its identifier, and the way to its parts. Nothing is sent yet.
    pub fn test<'a>(&'a self, identifier: &'a str) -> TestHandle<'a> {
        TestHandle::new(self, identifier)
    }

    /// What users say about questions and lessons.
    pub fn feedback(&self) -> FeedbackEntries<'_> {
        FeedbackEntries::new(self)
    }

    /// Validation of QTI XML by the service.
    pub fn validation(&self) -> Validation<'_> {
        Validation::new(self)
    }

    /// The generated bindings, one function an operation: authenticated, nothing else. Each request is sent once, and
    /// errors are those of the generator.
    pub fn raw(&self) -> raw::Client {
        transport::bare(&self.shared, &self.options)
    }

    /// Runs one operation of the bindings with all that the facade adds.
    pub(crate) async fn call<T, F>(&self, operation: impl Fn(raw::Client) -> F + Sync) -> Result<T>
    where
        T: DeserializeOwned,
        F: Future<Output = Result<raw::ResponseValue<T>, raw::Error>>,
    {
        transport::call(&self.shared, &self.options, operation).await
    }

    /// Runs one operation in its XML form; `read` makes the result of the answer's body.
    pub(crate) async fn call_xml<T, E: fmt::Display>(
        &self,
        operation: &'static str,
        identifiers: &[&str],
        xml: Option<&str>,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T> {
        let (shared, options) = (&self.shared, &self.options);
        transport::call_xml(shared, options, operation, identifiers, xml, read).await
    }
}

/// Tokens and secrets are not part of it.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}
