//! Report: what a refresh brought.

use std::fmt;

use serde::Serialize;

use super::Unmatched;
use super::check::Counts;
use super::diff::Changes;

/// What a refresh prints.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How upstream's document differs from the one before, if there was one.
    pub changes: Option<Changes>,
    /// Whether it differs all the same where `changes` has nothing.
    pub untold: bool,
    /// The parts of the overlays that the document has no place for.
    pub unmatched: Unmatched,
    /// What the new document consists of.
    pub counts: Counts,
}

impl Report {
    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// As Markdown: the changes, and what there is to do.
    pub fn to_markdown(&self) -> String {
        let mut text = match &self.changes {
            None => "No earlier document to compare with.\n".to_owned(),
            Some(changes) => changes.to_markdown(),
        };
        let to_do = self.to_do();
        if !to_do.is_empty() {
            text += "\n## To do\n\n";
        }
        for (what, place) in to_do {
            text += &format!("- {what}: {place}\n");
        }
        text + &format!("\n{}\n", self.counts)
    }

    /// What somebody must look at, each with the reason.
    fn to_do(&self) -> Vec<(&'static str, String)> {
        let texts = self.unmatched.texts.iter().cloned();
        let untold = self.untold.then(|| {
            "upstream.yaml, which differs in what changes nothing for a client".to_owned()
        });
        let undocumented = self.counts.undocumented.iter().cloned();
        texts
            .map(|text| ("left over", text))
            .chain(untold.map(|place| ("look at", place)))
            .chain(undocumented.map(|place| ("undocumented", place)))
            .chain(
                self.counts
                    .beyond_limits()
                    .into_iter()
                    .map(|problem| ("beyond limit", problem)),
            )
            .collect()
    }
}

/// As text, with the corrections that this document did not need.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.changes {
            None => writeln!(f, "no earlier document to compare with")?,
            Some(changes) => writeln!(f, "{changes}")?,
        }
        for correction in &self.unmatched.corrections {
            writeln!(f, "not needed    {correction}")?;
        }
        for (what, place) in self.to_do() {
            writeln!(f, "{what:<14}{place}")?;
        }
        write!(f, "{}", self.counts)
    }
}
