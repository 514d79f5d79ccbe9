//! What is remembered of an entity, and how it lies in the store.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::entity::{Entity, Key};
use crate::layout::render;

/// The hash of an entity's files.
pub(crate) fn hash(entity: &Entity) -> String {
    let mut hasher = Sha256::new();
    hasher.update(entity.xml.as_bytes());
    hasher.update([0]);
    hasher.update(render(&entity.beside).unwrap_or_default());
    format!("{:x}", hasher.finalize())
}

/// What tells whether the service's entity has changed, as far as an answer says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) updated_at: Option<String>,
    /// Writes that the service counts, where it does.
    pub(crate) version: Option<i64>,
    pub(crate) xml: Option<String>,
}

impl Stamp {
    pub(crate) fn new(updated_at: Option<String>, version: Option<i64>) -> Self {
        Self {
            updated_at,
            version,
            xml: None,
        }
    }

    pub(crate) fn of_xml(self, xml: Option<&str>) -> Self {
        let xml = xml.map(|xml| format!("{:x}", Sha256::digest(xml)));
        Self { xml, ..self }
    }

    /// Whether both are of one state: what both say is equal, and that is enough to tell.
    pub(crate) fn is_that_of(&self, other: &Self) -> bool {
        self.updated_at.is_some() && other.updated_at.is_some() && !self.contradicts(other)
    }

    /// Whether both are of different states: they say different things of the same.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        fn differs<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.zip(other).is_some_and(|(one, other)| one != other)
        }
        differs(self.updated_at.as_ref(), other.updated_at.as_ref())
            || differs(self.version.as_ref(), other.version.as_ref())
            || differs(self.xml.as_ref(), other.xml.as_ref())
    }
}

/// What the service was last seen to hold, and which files of the bank say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) stamp: Stamp,
    /// The hash of the files that a pull wrote from it, or that a push wrote it from: files that still are like this may
    /// be overwritten.
    pub(crate) local: String,
    /// The hash of files that say the same in other words, such as with comments: they are not compared again, and never
    /// overwritten.
    #[serde(default)]
    pub(crate) alike: Option<String>,
    /// The service has stored it otherwise in what neither XML nor metadata shows: it is to be written again.
    #[serde(default)]
    pub(crate) stale: bool,
}

impl Seen {
    pub(crate) fn new(stamp: Stamp, local: String) -> Self {
        Self {
            stamp,
            local,
            alike: None,
            stale: false,
        }
    }

    /// The same, and files with this hash say the same in other words.
    pub(crate) fn alike(self, local: String) -> Self {
        let alike = (local != self.local).then_some(local);
        Self { alike, ..self }
    }

    /// Whether files with this hash say what the service was last seen to hold.
    pub(crate) fn is_said_by(&self, local: &str) -> bool {
        self.local == local || self.alike.as_deref() == Some(local)
    }
}

/// A write that was about to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    /// The number of the push.
    pub(crate) run: u64,
    /// What was to be written; `None` for a deletion.
    pub(crate) intended: Option<Entity>,
}

#[derive(Serialize, Deserialize)]
struct StoredIntent {
    run: u64,
    intended: Option<Content>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    xml: String,
    beside: Map<String, Value>,
}

impl Content {
    fn of(entity: &Entity) -> Self {
        Self {
            xml: entity.xml.clone(),
            beside: entity.beside.clone(),
        }
    }

    fn into_entity(self, key: Key) -> Entity {
        let Self { xml, beside } = self;
        Entity { key, xml, beside }
    }
}

pub(crate) fn pack_entity(entity: Option<&Entity>) -> Vec<u8> {
    pack(&entity.map(Content::of))
}

pub(crate) fn unpack_entity(key: &Key, bytes: &[u8]) -> Option<Option<Entity>> {
    let content: Option<Content> = unpack(bytes)?;
    Some(content.map(|content| content.into_entity(key.clone())))
}

pub(crate) fn pack_intent(intent: &Intent) -> Vec<u8> {
    let run = intent.run;
    let intended = intent.intended.as_ref().map(Content::of);
    pack(&StoredIntent { run, intended })
}

pub(crate) fn unpack_intent(key: &Key, bytes: &[u8]) -> Option<Intent> {
    let StoredIntent { run, intended } = unpack(bytes)?;
    let intended = intended.map(|content| content.into_entity(key.clone()));
    Some(Intent { run, intended })
}

pub(crate) fn pack(value: &impl Serialize) -> Vec<u8> {
    // Plain data with string keys always has a JSON form, and a vector takes all bytes.
    let json = serde_json::to_vec(value).unwrap_or_default();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let _ = encoder.write_all(&json);
    encoder.finish().unwrap_or_default()
}

pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut json = Vec::new();
    DeflateDecoder::new(bytes).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}
