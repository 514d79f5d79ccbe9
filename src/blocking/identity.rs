//! The blocking form of who a client is to the service.

use super::client::Client;
use super::runtime::Runtime;
use crate::auth::{self, TokenInfo};
use crate::error::Result;

/// [`Identity`](crate::Identity), blocking; made by [`Client::identity`].
#[derive(Debug)]
pub struct Identity<'a> {
    inner: auth::Identity<'a>,
    runtime: &'a Runtime,
}

impl Client {
    /// Who the client is to the service: its token, and how a person signs in and out. Nothing is sent yet.
    ///
    /// ```
    /// use timeback_qti::blocking;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Runtime::new()?;
    /// # let sandbox = runtime.block_on(timeback_qti_sandbox::Sandbox::start())?;
    /// # let builder = timeback_qti::Client::builder()
    /// #     .base_url(sandbox.base_url())
    /// #     .token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret());
    /// let client = blocking::Client::new(builder.build()?)?;
    /// let token = client.identity().token()?;
    /// assert!(!token.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn identity(&self) -> Identity<'_> {
        let (client, runtime) = self.parts();
        Identity {
            inner: client.identity(),
            runtime,
        }
    }
}

impl Identity<'_> {
    /// As [`Identity::token`](crate::Identity::token).
    ///
    /// # Errors
    /// As there.
    pub fn token(&self) -> Result<String> {
        self.runtime.wait(self.inner.token())
    }

    /// As [`Identity::info`](crate::Identity::info).
    ///
    /// # Errors
    /// As there.
    pub fn info(&self) -> Result<Option<TokenInfo>> {
        self.runtime.wait(self.inner.info())
    }

    /// As [`Identity::forget`](crate::Identity::forget).
    ///
    /// # Errors
    /// As there.
    pub fn forget(&self) -> Result<()> {
        self.runtime.wait(self.inner.forget())
    }

    /// As [`Identity::sign_out`](crate::Identity::sign_out).
    ///
    /// # Errors
    /// As there.
    pub fn sign_out(&self) -> Result<bool> {
        self.runtime.wait(self.inner.sign_out())
    }
}

#[cfg(feature = "sign-in")]
#[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
impl<'a> Identity<'a> {
    /// As [`Identity::sign_in`](crate::Identity::sign_in): waits until the person has signed in, or the time is over.
    ///
    /// # Errors
    /// As there.
    pub fn sign_in(&self, show: impl FnOnce(&str) -> Result<()>) -> Result<()> {
        self.runtime.wait(self.inner.sign_in(show))
    }

    /// As [`Identity::begin_sign_in`](crate::Identity::begin_sign_in).
    ///
    /// # Errors
    /// As there.
    pub fn begin_sign_in(&self) -> Result<PasteSignIn<'a>> {
        Ok(PasteSignIn {
            inner: self.inner.begin_sign_in()?,
            runtime: self.runtime,
        })
    }
}

/// [`PasteSignIn`](crate::PasteSignIn), blocking.
#[cfg(feature = "sign-in")]
#[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
#[derive(Debug)]
pub struct PasteSignIn<'a> {
    inner: auth::PasteSignIn<'a>,
    runtime: &'a Runtime,
}

#[cfg(feature = "sign-in")]
impl PasteSignIn<'_> {
    /// The page where the person signs in, in whatever browser.
    pub fn url(&self) -> &str {
        self.inner.url()
    }

    /// As [`PasteSignIn::finish`](crate::PasteSignIn::finish).
    ///
    /// # Errors
    /// As there.
    pub fn finish(self, address: &str) -> Result<()> {
        self.runtime.wait(self.inner.finish(address))
    }
}
