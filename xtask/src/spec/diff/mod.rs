//! Diff: what changed between two documents, and what it means for a client written against the old one.
//!
//! A change is breaking if a valid request may now be refused, or if an answer may hold what such a client does not
//! expect. So the direction decides: a value that is added to an enum is harmless in requests and breaking in answers;
//! for a value that is removed, it is the reverse. A schema that requests and answers use is judged by both rules.

mod access;
mod operations;
mod render;
mod schemas;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::Document;
use super::visit::{self, operations};

/// Every change: first those of the document, then operations, then schemas.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Changes(Vec<Change>);

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What changed: the document, an operation or a schema.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What is different, in words.
    pub change: String,
    /// Whether a client may break.
    pub breaking: bool,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What holds for all operations: the version, the servers, what they ask for to let a client in.
    Document,
    /// One operation.
    Operation,
    /// One named schema.
    Schema,
}

/// Whether values of a schema are in requests, in answers, or in both.
#[derive(Clone, Copy, Debug, Default)]
struct Direction {
    request: bool,
    response: bool,
}

/// Compares two documents.
pub fn diff(old: &Document, new: &Document) -> Changes {
    let mut changes = Vec::new();
    access::compare(old, new, &mut changes);
    operations::compare(old, new, &mut changes);
    schemas::compare_components(old, new, &mut changes);
    Changes(changes)
}

impl Changes {
    /// The changes: first those of the document, then operations, then schemas.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// Whether any of them is breaking.
    pub fn breaking(&self) -> bool {
        self.iter().any(|change| change.breaking)
    }
}

/// Collects the changes of one operation or schema.
struct Log<'a> {
    kind: Kind,
    name: &'a str,
    changes: &'a mut Vec<Change>,
}

impl Log<'_> {
    fn breaking(&mut self, change: impl Into<String>) {
        self.add(true, change);
    }

    fn compatible(&mut self, change: impl Into<String>) {
        self.add(false, change);
    }

    fn add(&mut self, breaking: bool, change: impl Into<String>) {
        let (kind, name) = (self.kind, self.name.to_owned());
        self.changes.push(Change {
            kind,
            name,
            change: change.into(),
            breaking,
        });
    }
}

/// A change with its place, which is empty for the whole.
fn join(at: &str, change: &str) -> String {
    match at.strip_prefix('.').unwrap_or(at) {
        "" => change.to_owned(),
        at => format!("{at} {change}"),
    }
}

/// The component schemas that requests and answers of a document hold.
struct Uses {
    request: BTreeSet<String>,
    response: BTreeSet<String>,
}

impl Uses {
    fn of(document: &Value) -> Self {
        let reachable = |parts: &[&str]| {
            let roots = operations(document)
                .flat_map(|operation| parts.iter().map(move |part| &operation.value[*part]));
            visit::reachable(document, roots)
        };
        Self {
            request: reachable(&["parameters", "requestBody"]),
            response: reachable(&["responses"]),
        }
    }

    fn direction(&self, name: &str) -> Direction {
        Direction {
            request: self.request.contains(name),
            response: self.response.contains(name),
        }
    }
}
