//! From page to page, with a few requests ahead, until the list ends or makes no progress.

use futures_core::Stream;
use futures_util::stream::{self, FuturesOrdered, StreamExt};

use super::Page;
use super::list::{Collection, Parameters, check};
use crate::error::{Error, ErrorKind, Result};

/// What the service takes for a page's limit where none was asked for.
const DEFAULT_LIMIT: usize = 10;

/// Pages in a row without an entity, after which a list is taken for broken rather than sparse.
const MAX_EMPTY_PAGES: usize = 100;

/// How a walk stands between two pages.
struct Progress {
    /// The page after the last one that was read.
    next: i64,
    /// How many pages there are, as the newest page says.
    pages: Option<i64>,
    /// How many entities a full page has.
    limit: usize,
    last_identifiers: Vec<String>,
    empty_pages: usize,
    entities: usize,
    ended: bool,
}

pub(super) fn walk<'a, C: Collection + 'a>(
    collection: C,
    parameters: Parameters<C>,
    window: usize,
) -> impl Stream<Item = Result<Page<C::Entity>>> + Send + 'a {
    let first = parameters.page.unwrap_or(1);
    let progress = Progress {
        next: first,
        pages: None,
        limit: parameters
            .limit
            .and_then(|limit| limit.try_into().ok())
            .unwrap_or(DEFAULT_LIMIT),
        last_identifiers: Vec::new(),
        empty_pages: 0,
        entities: 0,
        ended: false,
    };
    let fetch = move |page: i64| {
        let parameters = Parameters {
            page: Some(page),
            ..parameters.clone()
        };
        async move {
            check(&parameters)?;
            collection.page(&parameters).await
        }
    };
    let state = (progress, FuturesOrdered::new(), first, fetch);
    stream::unfold(
        state,
        move |(mut progress, mut under_way, mut to_ask, fetch)| async move {
            if progress.ended {
                return None;
            }
            while under_way.len() < window
                && (under_way.is_empty() || progress.pages.is_some_and(|pages| to_ask <= pages))
            {
                under_way.push_back(fetch(to_ask));
                to_ask += 1;
            }
            let read = under_way
                .next()
                .await?
                .and_then(|page| progress.check::<C>(page))
                .map_err(|error| {
                    error.with_context(format!(
                        "page {}, after {} entities",
                        progress.next, progress.entities
                    ))
                });
            match &read {
                Ok(page) => progress.advance::<C>(page),
                Err(_) => progress.ended = true,
            }
            Some((read, (progress, under_way, to_ask, fetch)))
        },
    )
}

impl Progress {
    /// Refuses a page that would make the walk endless.
    fn check<C: Collection>(&self, page: Page<C::Entity>) -> Result<Page<C::Entity>> {
        let stuck = |problem: String| Err(Error::new(ErrorKind::Decode, problem));
        if let Some(number) = page
            .page
            .filter(|number| i64::try_from(*number) != Ok(self.next))
        {
            return stuck(format!("the service answered with page {number}"));
        }
        if page.items.is_empty() {
            if self.empty_pages >= MAX_EMPTY_PAGES {
                return stuck(format!("more than {MAX_EMPTY_PAGES} empty pages in a row"));
            }
        } else if page
            .items
            .iter()
            .map(C::identifier)
            .eq(self.last_identifiers.iter().map(String::as_str))
        {
            return stuck("the service repeats the page before".to_owned());
        }
        Ok(page)
    }

    fn advance<C: Collection>(&mut self, page: &Page<C::Entity>) {
        self.next += 1;
        self.pages = page.pages.and_then(|pages| pages.try_into().ok());
        self.limit = page
            .limit
            .and_then(|limit| limit.try_into().ok())
            .filter(|limit| *limit > 0)
            .unwrap_or(self.limit);
        self.entities += page.items.len();
        self.empty_pages = if page.items.is_empty() {
            self.empty_pages + 1
        } else {
            0
        };
        if !page.items.is_empty() {
            self.last_identifiers = page
                .items
                .iter()
                .map(|entity| C::identifier(entity).to_owned())
                .collect();
        }
        self.ended = match self.pages {
            Some(pages) => self.next > pages,
            None => page.items.len() < self.limit,
        };
    }
}
