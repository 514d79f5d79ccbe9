//! Report: what a refresh brought.

use std::fmt;

use super::check::Counts;
use super::diff::Changes;

/// What a refresh prints.
#[derive(Debug)]
pub struct Report {
    /// What the new document consists of.
    pub counts: Counts,
    /// How it differs from the one before, if there was one.
    pub changes: Option<Changes>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.changes {
            None => writeln!(f, "no earlier document to compare with")?,
            Some(changes) => writeln!(f, "{changes}")?,
        }
        for place in &self.counts.undocumented {
            writeln!(f, "undocumented  {place}")?;
        }
        for problem in self.counts.beyond_limits() {
            writeln!(f, "beyond limit  {problem}")?;
        }
        write!(f, "{}", self.counts)
    }
}
