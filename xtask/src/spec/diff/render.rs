//! Changes as text, JSON or Markdown.

use std::fmt::{self, Write as _};

use super::{Change, Changes, Kind};

impl Changes {
    /// As JSON: a list of changes.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// As Markdown: a table for each kind of change.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        for (kind, title) in [
            (Kind::Document, "Document"),
            (Kind::Operation, "Operations"),
            (Kind::Schema, "Schemas"),
        ] {
            let mut changes = self.iter().filter(|change| change.kind == kind).peekable();
            if changes.peek().is_none() {
                continue;
            }
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(
                text,
                "{separator}## {title}\n\n| name | change | for a client |\n| --- | --- | --- |"
            );
            for change in changes {
                let cell = change.change.replace('|', "\\|");
                let _ = writeln!(text, "| `{}` | {cell} | {} |", change.name, verdict(change));
            }
        }
        if text.is_empty() {
            "No change.\n".to_owned()
        } else {
            text
        }
    }
}

fn verdict(change: &Change) -> &'static str {
    if change.breaking {
        "breaking"
    } else {
        "compatible"
    }
}

/// As text: a change a line, and how many there are.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in self.iter() {
            let kind = match change.kind {
                Kind::Document => "document",
                Kind::Operation => "operation",
                Kind::Schema => "schema",
            };
            writeln!(
                f,
                "{:<12}{kind} `{}`: {}",
                verdict(change),
                change.name,
                change.change
            )?;
        }
        let breaking = self.iter().filter(|change| change.breaking).count();
        match self.iter().count() {
            0 => write!(f, "no change"),
            all => write!(f, "changes: {all}, breaking: {breaking}"),
        }
    }
}
