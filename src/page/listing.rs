//! The stream that lists return.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt as _;

use crate::error::Result;

/// A stream of entities or of pages, which sends requests as it is read.
///
/// It is a [`Stream`], and has [`next`](Self::next) of its own, so that simple loops need no further crate.
#[must_use = "a listing sends nothing until it is read"]
pub struct Listing<'a, T>(Pin<Box<dyn Stream<Item = Result<T>> + Send + 'a>>);

impl<'a, T> Listing<'a, T> {
    pub(super) fn new(stream: impl Stream<Item = Result<T>> + Send + 'a) -> Self {
        Self(Box::pin(stream.fuse()))
    }

    /// The next one, or `None` at the end. After an error there is nothing more.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }

    /// All that are left.
    ///
    /// # Errors
    /// The first error ends it; what was read before is dropped. Use [`next`](Self::next) to keep it.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(next) = self.next().await {
            all.push(next?);
        }
        Ok(all)
    }
}

impl<T> Stream for Listing<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for Listing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listing")
    }
}
