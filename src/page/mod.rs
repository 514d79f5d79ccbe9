//! Lists: a page, and streams over all of them.

mod collection;
mod entry;
mod list;
mod listing;
mod walk;

pub(crate) use collection::Sealed;
pub use collection::{Collection, Filterable, Parameters};
pub(crate) use entry::ReadPage;
pub use entry::Undecodable;
pub use list::List;
pub use listing::Listing;

use serde::{Deserialize, Serialize};

/// A place in a list, from which a stream can be taken up again: by [`Listing::position`], for [`List::resume`].
///
/// It is meant for the same list: with the same limit, order and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The number of a page; the first is 1.
    pub page: u32,
    /// How many entities of that page stand before the place.
    pub offset: usize,
}

/// One page of a list.
///
/// The service leaves fields out at times; what it did not say is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entities of this page, in the list's order.
    pub items: Vec<T>,
    /// How many entities the whole list has.
    pub total: Option<u64>,
    /// The number of this page; the first is 1.
    pub page: Option<u64>,
    /// How many pages the whole list has.
    pub pages: Option<u64>,
    /// How many entities a page has at most.
    pub limit: Option<u64>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
