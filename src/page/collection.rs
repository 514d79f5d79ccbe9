//! What can be listed, and by which query.

use std::fmt;

use serde::de::DeserializeOwned;

use super::{Page, ReadPage};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::models::SortOrder;

/// Keeps [`Collection`] to the collections of this crate: each of them has a list of the API.
pub trait Sealed {}

/// A collection of the API that can be listed.
pub trait Collection: Sealed + Clone + fmt::Debug + Send + Sync + 'static {
    /// The operationId of its list.
    const OPERATION: &'static str;
    /// What it holds.
    type Entity: DeserializeOwned + Send + 'static;
    /// The fields that it can be sorted by.
    type Sort: Clone + fmt::Debug + Send + Sync;
    /// Query parameters of this list alone.
    type Extra: Clone + Default + fmt::Debug + Send + Sync;

    /// Reads one page.
    fn page<T: Send>(
        &self,
        parameters: &Parameters<Self>,
        read: ReadPage<T>,
    ) -> impl Future<Output = Result<Page<T>>> + Send;

    /// What tells an entity from the others when the list shifts under a stream.
    fn identifier(entity: &Self::Entity) -> &str;
}

/// A collection whose list honours [`Filter`]s: items, tests and test parts.
///
/// ```no_run
/// use timeback_qti::{Client, filter::field};
///
/// # async fn run(client: Client) -> timeback_qti::Result<()> {
/// let capitals = client.items().list().filter(field("title").contains("capital")).collect().await?;
/// # drop(capitals); Ok(()) }
/// ```
///
/// Other lists do not take one, as the service would ignore it:
///
/// ```compile_fail,E0599
/// use timeback_qti::{Client, filter::field};
///
/// # async fn run(client: Client) -> timeback_qti::Result<()> {
/// let capitals = client.stimuli().list().filter(field("title").contains("capital")).collect().await?;
/// # drop(capitals); Ok(()) }
/// ```
#[diagnostic::on_unimplemented(message = "the service ignores filters on `{Self}`")]
pub trait Filterable: Collection {}

/// The query of a list.
#[derive(Clone)]
pub struct Parameters<C: Collection> {
    pub(crate) query: Option<String>,
    pub(crate) page: Option<i64>,
    pub(crate) limit: Option<i64>,
    pub(crate) sort: Option<C::Sort>,
    pub(crate) order: Option<SortOrder>,
    pub(crate) filter: Option<Filter>,
    pub(crate) extra: C::Extra,
}

pub(super) fn check<C: Collection>(parameters: &Parameters<C>) -> Result<()> {
    let checked = match (parameters.page, parameters.limit) {
        (Some(0), _) => Err(Error::input("pages count from 1")),
        (_, Some(0)) => Err(Error::input("a page's limit must be at least 1")),
        _ => parameters.filter.as_ref().map_or(Ok(()), Filter::check),
    };
    checked.map_err(|error| error.with_operation(C::OPERATION))
}
