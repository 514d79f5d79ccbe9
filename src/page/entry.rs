//! The entities of a page: all of them, or each on its own, so that one that cannot be read does not hide the others.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::Page;
use crate::error::{Error, ErrorKind, cap};
use crate::models::RawJson;

/// The longest text that is taken from an entity or a parser's message.
const TEXT_LIMIT: usize = 300;

/// An entity of a list that is not what the API documents; yielded by
/// [`List::stream_lenient`](crate::List::stream_lenient).
///
/// As an [`Error`] its kind is [`Decode`](ErrorKind::Decode).
#[derive(Clone)]
pub struct Undecodable {
    identifier: Option<String>,
    json: RawJson,
    problem: String,
}

impl Undecodable {
    fn new(json: RawJson, problem: &serde_json::Error) -> Self {
        #[derive(Deserialize)]
        struct Identified {
            identifier: String,
        }
        Self {
            identifier: json
                .parse()
                .ok()
                .map(|Identified { identifier }| identifier),
            // serde's messages quote the value at fault, however long it is.
            problem: cap(&problem.to_string(), TEXT_LIMIT),
            json,
        }
    }

    /// The identifier, where the entity has one that is a text.
    pub fn identifier(&self) -> Option<&str> {
        self.identifier.as_deref()
    }

    /// The entity as it came.
    pub fn json(&self) -> &RawJson {
        &self.json
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.identifier {
            Some(identifier) => write!(f, "entity `{}`", cap(identifier, TEXT_LIMIT))?,
            None => f.write_str("an entity without an identifier")?,
        }
        write!(f, " cannot be read: {}", self.problem)
    }
}

/// Without the JSON, which may be long.
impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecodable")
            .field("identifier", &self.identifier)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Undecodable {}

impl From<Undecodable> for Error {
    fn from(undecodable: Undecodable) -> Self {
        Self::new(ErrorKind::Decode, undecodable.to_string())
    }
}

/// An entity, or what stands in its place.
pub(super) struct Entry<T>(pub(super) Result<T, Undecodable>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = RawJson::deserialize(deserializer)?;
        let entity = json.parse();
        Ok(Self(
            entity.map_err(|problem| Undecodable::new(json, &problem)),
        ))
    }
}

impl<T> Entry<T> {
    /// What tells an entry from the others: its identifier, or the whole entry where it has none.
    pub(super) fn identity(&self, identifier: fn(&T) -> &str) -> &str {
        match &self.0 {
            Ok(entity) => identifier(entity),
            Err(undecodable) => match undecodable.identifier() {
                Some(identifier) => identifier,
                None => undecodable.json.as_str(),
            },
        }
    }
}

#[derive(Deserialize)]
struct Body<T> {
    items: Vec<T>,
    total: Option<i64>,
    page: Option<i64>,
    pages: Option<i64>,
    limit: Option<i64>,
}

/// Reads a page; an error names the first entity that cannot be read.
pub(crate) fn read_page<T: DeserializeOwned>(body: &[u8]) -> Result<Page<T>, String> {
    match serde_json::from_slice::<Body<T>>(body) {
        Ok(page) => Ok(Page::new(
            page.items, page.total, page.page, page.pages, page.limit,
        )),
        Err(problem) => Err(undecodable::<T>(body).unwrap_or_else(|| problem.to_string())),
    }
}

fn undecodable<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let page: Body<Entry<T>> = serde_json::from_slice(body).ok()?;
    let mut entries = page.items.into_iter().zip(1..);
    entries.find_map(|(entry, number)| {
        let undecodable = entry.0.err()?;
        Some(format!("number {number} of the page, {undecodable}"))
    })
}
