//! From a bank into a package.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::packing::{PackReport, Packing};
use super::places::{About, Wanted};
use super::record::Record;
use crate::bank::Bank;
use crate::entity::Key;
use crate::error::{Error, Result};
use crate::layout::{NewFile, Over};
use crate::progress::{Event, Note, Observer, Outcome};

/// What is packed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PackOptions {
    /// These entities and what they refer to; all of the bank if there are none.
    pub keys: Vec<Key>,
    /// Replaces a file that exists.
    pub overwrite: bool,
}

impl PackOptions {
    /// Only these entities and what they refer to.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.keys = keys.into_iter().collect();
        self
    }

    /// Replaces a file that exists.
    #[must_use]
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }
}

impl Bank {
    /// Packs the bank as a QTI 3.0 content package. The same bank gives the same bytes. Entities stand where they stood in the
    /// package that they came from, and others where references to them lead; no content is changed for that, so that the report
    /// tells of references that lead elsewhere.
    ///
    /// # Errors
    /// [`Error::File`] if the file is there already, or cannot be written: what was there is as it was then.
    /// [`Error::Refused`] for a link below `media/`, and for a file there that a package cannot have; the message says why.
    /// [`Error::Record`] and [`Error::Newer`] if the bank's `qti-package.json` is not what this version writes there. As
    /// [`entities`](Self::entities).
    pub fn pack(
        &self,
        package: &Path,
        options: &PackOptions,
        observer: Observer<'_>,
    ) -> Result<PackReport> {
        if package.exists() && !options.overwrite {
            return Err(Error::file(package)(io::ErrorKind::AlreadyExists.into()));
        }
        let mut report = PackReport::default();
        let record = Record::read(self)?;
        let wanted = self.wanted(options, &mut report)?;
        observer(&Event::Stage {
            stage: "pack",
            total: Some(wanted.len() as u64),
        });
        let new = NewFile::beside(package)?;
        let mut packing = Packing::new(self, &record, &wanted, new.file())?;
        for key in packing.order(&record) {
            packing.entity(&key, &mut report)?;
            observer(&Event::done(key, Outcome::Checked));
        }
        packing.media(options.keys.is_empty(), &mut report)?;
        packing.finish(package, &record)?;
        let over = if options.overwrite {
            Over::Anything
        } else {
            Over::Nothing
        };
        new.put(package, over)?;
        Ok(report)
    }

    /// All that is packed.
    fn wanted(&self, options: &PackOptions, report: &mut PackReport) -> Result<Wanted> {
        let mut open = match options.keys.as_slice() {
            [] => self.keys()?,
            keys => keys.to_vec(),
        };
        let mut wanted = Wanted::new();
        let mut told = HashSet::new();
        while let Some(key) = open.pop() {
            if wanted.contains_key(&key) {
                continue;
            }
            let Some(entity) = self.read(&key)? else {
                if told.insert(key.clone()) {
                    report.missing.push(Note::new(key, "the bank has none"));
                }
                continue;
            };
            // An entity whose XML cannot be read is packed without what it refers to.
            open.extend(entity.references().unwrap_or_default());
            wanted.insert(key, About::of(&entity));
        }
        report.missing.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(wanted)
    }
}
