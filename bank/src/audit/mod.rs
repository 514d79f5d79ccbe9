//! `audit`: what is wrong with a bank's content, found without the service.
//!
//! ```
//! use timeback_qti_bank::audit::{Options, Rule, audit};
//! use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Settings, unobserved};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let bank = Bank::init(folder.path(), Settings::default())?;
//! let item = "<qti-assessment-item identifier='i1' xml:lang='en'>\n  \
//!             <qti-assessment-stimulus-ref identifier='italy' href='italy.xml'/>\n\
//!             </qti-assessment-item>";
//! bank.write(&Entity::new(Key::new(Kind::Item, Identifier::new("i1")?), item))?;
//!
//! let report = audit(&bank, &Options::default(), &unobserved)?;
//! let missing = report.findings.iter().find(|finding| finding.rule == Rule::ReferenceMissing).unwrap();
//! assert_eq!(
//!     missing.to_string(),
//!     "items/i1.xml:2:3: error[reference-missing]: item i1: there is no stimulus \"italy\""
//! );
//! # Ok(()) }
//! ```

mod across;
mod by_service;
mod document;
mod finding;
mod limits;
mod report;
mod rule;
mod rules;
mod sarif;
mod scoring;
#[cfg(test)]
mod tests;

pub use finding::{Finding, Place};
pub use report::{Counts, Report};
pub use rule::{Rule, Severity, UnknownRule};

use std::path::Path;

use across::Across;
use document::{Document, View};
use finding::{Findings, Source};

use crate::bank::Bank;
use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::progress::{Event, Observer, Outcome};
use crate::remote::Unaddressable;

/// How an audit is done.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// The counts of an earlier audit. A rule that finds no more than then finds nothing new; less content than then is an error.
    pub baseline: Option<Counts>,
    /// Rules that are not applied.
    pub without: Vec<Rule>,
}

/// Audits all entities of a bank's folder, one by one.
///
/// Nothing is sent, and nothing is written. An entity whose files cannot be read, or not as QTI, is a finding, not an error.
///
/// # Errors
/// [`Error::File`] and [`Error::Stray`] if a folder cannot be read.
pub fn audit(bank: &Bank, options: &Options, observer: Observer<'_>) -> Result<Report> {
    let keys = bank.keys()?;
    observer(&Event::Stage {
        stage: "audit",
        total: Some(keys.len() as u64),
    });
    let mut auditor = Auditor::default();
    for key in keys {
        match bank.read(&key) {
            Ok(None) => continue,
            Ok(Some(entity)) => auditor.add(&entity, Some(&file_of(bank, &bank.path(&key)))),
            Err(error) => auditor.add_unreadable(Some(bank), &key, &error),
        }
        observer(&Event::done(key, Outcome::Checked));
    }
    Ok(auditor.finish(options))
}

/// The path of a file, relative to the bank's folder, with `/`.
fn file_of(bank: &Bank, path: &Path) -> String {
    let parts = path.strip_prefix(bank.root()).unwrap_or(path).iter();
    let parts = parts.map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Audits entities from any source, one after the other. It keeps what the checks across entities need, not the XML.
///
/// ```
/// use timeback_qti_bank::audit::{Auditor, Options, Severity};
/// use timeback_qti_bank::{Entity, Identifier, Key, Kind};
///
/// let mut auditor = Auditor::default();
/// let key = Key::new(Kind::Test, Identifier::new("t1")?);
/// auditor.add(&Entity::new(key, "<qti-assessment-test identifier='t2'/>"), None);
/// let report = auditor.finish(&Options::default());
/// assert_eq!(report.worst(), Some(Severity::Error));
/// # Ok::<(), timeback_qti_bank::InvalidIdentifier>(())
/// ```
#[derive(Debug, Default)]
pub struct Auditor {
    findings: Findings,
    across: Across,
    counts: Counts,
}

impl Auditor {
    /// Audits an entity; `file` is the one that its findings name.
    pub fn add(&mut self, entity: &Entity, file: Option<&str>) {
        let source = Source { entity, file };
        self.count(&entity.key, source.place(1, 1));
        let document = match Document::read(source) {
            Ok(document) => document,
            Err(error) => return self.findings.refused(source, Rule::XmlUnreadable, &error),
        };
        self.across.add(&document);
        if let View::Item(item) = &document.view {
            for interaction in &item.interactions {
                let kind = interaction.kind.as_str().to_owned();
                *self.counts.interactions.entry(kind).or_default() += 1;
            }
        }
        rules::check(&document, &mut self.findings);
    }

    /// Reports an entity that cannot be read, of this bank or of the service. It exists, so references to it are not missing.
    fn add_unreadable(&mut self, bank: Option<&Bank>, key: &Key, error: &Error) {
        let (path, line) = match error {
            Error::Beside { path, source } => (Some(path), source.line().max(1)),
            Error::File { path, .. } | Error::Orphan { path, .. } => (Some(path), 1),
            _ => (None, 1),
        };
        let file = bank.zip(path).map(|(bank, path)| file_of(bank, path));
        let place = Place::new(file, line, 1);
        self.count(key, place.clone());
        let rule = Rule::EntityUnreadable;
        self.findings
            .push(rule, error.cause(), Some(key), Some(place));
    }

    fn add_unaddressable(&mut self, entity: &Unaddressable) {
        let rule = Rule::IdentifierUnaddressable;
        self.findings.push(rule, entity.to_string(), None, None);
    }

    fn count(&mut self, key: &Key, place: Place) {
        let count = match key.kind {
            Kind::Stimulus => &mut self.counts.stimuli,
            Kind::Item => &mut self.counts.items,
            Kind::Test => &mut self.counts.tests,
        };
        *count += 1;
        self.across.add_key(key, place);
    }

    /// Adds what is wrong with the scores that the service gives.
    fn add_scored(&mut self, entity: &Entity, file: Option<&str>, problems: Vec<(Rule, String)>) {
        let source = Source { entity, file };
        for (rule, message) in problems {
            let place = Some(source.place(1, 1));
            self.findings.push(rule, message, Some(&entity.key), place);
        }
    }

    /// Runs the checks across all entities, and makes the report.
    pub fn finish(self, options: &Options) -> Report {
        let mut findings = self.findings;
        self.across.check(&mut findings);
        findings
            .0
            .retain(|finding| !options.without.contains(&finding.rule));
        Report::new(findings, self.counts, options.baseline.as_ref())
    }
}
