//! The stream that lists return.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, vec};

use futures_core::Stream;
use futures_util::StreamExt as _;

use crate::error::Result;

/// A stream of entities or of pages, which sends requests as it is read.
///
/// It is a [`Stream`], and has [`next`](Self::next) of its own, so that simple loops need no further crate.
#[must_use = "a listing sends nothing until it is read"]
pub struct Listing<T> {
    batches: Pin<Box<dyn Stream<Item = Result<Vec<T>>> + Send>>,
    /// What is left of the newest batch: taken from here, an entity is moved once on its way to the caller.
    batch: vec::IntoIter<T>,
    /// How many are yielded at most from here on.
    left: usize,
}

impl<T> Listing<T> {
    pub(super) fn new(
        batches: impl Stream<Item = Result<Vec<T>>> + Send + 'static,
        max_items: usize,
    ) -> Self {
        Self {
            batches: Box::pin(batches.fuse()),
            batch: Vec::new().into_iter(),
            left: max_items,
        }
    }

    /// The next one, or `None` at the end. After an error there is nothing more.
    pub async fn next(&mut self) -> Option<Result<T>> {
        match std::future::poll_fn(|context| self.poll_batch(context)).await {
            Ok(()) => self.take().map(Ok),
            Err(error) => Some(Err(error)),
        }
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

    /// Sees to it that the batch has an entity, unless there are no more.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        while self.left > 0 && self.batch.len() == 0 {
            match ready!(self.batches.as_mut().poll_next(context)?) {
                Some(batch) => self.batch = batch.into_iter(),
                None => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        self.batch.next()
    }
}

/// No entity is pinned.
impl<T> Unpin for Listing<T> {}

impl<T> Stream for Listing<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let listing = self.get_mut();
        let ready = ready!(listing.poll_batch(context));
        Poll::Ready(ready.map(|()| listing.take()).transpose())
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listing")
    }
}
