//! Check: the document generates, and what comes out stays within its limits.

use std::fmt;

use serde::Serialize;

use super::Document;
use super::describe::undocumented;
use super::error::{Error, Result};
use super::generate::generate;
use super::visit::operations;

/// What the library generated from a document would consist of.
#[derive(Debug, Serialize)]
pub struct Counts {
    /// Operations of the document.
    pub operations: usize,
    /// Generated types, sorted.
    pub types: Vec<String>,
    /// Lines of generated code, formatted.
    pub lines: usize,
    /// Operations, parameters, types and properties without a text.
    pub undocumented: Vec<String>,
}

/// Generates the code as the library's build does, and counts.
pub(crate) fn check(document: &Document) -> Result<Counts> {
    let files = generate(document)?;
    let file = |name: &str| {
        let found = files.iter().find(|(found, _)| *found == name);
        found.map_or("", |(_, source)| source)
    };
    let enums = file("enums.rs");
    let mut types = types_of(file("types.rs"))?;
    types.extend(enums.lines().filter_map(|line| {
        Some(
            line.trim()
                .strip_prefix("pub enum ")?
                .trim_end_matches(" {")
                .to_owned(),
        )
    }));
    types.sort();
    Ok(Counts {
        operations: operations(document).count(),
        types,
        lines: files.iter().map(|(_, source)| source.lines().count()).sum(),
        undocumented: undocumented(document),
    })
}

fn types_of(source: &str) -> Result<Vec<String>> {
    let file = syn::parse_file(source).map_err(|e| Error::new("types", e))?;
    Ok(file
        .items
        .into_iter()
        .filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            syn::Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect())
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = self.types.iter().map(String::len).max().unwrap_or(0);
        write!(
            f,
            "{} operations, {} types (longest name {longest}), {} generated lines, {} undocumented",
            self.operations,
            self.types.len(),
            self.lines,
            self.undocumented.len()
        )
    }
}

/// Names longer than this, or with a number at the end, are a sign that the overlay has not named something.
const LONGEST_NAME: usize = 32;
const MOST_TYPES: usize = 100;
const MOST_LINES: usize = 6_000;

impl Counts {
    /// What is beyond the limits that keep the library small and readable.
    pub fn beyond_limits(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for name in &self.types {
            if name.len() > LONGEST_NAME {
                problems.push(format!(
                    "type `{name}` has a name of more than {LONGEST_NAME} characters"
                ));
            }
            if name.ends_with(|last: char| last.is_ascii_digit()) {
                problems.push(format!("type `{name}` has a name that ends in a digit"));
            }
        }
        if self.types.len() > MOST_TYPES {
            problems.push(format!(
                "{} types are more than {MOST_TYPES}",
                self.types.len()
            ));
        }
        if self.lines > MOST_LINES {
            problems.push(format!(
                "{} generated lines are more than {MOST_LINES}",
                self.lines
            ));
        }
        if let Some(first) = self.undocumented.first() {
            let count = self.undocumented.len();
            problems.push(format!(
                "{count} places have no description, the first is {first}"
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::generating;

    #[test]
    fn operations_types_and_texts_are_counted() {
        let counts = check(&generating(
            "Book: {type: object, properties: {kind: {$ref: '#/components/schemas/Kind'}}}\nKind: {type: string, enum: [a], x-open-enum: true}",
        ))
        .unwrap();
        assert_eq!(counts.operations, 1);
        assert_eq!(counts.types, ["Book", "Kind"]);
        assert!(counts.lines > 50);
        assert_eq!(counts.undocumented.len(), 6);
    }

    #[test]
    fn each_limit_is_told_by_name() {
        let counts = Counts {
            operations: 1,
            types: [
                vec!["A".repeat(33), "Variant0".to_owned()],
                vec!["T".to_owned(); 99],
            ]
            .concat(),
            lines: 6_001,
            undocumented: vec!["schema `X`".to_owned()],
        };
        let problems = counts.beyond_limits();
        assert_eq!(problems.len(), 5, "{problems:?}");
        let within = Counts {
            types: vec!["T".repeat(32); 100],
            lines: 6_000,
            undocumented: vec![],
            ..counts
        };
        assert!(within.beyond_limits().is_empty());
    }
}
