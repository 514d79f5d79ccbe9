//! What a bank holds: stimuli, items and tests.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use timeback_qti::xml::{ItemView, TestView, XmlError};

/// What an entity is. The order is that of dependence: items refer to stimuli, tests to items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A passage that items share.
    Stimulus,
    /// An assessment item: a question.
    Item,
    /// An assessment test: parts of sections, which refer to items.
    Test,
}

impl Kind {
    /// All kinds, each before those that refer to it.
    pub const ALL: [Self; 3] = [Self::Stimulus, Self::Item, Self::Test];

    /// Its word, as people type it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stimulus => "stimulus",
            Self::Item => "item",
            Self::Test => "test",
        }
    }

    /// The root of its documents.
    pub(crate) fn root(self) -> &'static str {
        match self {
            Self::Stimulus => "qti-assessment-stimulus",
            Self::Item => "qti-assessment-item",
            Self::Test => "qti-assessment-test",
        }
    }

    /// The folder of a bank that its entities stand in.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Stimulus => "stimuli",
            Self::Item => "items",
            Self::Test => "tests",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    /// Reads the word in singular or plural.
    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let is_called = |kind: &Self| word == kind.name() || word == kind.folder();
        let found = Self::ALL.into_iter().find(is_called);
        found.ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of entity: stimulus, item or test")]
pub struct UnknownKind(String);

/// An entity's identifier: one that a path of the API can carry.
///
/// ```
/// use timeback_qti_bank::Identifier;
///
/// assert_eq!(Identifier::new("unit 1/a:b")?.as_str(), "unit 1/a:b");
/// assert!(Identifier::new("..").is_err());
/// # Ok::<(), timeback_qti_bank::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Identifier(Box<str>);

impl Identifier {
    /// Takes an identifier as it is.
    ///
    /// # Errors
    /// For one that is empty, `.` or `..`, or has a `\` or a control character: the API could not be asked for it.
    pub fn new(identifier: impl Into<String>) -> Result<Self, InvalidIdentifier> {
        let identifier = identifier.into();
        let is_unfit = |character: char| character == '\\' || character.is_control();
        if matches!(identifier.as_str(), "" | "." | "..") || identifier.contains(is_unfit) {
            return Err(InvalidIdentifier(identifier));
        }
        Ok(Self(identifier.into()))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Identifier {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Identifier> for String {
    fn from(identifier: Identifier) -> Self {
        identifier.0.into()
    }
}

impl TryFrom<String> for Identifier {
    type Error = InvalidIdentifier;

    fn try_from(identifier: String) -> Result<Self, InvalidIdentifier> {
        Self::new(identifier)
    }
}

impl FromStr for Identifier {
    type Err = InvalidIdentifier;

    fn from_str(identifier: &str) -> Result<Self, InvalidIdentifier> {
        Self::new(identifier)
    }
}

/// An identifier that no path can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no path can carry the identifier {0:?}: it must not be empty, `.` or `..`, nor hold `\\` or control characters"
)]
pub struct InvalidIdentifier(pub(crate) String);

/// Which entity: kinds have identifiers of their own, so an item and a test may share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub identifier: Identifier,
}

impl Key {
    /// Which entity.
    pub fn new(kind: Kind, identifier: Identifier) -> Self {
        Self { kind, identifier }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.identifier)
    }
}

/// An entity as a bank holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Which one.
    pub key: Key,
    /// Its QTI XML, as the service has it, byte for byte.
    pub xml: String,
    /// What its XML does not hold, by the API's names: `metadata` of all kinds, other fields of tests and stimuli.
    /// Empty where there is nothing.
    pub beside: Map<String, Value>,
}

impl Entity {
    /// An entity with nothing beside its XML.
    pub fn new(key: Key, xml: impl Into<String>) -> Self {
        Self {
            key,
            xml: xml.into(),
            beside: Map::new(),
        }
    }

    /// Its metadata; `None` if it has none, or if it is no object, which a push refuses.
    pub fn metadata(&self) -> Option<&Map<String, Value>> {
        self.beside.get("metadata").and_then(Value::as_object)
    }
}

impl Entity {
    /// What the entity refers to, by its XML: a test's items, an item's stimuli, each once. References to what no
    /// request can name are left out; an audit tells them.
    ///
    /// # Errors
    /// When the XML cannot be read.
    pub fn references(&self) -> Result<Vec<Key>, XmlError> {
        Ok(references(self.key.kind, &self.xml)?.keys)
    }
}

/// What an XML refers to, each once.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub(crate) keys: Vec<Key>,
    /// What no request can name.
    pub(crate) unaddressable: Vec<(Kind, InvalidIdentifier)>,
}

/// What the XML of an entity of this kind refers to.
pub(crate) fn references(kind: Kind, xml: &str) -> Result<References, XmlError> {
    let (to, mut identifiers): (_, Vec<String>) = match kind {
        Kind::Stimulus => return Ok(References::default()),
        Kind::Item => {
            let found = ItemView::parse(xml)?.stimulus_refs.into_iter();
            (
                Kind::Stimulus,
                found.map(|found| found.identifier).collect(),
            )
        }
        Kind::Test => {
            let test = TestView::parse(xml)?;
            let found = test.item_refs().into_iter();
            (
                Kind::Item,
                found.map(|found| found.identifier.clone()).collect(),
            )
        }
    };
    identifiers.sort_unstable();
    identifiers.dedup();
    let mut references = References::default();
    for identifier in identifiers {
        match Identifier::new(identifier) {
            Ok(identifier) => references.keys.push(Key::new(to, identifier)),
            Err(problem) => references.unaddressable.push((to, problem)),
        }
    }
    Ok(references)
}
