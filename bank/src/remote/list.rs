//! Lists of the service: what is needed of each entity, and those that no request can name.

use std::fmt;
use std::future;

use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use timeback_qti::filter::Filter;
use timeback_qti::models::SortOrder;
use timeback_qti::page::{Collection, Undecodable};
use timeback_qti::{Error as ClientError, List, Listing};

use super::Service;
use super::found::Found;
use crate::entity::{Identifier, Key, Kind};
use crate::error::{Error, Result};
use crate::state::Stamp;

/// How many entities a page has.
const PAGE: u32 = 100;
/// How many pages are asked for at once.
const PAGES: usize = 2;
/// How many entries are listed ahead of their use. Few bytes are held of each: not its XML.
const AHEAD: usize = 200;

/// Which entities of a kind are listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) search: Option<String>,
}

impl Query {
    fn is_all(&self) -> bool {
        self.filter.is_none() && self.search.is_none()
    }
}

/// An entry of a list.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Listed(Listed),
    /// The entity's XML tells what it refers to.
    Unaddressable(Unaddressable, Option<String>),
}

/// An entity that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) key: Key,
    pub(crate) stamp: Stamp,
    /// How many entries the list has, if it says so.
    pub(crate) total: Option<u64>,
}

impl Listed {
    /// An entity that was in no list: its state is unknown.
    pub(crate) fn asked_for(key: Key) -> Self {
        Self {
            key,
            stamp: Stamp::default(),
            total: None,
        }
    }
}

/// An entity that the service lists, or that another one refers to, under an identifier which no path of the API can
/// carry: no request can read, write or delete it. Entities that the service counts, but leaves out of its list, are told as
/// one without an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unaddressable {
    /// What it is.
    pub kind: Kind,
    /// Its identifier; `None` if the service lists it without one, or not at all.
    pub identifier: Option<String>,
    /// Why no request can name it.
    pub message: String,
}

impl Unaddressable {
    pub(crate) fn new(kind: Kind, identifier: Option<String>, message: String) -> Self {
        Self {
            kind,
            identifier,
            message,
        }
    }
}

impl fmt::Display for Unaddressable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl Service {
    /// Lists the entities of a kind.
    pub(crate) fn list(
        &self,
        kind: Kind,
        query: &Query,
    ) -> impl Stream<Item = Result<Entry>> + Send + Unpin + use<> {
        let filter = query.filter.as_deref().map(Filter::verbatim);
        let entries = match (kind, filter) {
            // The service's list of stimuli has no filter.
            (Kind::Stimulus, _) => entries(kind, self.client.stimuli().list(), query),
            (Kind::Item, None) => entries(kind, self.client.items().list(), query),
            (Kind::Item, Some(filter)) => {
                entries(kind, self.client.items().list().filter(filter), query)
            }
            (Kind::Test, None) => entries(kind, self.client.tests().list(), query),
            (Kind::Test, Some(filter)) => {
                entries(kind, self.client.tests().list().filter(filter), query)
            }
        };
        let entries =
            entries.map(move |entry| entry.map_err(|source| Error::List { kind, source }));
        // This requests the next pages while the caller works on the entities of the ones before.
        entries.map(future::ready).buffered(AHEAD).boxed()
    }
}

type Entries = stream::BoxStream<'static, Result<Entry, ClientError>>;

fn entries<C>(kind: Kind, list: List<C>, query: &Query) -> Entries
where
    C: Collection<Entity: Found, Sort: for<'a> From<&'a str>>,
{
    let mut list = list
        .limit(PAGE)
        .sort("createdAt")
        .order(SortOrder::Asc)
        .read_ahead(PAGES);
    if let Some(text) = &query.search {
        list = list.query(text.as_str());
    }
    let walk = Walk {
        listing: list.stream_lenient(),
        listed: 0,
        // How a search or a filter is counted, nobody promises.
        counted: query.is_all().then_some(0),
    };
    let next = move |mut walk: Walk<Result<C::Entity, Undecodable>>| async move {
        let entry = match walk.listing.next().await {
            Some(found) => {
                let total = walk.listing.total();
                walk.listed += 1;
                walk.counted = walk.counted.max(walk.counted.and(total));
                found.map(|found| entry(kind, found, total))
            }
            None => Ok(walk.left_out(kind)?),
        };
        Some((entry, walk))
    };
    stream::unfold(walk, next).boxed()
}

/// A list as it is read.
struct Walk<T> {
    listing: Listing<T>,
    listed: u64,
    /// The most entities that the service has counted; `None` where that does not tell anything.
    counted: Option<u64>,
}

impl<T> Walk<T> {
    /// What the service has counted, but not listed, told once.
    fn left_out(&mut self, kind: Kind) -> Option<Entry> {
        let counted = self.counted.take()?;
        let listed = self.listed;
        (listed < counted).then(|| {
            let message = format!(
                "the service counts {counted} and lists {listed}: the list may have changed while it was read; the same \
                 command again may find the rest"
            );
            Entry::Unaddressable(Unaddressable::new(kind, None, message), None)
        })
    }
}

fn entry(kind: Kind, found: Result<impl Found, Undecodable>, total: Option<u64>) -> Entry {
    let (given, stamp, xml, problem) = match found {
        Ok(mut found) => {
            let (xml, stamp) = (found.xml().take(), found.stamp());
            let stamp = stamp.of_xml(xml.as_deref());
            (Some(found.take_identifier()), stamp, xml, None)
        }
        // What is wrong with it is told when it is read by its identifier.
        Err(undecodable) => {
            let given = undecodable.identifier().map(str::to_owned);
            (given, Stamp::default(), None, Some(undecodable))
        }
    };
    let message = match given.clone().map(Identifier::new) {
        Some(Ok(identifier)) => {
            let key = Key::new(kind, identifier);
            return Entry::Listed(Listed { key, stamp, total });
        }
        Some(Err(problem)) => problem.to_string(),
        None => problem.map_or_else(String::new, |problem| problem.to_string()),
    };
    Entry::Unaddressable(Unaddressable::new(kind, given, message), xml)
}
