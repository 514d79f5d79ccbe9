//! The blocking client.

use super::resources::{
    FeedbackEntries, ItemHandle, Items, Stimuli, StimulusHandle, TestHandle, Tests, Validation,
};
use super::runtime::Runtime;
use crate::error::Result;
use crate::transport::CallOptions;

/// [`Client`](crate::Client), blocking. Clones are cheap and share tokens, connections, limits and the thread that they
/// run on.
#[derive(Debug, Clone)]
pub struct Client {
    inner: crate::Client,
    runtime: Runtime,
}

impl Client {
    /// A blocking form of this client, with a thread of its own.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) if the system gives no thread.
    pub fn new(client: crate::Client) -> Result<Self> {
        Ok(Self {
            inner: client,
            runtime: Runtime::start()?,
        })
    }

    /// What its calls are made of.
    pub(super) fn parts(&self) -> (&crate::Client, &Runtime) {
        (&self.inner, &self.runtime)
    }

    /// A client set up from environment variables, as [`Client::from_env`](crate::Client::from_env) does.
    ///
    /// # Errors
    /// As there, and as [`new`](Self::new).
    pub fn from_env() -> Result<Self> {
        Self::new(crate::Client::from_env()?)
    }

    /// A client set up from a profile, as [`Client::from_profile`](crate::Client::from_profile) does.
    ///
    /// # Errors
    /// As there, and as [`new`](Self::new).
    #[cfg(feature = "profiles")]
    #[cfg_attr(docsrs, doc(cfg(feature = "profiles")))]
    pub fn from_profile(name: &str) -> Result<Self> {
        Self::new(crate::Client::from_profile(name)?)
    }

    /// The base URL of the API that it speaks to.
    pub fn base_url(&self) -> &str {
        self.inner.base_url()
    }

    /// The same client with other settings for the calls made through it.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self {
            inner: self.inner.with(options),
            runtime: self.runtime.clone(),
        }
    }

    ways! { "crate::Client":
        stimuli() -> Stimuli;
        stimulus(identifier: impl AsRef<str>) -> StimulusHandle;
        items() -> Items;
        item(identifier: impl AsRef<str>) -> ItemHandle;
        tests() -> Tests;
        test(identifier: impl AsRef<str>) -> TestHandle;
        feedback() -> FeedbackEntries;
        validation() -> Validation;
    }
}
