//! What all lists have in common: pages, order, text search and filters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::error::{ApiError, Issue};
use super::filter::Filter;
use super::fuzzy;
use crate::store::model::Stamps;

/// Entries on a page if the request does not say how many.
const DEFAULT_LIMIT: usize = 10;
/// The most entries on a page; a request for more gets this many. The live service's maximum is not known.
const MAX_LIMIT: usize = 100;

/// What a list needs to know of its entries.
pub(crate) trait Listed {
    fn identifier(&self) -> &str;
    /// Empty for entities that have none.
    fn title(&self) -> &str;
    fn stamps(&self) -> Stamps;
    /// A top-level field besides those above, by its name in the API.
    fn other(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// Any top-level field.
    fn field(&self, name: &str) -> Option<Cow<'_, Value>> {
        let stamps = self.stamps();
        let own = match name {
            "identifier" => self.identifier().into(),
            "title" => self.title().into(),
            "createdAt" => timestamp(stamps.created).into(),
            "updatedAt" => timestamp(stamps.updated).into(),
            "__v" => stamps.version.into(),
            _ => return self.other(name),
        };
        Some(Cow::Owned(own))
    }
}

/// The parameters of a list.
#[derive(Debug)]
pub(crate) struct Listing {
    page: usize,
    limit: usize,
    sort: String,
    descending: bool,
    searches: Vec<String>,
    filter: Option<Filter>,
}

/// How an operation reads its parameters.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The fields by which the list can be sorted.
    pub(crate) sorts: &'static [&'static str],
    /// Whether `filter` is honoured.
    pub(crate) filter: bool,
    /// Whether a parameter that cannot be read is a 400; otherwise its default stands.
    pub(crate) strict: bool,
}

impl Listing {
    pub(crate) fn parse(
        parameters: &HashMap<String, String>,
        rules: &Rules,
    ) -> Result<Listing, ApiError> {
        let mut issues = Vec::new();
        let mut number = |name: &'static str, default: usize| match parameters
            .get(name)
            .map(|text| text.parse())
        {
            None => default,
            Some(Ok(number)) if number > 0 => number,
            Some(_) => {
                issues.push(Issue::new(name, "type", "must be a whole number above 0"));
                default
            }
        };
        let page = number("page", 1);
        let limit = number("limit", DEFAULT_LIMIT).min(MAX_LIMIT);
        let mut word = |name: &'static str, default: &str, words: &[&str]| match parameters
            .get(name)
            .map(String::as_str)
        {
            None => default.to_owned(),
            Some(word) if words.contains(&word) => word.to_owned(),
            Some(_) => {
                issues.push(Issue::new(
                    name,
                    "enum",
                    format!("must be one of {}", words.join(", ")),
                ));
                default.to_owned()
            }
        };
        let sort = word("sort", "createdAt", rules.sorts);
        let order = word("order", "desc", &["asc", "desc"]);
        let filter = parameters
            .get("filter")
            .filter(|text| rules.filter && !text.trim().is_empty());
        let filter = filter
            .map(|text| Filter::parse(text))
            .transpose()
            .unwrap_or_else(|message| {
                issues.push(Issue::new("filter", "syntax", message));
                None
            });
        if rules.strict && !issues.is_empty() {
            return Err(ApiError::invalid(&issues));
        }
        let searches = ["query", "search"]
            .iter()
            .filter_map(|name| parameters.get(*name))
            .cloned()
            .collect();
        Ok(Listing {
            page,
            limit,
            sort,
            descending: order == "desc",
            searches,
            filter,
        })
    }

    /// The page of those entries that match, each shown by `show`.
    pub(crate) fn page<'a, T: Listed + 'a>(
        &self,
        entries: impl Iterator<Item = &'a T>,
        show: impl Fn(&T) -> Value,
    ) -> Value {
        let mut found: Vec<&T> = entries.filter(|entry| self.matches(*entry)).collect();
        found.sort_by(|a, b| {
            let order = self.compare(*a, *b);
            if self.descending {
                order.reverse()
            } else {
                order
            }
        });
        let start = (self.page - 1).saturating_mul(self.limit);
        let items: Vec<Value> = found
            .iter()
            .skip(start)
            .take(self.limit)
            .map(|entry| show(entry))
            .collect();
        json!({
            "items": items,
            "total": found.len(),
            "page": self.page,
            "pages": found.len().div_ceil(self.limit),
            "limit": self.limit,
            "sort": self.sort,
            "order": if self.descending { "desc" } else { "asc" },
        })
    }

    fn matches(&self, entry: &impl Listed) -> bool {
        self.searches
            .iter()
            .all(|query| fuzzy::matches(query, [entry.identifier(), entry.title()]))
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.matches(|name| entry.field(name)))
    }

    fn compare(&self, a: &impl Listed, b: &impl Listed) -> Ordering {
        let (first, second) = (a.stamps(), b.stamps());
        let order = match self.sort.as_str() {
            "createdAt" => first.created.cmp(&second.created),
            "updatedAt" => first.updated.cmp(&second.updated),
            name => {
                let text = |value: Option<Cow<'_, Value>>| {
                    value.as_deref().and_then(Value::as_str).map(str::to_owned)
                };
                text(a.field(name)).cmp(&text(b.field(name)))
            }
        };
        order.then(first.serial.cmp(&second.serial))
    }
}

/// A point in time as the API writes it.
pub(crate) fn timestamp(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Whether a field of free-form metadata is the wanted text, or a number written like it.
pub(super) fn metadata_is(metadata: Option<&Value>, name: &str, wanted: Option<&str>) -> bool {
    wanted.is_none_or(
        |wanted| match metadata.and_then(|metadata| metadata.get(name)) {
            Some(Value::String(found)) => found == wanted,
            Some(Value::Number(found)) => found.to_string() == wanted,
            _ => false,
        },
    )
}
