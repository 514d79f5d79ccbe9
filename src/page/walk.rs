//! From page to page, some of them at once, until the list ends or makes no progress.

use std::collections::VecDeque;
use std::mem;

use futures_core::Stream;
use futures_util::future::join_all;
use futures_util::stream;
use string_interner::StringInterner;
use string_interner::backend::BufferBackend;
use string_interner::symbol::SymbolUsize;

use super::collection::{Collection, Parameters, check};
use super::listing::Batch;
use super::{Page, ReadPage};
use crate::error::{Error, ErrorKind, Result};

/// What the service takes for a page's limit where none was asked for.
const DEFAULT_LIMIT: u64 = 10;

/// Pages in a row without anything new, after which a list is taken for broken rather than sparse or shifting.
const MAX_BARREN_PAGES: usize = 100;

/// How many pages are asked for at once at most, whatever a service says of how many there are.
const MAX_AT_ONCE: i64 = 100;

/// How a walk stands between two pages.
struct Progress {
    /// The page after the last one that was read.
    next: i64,
    /// How many entities of the next page are known to the caller already.
    skip: usize,
    /// How many pages stand before the first one of the walk.
    pages_before: u64,
    /// How many entities stand in those, as far as that is known.
    skipped: u64,
    /// How many pages there are, as the newest page says.
    pages: Option<i64>,
    /// How many entities a full page has.
    limit: u64,
    entities: u64,
    /// The identifiers so far, in one piece of memory.
    seen: StringInterner<BufferBackend<SymbolUsize>>,
    barren_pages: usize,
    /// Whether the last page called itself the last, but contradicted itself: the next one is asked for to be sure.
    is_probing: bool,
    ended: bool,
}

/// A page as a walk comes by it.
pub(super) struct Step<T> {
    pub(super) page: Page<T>,
    /// Which of its entities no page before had.
    is_new: Vec<bool>,
}

impl<T> Step<T> {
    /// The entities that no page before had.
    pub(super) fn new_entities(self) -> Batch<T> {
        let (mut items, mut is_new) = (self.page.items, self.is_new.iter());
        items.retain(|_| is_new.next().is_none_or(|is_new| *is_new));
        Batch {
            items,
            is_left: self.is_new,
            total: self.page.total,
        }
    }

    /// The page as it came.
    pub(super) fn whole_page(self) -> Batch<Page<T>> {
        Batch {
            total: self.page.total,
            items: vec![self.page],
            is_left: vec![true],
        }
    }
}

/// The pages from the one asked for on. Nothing is under way while a page is in the caller's hands: requests that wait
/// there would hold places that the caller's own calls need, and run into their time limit.
pub(super) fn walk<C: Collection, T: Send + 'static>(
    collection: C,
    parameters: Parameters<C>,
    read_page: ReadPage<T>,
    window: usize,
    skip: usize,
    identity: fn(&T) -> &str,
) -> impl Stream<Item = Result<Step<T>>> + Send + 'static {
    let progress = Progress::new(&parameters, skip);
    let fetch = move |page: i64| {
        let parameters = Parameters {
            page: Some(page),
            ..parameters.clone()
        };
        let collection = collection.clone();
        async move {
            check(&parameters)?;
            collection.page(&parameters, read_page).await
        }
    };
    let state = (progress, VecDeque::new(), fetch);
    stream::unfold(state, move |(mut progress, mut read, fetch)| async move {
        if progress.ended {
            return None;
        }
        if read.is_empty() {
            let first = progress.next;
            read.extend(join_all((first..first + progress.batch(window)).map(&fetch)).await);
        }
        let page = read.pop_front()?;
        if let Err(error) = &page
            && progress.is_probing
            && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Request)
        {
            // There is no such page.
            return None;
        }
        let step = page.and_then(|page| progress.take(page, identity));
        let step = step.map_err(|error| {
            progress.ended = true;
            let (page, entities) = (progress.next, progress.entities);
            error
                .with_context(format!("page {page}, after {entities} entities"))
                .with_operation(C::OPERATION)
        });
        Some((step, (progress, read, fetch)))
    })
}

