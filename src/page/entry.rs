//! The entities of a page: all of them, or each on its own, so that one that cannot be read does not hide the others.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::Page;
use crate::error::{Error, ErrorKind, Secrets, cap};
use crate::models::{RawJson, loose};

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
            problem: problem.to_string(),
            json,
        }
    }

    /// The identifier, where the entity has one that is a text.
    pub fn identifier(&self) -> Option<&str> {
        self.identifier.as_deref()
    }

    /// Takes the secrets of the request out of what `Display` and `Debug` show.
    fn strike(&mut self, secrets: &Secrets) {
        self.problem = secrets.strike(&self.problem);
        self.identifier = self.identifier.take().map(|it| secrets.strike(&it));
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
        // serde's messages quote the value at fault, however long it is.
        write!(f, " cannot be read: {}", cap(&self.problem, TEXT_LIMIT))
    }
}

/// Without the JSON, which may be long.
impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecodable")
            .field("identifier", &self.identifier)
            .field("problem", &cap(&self.problem, TEXT_LIMIT))
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

/// A page as services write it: what it says of itself are hints, which never make it unreadable.
#[derive(Deserialize)]
struct Body<T> {
    items: Option<Vec<T>>,
    data: Option<Vec<T>>,
    #[serde(default, deserialize_with = "loose::count")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    page: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    pages: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    limit: Option<u64>,
}

/// How the answer to a list is read.
pub struct ReadPage<T>(pub(crate) fn(&[u8], &Secrets) -> Result<Page<T>, String>);

impl<T> Clone for ReadPage<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ReadPage<T> {}

impl<T: DeserializeOwned> ReadPage<T> {
    /// All entities; an error names the first that cannot be read.
    pub(super) const WHOLE: Self = Self(|body, _| match read(body) {
        Ok(page) => Ok(page),
        Err(problem) => Err(undecodable::<T>(body).unwrap_or(problem)),
    });
}

impl<T: DeserializeOwned> ReadPage<Entry<T>> {
    /// Each entity on its own.
    pub(super) const EACH: Self = Self(|body, secrets| {
        let mut page: Page<Entry<T>> = read(body)?;
        let entries = page.items.iter_mut();
        entries
            .filter_map(|entry| entry.0.as_mut().err())
            .for_each(|undecodable| undecodable.strike(secrets));
        Ok(page)
    });
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Page<T>, String> {
    let body: Body<T> = serde_json::from_slice(body).map_err(|problem| problem.to_string())?;
    let items = body.items.or(body.data);
    Ok(Page {
        items: items.ok_or("missing field `items`")?,
        total: body.total,
        page: body.page,
        pages: body.pages,
        limit: body.limit,
    })
}

fn undecodable<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let page: Page<Entry<T>> = read(body).ok()?;
    let mut entries = page.items.into_iter().zip(1..);
    entries.find_map(|(entry, number)| {
        let undecodable = entry.0.err()?;
        Some(format!("number {number} of the page, {undecodable}"))
    })
}
