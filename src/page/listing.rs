//! The stream that lists return.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, vec};

use futures_core::Stream;
use futures_util::StreamExt as _;

use super::Position;
use crate::error::Result;

/// What a stream has of one page.
pub(super) struct Batch<T> {
    pub(super) items: Vec<T>,
    /// Which entities of the page are left in it.
    pub(super) is_left: Vec<bool>,
    /// How many entities the list has, as the page says.
    pub(super) total: Option<u64>,
}

impl<T> Batch<T> {
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> Batch<U> {
        Batch {
            items: self.items.into_iter().map(change).collect(),
            is_left: self.is_left,
            total: self.total,
        }
    }
}

/// A stream of entities or of pages, which sends requests as it is read.
///
/// It is a [`Stream`], and has [`next`](Self::next) of its own, so that simple loops need no further crate.
#[must_use = "a listing sends nothing until it is read"]
pub struct Listing<T> {
    batches: Pin<Box<dyn Stream<Item = Result<Batch<T>>> + Send>>,
    /// What is left of the newest batch: taken from here, an entity is moved once on its way to the caller.
    batch: vec::IntoIter<T>,
    /// Which entities of its page the newest batch began with.
    is_left: Vec<bool>,
    /// Where the batch after it begins.
    next: Position,
    /// How many are yielded at most from here on.
    left: usize,
    total: Option<u64>,
}

impl<T> Listing<T> {
    pub(super) fn new(
        batches: impl Stream<Item = Result<Batch<T>>> + Send + 'static,
        start: Position,
        max_items: usize,
    ) -> Self {
        Self {
            batches: Box::pin(batches.fuse()),
            batch: Vec::new().into_iter(),
            is_left: Vec::new(),
            next: start,
            left: max_items,
            total: None,
        }
    }

    /// How many entities the list has, by the newest page that was read and that says so; `None` before the first.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// # for name in ["italy", "spain"] {
    /// # client.stimuli().create(&timeback_qti::models::StimulusInput::new(name, name, "<p>Rome</p>")).await?;
    /// # }
    /// let mut stimuli = client.stimuli().list().stream();
    /// let first = stimuli.next().await.transpose()?;
    /// assert_eq!((first.is_some(), stimuli.total()), (true, Some(2)));
    /// # Ok(()) }
    /// ```
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Where the next one stands: [`List::resume`](crate::List::resume) goes on from there, in another stream or
    /// another program. After an error that is the page that could not be read.
    pub fn position(&self) -> Position {
        let mut left = (0..self.is_left.len()).filter(|offset| self.is_left[*offset]);
        match self.batch.len().checked_sub(1) {
            Some(behind) => Position {
                page: self.next.page.saturating_sub(1),
                offset: left.nth_back(behind).unwrap_or_default(),
            },
            None => self.next,
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
                Some(batch) => {
                    (self.batch, self.is_left) = (batch.items.into_iter(), batch.is_left);
                    self.total = batch.total.or(self.total);
                    self.next = Position {
                        page: self.next.page.saturating_add(1),
                        offset: 0,
                    };
                }
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
