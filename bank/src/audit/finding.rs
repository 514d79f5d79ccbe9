//! What an audit found, and where.

use serde::Serialize;
use timeback_qti::xml::{Element, XmlError};

use super::rule::{Rule, Severity};
use crate::entity::{Entity, Key};

/// One thing that an audit found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that found it.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The entity; `None` for what is about the whole bank.
    #[serde(flatten)]
    pub entity: Option<Key>,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Whether the baseline has it already, so that it is nothing new.
    pub known: bool,
}

/// A place in an entity's XML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, from the bank's folder, with `/`; `None` for what was read from the service.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, counted in characters.
    pub column: usize,
}

impl Place {
    pub(super) fn new(file: Option<String>, line: usize, column: usize) -> Self {
        Self { file, line, column }
    }
}

/// An entity, and the file that it was read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'e> {
    pub(super) entity: &'e Entity,
    pub(super) file: Option<&'e str>,
}

impl Source<'_> {
    pub(super) fn place_of(&self, element: &Element) -> Place {
        self.place(element.line(), element.column())
    }

    pub(super) fn place(&self, line: usize, column: usize) -> Place {
        Place::new(self.file.map(str::to_owned), line, column)
    }
}

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    /// A finding about an element of an entity.
    pub(super) fn at(
        &mut self,
        source: Source<'_>,
        element: &Element,
        rule: Rule,
        message: impl Into<String>,
    ) {
        let place = source.place_of(element);
        self.push(rule, message.into(), Some(&source.entity.key), Some(place));
    }

    /// A finding about XML that is refused.
    pub(super) fn refused(&mut self, source: Source<'_>, rule: Rule, error: &XmlError) {
        let place = source.place(error.line, error.column);
        let (key, message) = (&source.entity.key, error.message.clone());
        self.push(rule, message, Some(key), Some(place));
    }

    pub(super) fn push(
        &mut self,
        rule: Rule,
        message: String,
        entity: Option<&Key>,
        place: Option<Place>,
    ) {
        self.0.push(Finding {
            rule,
            severity: rule.severity(),
            message,
            entity: entity.cloned(),
            place,
            known: false,
        });
    }
}
