//! A list before it is sent: what to look for, in which order, how much at a time.

use std::fmt;

use futures_core::Stream;
use futures_util::TryStreamExt as _;

use super::collection::{Collection, Filterable, Parameters, check};
use super::entry::{Entry, Undecodable};
use super::listing::Listing;
use super::walk::{Step, walk};
use super::{Page, Position, ReadPage};
use crate::error::Result;
use crate::filter::Filter;
use crate::models::SortOrder;

/// A list that was not sent yet.
///
/// [`send`](Self::send) reads one page; [`stream`](Self::stream) reads all that there is, page by page, and
/// [`pages`](Self::pages) the same as pages.
#[derive(Clone)]
#[must_use = "a list sends nothing until `send`, `stream`, `pages` or `collect`"]
pub struct List<C: Collection> {
    collection: C,
    pub(crate) parameters: Parameters<C>,
    /// How many entities of the first page a stream leaves out.
    skip: usize,
    read_ahead: usize,
    max_items: Option<usize>,
}

impl<C: Collection> List<C> {
    pub(crate) fn new(collection: C) -> Self {
        let parameters = Parameters {
            query: None,
            page: None,
            limit: None,
            sort: None,
            order: None,
            filter: None,
            extra: C::Extra::default(),
        };
        Self {
            collection,
            parameters,
            skip: 0,
            read_ahead: 1,
            max_items: None,
        }
    }

    /// Only what the service's text search finds for this text.
    pub fn query(mut self, text: impl Into<String>) -> Self {
        self.parameters.query = Some(text.into());
        self
    }

    /// The page to read, or to start a stream from; the first is 1.
    pub fn page(self, page: u32) -> Self {
        self.resume(Position { page, offset: 0 })
    }

    /// Takes a stream up again from a place in the middle of a page. [`send`](Self::send) and [`pages`](Self::pages),
    /// which give whole pages, give the whole of that page.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// # for number in 1..4 {
    /// #     let input = timeback_qti::models::StimulusInput::new(format!("stimulus-{number}"), "S", "<p/>");
    /// #     client.stimuli().create(&input).await?;
    /// # }
    /// let stimuli = client.stimuli().list().limit(2);
    /// let mut stream = stimuli.clone().stream();
    /// let first = stream.next().await.unwrap()?;
    /// let place = serde_json::to_string(&stream.position())?;
    ///
    /// let rest = stimuli.resume(serde_json::from_str(&place)?).collect().await?;
    /// assert_eq!(rest.len(), 2);
    /// assert!(rest.iter().all(|stimulus| stimulus.identifier != first.identifier));
    /// # Ok(()) }
    /// ```
    pub fn resume(mut self, position: Position) -> Self {
        self.parameters.page = Some(position.page.into());
        self.skip = position.offset;
        self
    }

    /// How many entities a page has; the service gives 10 unless told.
    pub fn limit(mut self, limit: u32) -> Self {
        self.parameters.limit = Some(limit.into());
        self
    }

    /// The field to sort by.
    pub fn sort(mut self, field: impl Into<C::Sort>) -> Self {
        self.parameters.sort = Some(field.into());
        self
    }

    /// The direction to sort in; the service's is descending unless told.
    pub fn order(mut self, order: SortOrder) -> Self {
        self.parameters.order = Some(order);
        self
    }

