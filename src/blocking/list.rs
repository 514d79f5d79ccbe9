//! Blocking lists.

use std::fmt;

use super::runtime::Runtime;
use crate::error::Result;
use crate::filter::Filter;
use crate::models::{ItemType, NavigationMode, SortOrder, SubmissionMode};
use crate::page::{Collection, Filterable, Page, Position, Undecodable};
use crate::resources::{Items, TestQuery};

/// [`List`](crate::List), blocking.
#[derive(Clone)]
#[must_use = "a list sends nothing until it is read"]
pub struct List<C: Collection> {
    inner: crate::List<C>,
    runtime: Runtime,
}

impl<C: Collection> List<C> {
    pub(super) fn new(inner: crate::List<C>, runtime: &Runtime) -> Self {
        let runtime = runtime.clone();
        Self { inner, runtime }
    }

    settings! { "crate::List":
        query(text: impl Into<String>);
        page(page: u32);
        resume(position: Position);
        limit(limit: u32);
        sort(field: impl Into<C::Sort>);
        order(order: SortOrder);
        read_ahead(pages: usize);
        max_items(items: usize);
    }

    calls! { "crate::List":
        send() -> Page<C::Entity>;
        count() -> u64;
    }

    /// As [`collect`](crate::List::collect), blocking.
    ///
    /// # Errors
    /// The same.
    ///
    /// # Panics
    /// Inside of an asynchronous runtime.
    pub fn collect(self) -> Result<Vec<C::Entity>> {
        self.runtime.wait(self.inner.collect())
    }

    /// As [`stream`](crate::List::stream): an iterator that sends requests as it is read.
    pub fn stream(self) -> Listing<C::Entity> {
        Listing {
            inner: self.inner.stream(),
            runtime: self.runtime,
        }
    }

    /// As [`stream_lenient`](crate::List::stream_lenient): an iterator that sends requests as it is read.
    pub fn stream_lenient(self) -> Listing<Result<C::Entity, Undecodable>> {
        Listing {
            inner: self.inner.stream_lenient(),
            runtime: self.runtime,
        }
    }

    /// As [`pages`](crate::List::pages): an iterator that sends requests as it is read.
    pub fn pages(self) -> Listing<Page<C::Entity>> {
        Listing {
            inner: self.inner.pages(),
            runtime: self.runtime,
        }
    }
}

impl<C: Filterable> List<C> {
    settings! { "crate::List":
        filter(filter: Filter);
    }
}

impl List<Items> {
    settings! { "crate::List":
        item_type(item_type: impl Into<ItemType>);
        subject(subject: impl Into<String>);
        grade(grade: impl ToString);
        search(text: impl Into<String>);
    }
}

impl<C: Collection<Extra = TestQuery>> List<C> {
    settings! { "crate::List":
        navigation_mode(mode: impl Into<NavigationMode>);
        submission_mode(mode: impl Into<SubmissionMode>);
        subject(subject: impl Into<String>);
        grade(grade: impl ToString);
        has_questions(has_questions: bool);
    }
}

impl<C: Collection> fmt::Debug for List<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// [`Listing`](crate::Listing), blocking: an [`Iterator`] over entities or pages, which sends requests as it is read.
///
/// After an error there is nothing more. Reading it panics inside of an asynchronous runtime.
#[must_use = "a listing sends nothing until it is read"]
pub struct Listing<T> {
    inner: crate::Listing<T>,
    runtime: Runtime,
}

impl<T> Listing<T> {
    /// As [`total`](crate::Listing::total).
    pub fn total(&self) -> Option<u64> {
        self.inner.total()
    }

    /// As [`position`](crate::Listing::position).
    pub fn position(&self) -> Position {
        self.inner.position()
    }
}

impl<T> Iterator for Listing<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        self.runtime.wait(self.inner.next())
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