impl Progress {
    fn new<C: Collection>(parameters: &Parameters<C>, skip: usize) -> Self {
        let next = parameters.page.unwrap_or(1);
        let limit = parameters
            .limit
            .and_then(|limit| limit.try_into().ok())
            .unwrap_or(DEFAULT_LIMIT);
        Self {
            next,
            skip,
            pages_before: u64::try_from(next.saturating_sub(1)).unwrap_or(0),
            skipped: 0,
            pages: None,
            limit,
            entities: 0,
            seen: StringInterner::new(),
            barren_pages: 0,
            is_probing: false,
            ended: false,
        }
    }

    /// How many pages to ask for at once: more than one only where they are known to be there.
    fn batch(&self, window: usize) -> i64 {
        let known = self
            .pages
            .map_or(1, |pages| pages.saturating_sub(self.next - 1));
        let window = i64::try_from(window).map_or(MAX_AT_ONCE, |window| window.min(MAX_AT_ONCE));
        known.clamp(1, window)
    }

    /// Takes note of a page, or refuses one that would make the walk endless.
    fn take<T>(&mut self, page: Page<T>, identity: fn(&T) -> &str) -> Result<Step<T>> {
        let stuck = |problem: String| Err(Error::new(ErrorKind::Decode, problem));
        let is_asked_for = |number: u64| i64::try_from(number) == Ok(self.next);
        let other = page.page.filter(|number| !is_asked_for(*number));
        // Twice on one page, an identifier is that of two entities; on a later page, of one that has shifted to it.
        let identifiers = || page.items.iter().map(identity);
        let mut is_new: Vec<_> = identifiers()
            .map(|identifier| self.seen.get(identifier).is_none())
            .collect();
        if self.is_probing && (other.is_some() || !is_new.contains(&true)) {
            // There is no such page: the service gave an earlier one instead.
            self.ended = true;
            let page = Page {
                items: Vec::new(),
                ..page
            };
            return Ok(Step {
                page,
                is_new: Vec::new(),
            });
        }
        if let Some(number) = other {
            return stuck(format!("the service answered with page {number}"));
        }
        self.seen.extend(identifiers());
        if is_new.contains(&true) {
            self.barren_pages = 0;
        } else if !page.items.is_empty() && page.page.is_none() {
            // A page that names itself may hold only what has shifted to it; one that does not is an earlier one.
            return stuck("the service repeats a page".to_owned());
        } else {
            self.barren_pages += 1;
            if self.barren_pages > MAX_BARREN_PAGES {
                return stuck(format!(
                    "more than {MAX_BARREN_PAGES} pages in a row hold nothing new"
                ));
            }
        }
        let skipped = mem::take(&mut self.skip).min(is_new.len());
        is_new[..skipped].fill(false);
        self.advance(&page);
        Ok(Step { page, is_new })
    }

    fn advance<T>(&mut self, page: &Page<T>) {
        let count = page.items.len() as u64;
        let told_limit = page.limit.filter(|limit| *limit > 0);
        if self.entities == 0 {
            // A service that does not say how many it gives at most may give fewer than it was asked for.
            self.skipped = self
                .pages_before
                .saturating_mul(told_limit.unwrap_or(count));
        }
        self.next += 1;
        self.entities += count;
        self.limit = told_limit.unwrap_or(self.limit);
        let pages = page.pages;
        self.pages = pages.map(|pages| pages.try_into().unwrap_or(i64::MAX));
        let passed = self.skipped.saturating_add(self.entities);
        let is_full = count >= self.limit;
        // Whether the page says that it is the last, and whether what else it says contradicts that.
        let (is_last, is_contradicted) = match (self.pages, page.total) {
            (Some(pages), total) => (self.next > pages, total.is_some_and(|total| passed < total)),
            // Some services tell as the total how many the page has.
            (None, Some(total)) => (
                passed >= total,
                is_full && (total == count || passed > total),
            ),
            (None, None) => (told_limit.is_some_and(|limit| count < limit), false),
        };
        // A page in the middle may be empty, where entities are hidden from this caller.
        let is_middle = self.pages.is_some_and(|pages| self.next <= pages);
        self.ended = is_last && !is_contradicted || count == 0 && !is_middle;
        self.is_probing = is_last && is_contradicted;
    }
}