    /// How many pages a stream asks for at once, from the second page on; 1 unless told, and 100 at most. So
    /// many are held, and the one being read.
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.read_ahead = pages.max(1);
        self
    }

    /// How many entities a stream yields at most.
    pub fn max_items(mut self, items: usize) -> Self {
        self.max_items = Some(items);
        self
    }

    /// Reads one page.
    ///
    /// # Errors
    /// As every call; [`Input`](crate::ErrorKind::Input) for a page or a limit of 0.
    pub fn send(&self) -> impl Future<Output = Result<Page<C::Entity>>> + Send + use<C> {
        let Self {
            collection,
            parameters,
            ..
        } = self.clone();
        async move {
            check(&parameters)?;
            collection.page(&parameters, ReadPage::WHOLE).await
        }
    }

    /// How many entities the list has, whichever page it starts from, without reading them: the service's own number.
    /// Where the service does not give it, all are read and counted.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// let linear = client.tests().list().navigation_mode("linear");
    /// assert_eq!(linear.count().await?, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send) and [`collect`](Self::collect).
    pub fn count(&self) -> impl Future<Output = Result<u64>> + Send + use<C> {
        let list = self.clone().page(1);
        async move {
            match list.clone().limit(1).send().await?.total {
                Some(total) => Ok(total),
                None => list.count_all().await,
            }
        }
    }

    async fn count_all(mut self) -> Result<u64> {
        self.max_items = None;
        let mut entities = self.stream();
        let mut count = 0;
        while let Some(entity) = entities.next().await {
            entity?;
            count += 1;
        }
        Ok(count)
    }

    /// All entities from the page asked for on, in the list's order, read lazily. One that comes again because the list
    /// shifted between two pages is left out.
    ///
    /// An error is yielded once, says how far the stream got, and ends it. So does an entity that cannot be read, which
    /// the error names: [`stream_lenient`](Self::stream_lenient) goes on after it.
    pub fn stream(self) -> Listing<C::Entity> {
        let (start, max_items) = (self.start(), self.max_items.unwrap_or(usize::MAX));
        let entities = self
            .walk(ReadPage::WHOLE, C::identifier)
            .map_ok(Step::new_entities);
        Listing::new(entities, start, max_items)
    }

    /// As [`stream`](Self::stream), which an entity that is not what the API documents does not end: it is yielded as
    /// [`Undecodable`], with its identifier and its JSON, and the stream goes on.
    ///
    /// Two that have no identifier and are equal in all else are taken for one.
    ///
    /// ```no_run
    /// # async fn run(client: timeback_qti::Client) -> timeback_qti::Result<()> {
    /// let mut items = client.items().list().stream_lenient();
    /// while let Some(item) = items.next().await {
    ///     match item? {
    ///         Ok(item) => println!("{}", item.title),
    ///         Err(undecodable) => eprintln!("{undecodable}: {}", undecodable.json().as_str()),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream_lenient(self) -> Listing<Result<C::Entity, Undecodable>> {
        let (start, max_items) = (self.start(), self.max_items.unwrap_or(usize::MAX));
        let entries = self.walk(ReadPage::EACH, |entry: &Entry<C::Entity>| {
            entry.identity(C::identifier)
        });
        let entities = entries.map_ok(|step| step.new_entities().map(|entry| entry.0));
        Listing::new(entities, start, max_items)
    }

    /// All pages from the one asked for on, read lazily, with nothing left out.
    pub fn pages(self) -> Listing<Page<C::Entity>> {
        let start = Position {
            offset: 0,
            ..self.start()
        };
        Listing::new(
            self.walk(ReadPage::WHOLE, C::identifier)
                .map_ok(Step::whole_page),
            start,
            usize::MAX,
        )
    }

    /// Where a stream starts.
    fn start(&self) -> Position {
        let page = self.parameters.page.unwrap_or(1);
        Position {
            page: page.try_into().unwrap_or(u32::MAX),
            offset: self.skip,
        }
    }

    fn walk<T: Send + 'static>(
        self,
        read: ReadPage<T>,
        identity: fn(&T) -> &str,
    ) -> impl Stream<Item = Result<Step<T>>> + Send + 'static {
        let (window, skip) = (self.read_ahead, self.skip);
        walk(
            self.collection,
            self.parameters,
            read,
            window,
            skip,
            identity,
        )
    }

    /// All entities, as [`stream`](Self::stream) yields them.
    ///
    /// # Errors
    /// The first error of the stream.
    pub async fn collect(self) -> Result<Vec<C::Entity>> {
        self.stream().collect().await
    }
}

impl<C: Filterable> List<C> {
    /// Only what this filter lets through.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.parameters.filter = Some(filter);
        self
    }
}

impl<C: Collection> fmt::Debug for List<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}
