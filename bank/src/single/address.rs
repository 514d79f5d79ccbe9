//! How people name an entity: by kind and identifier, or by its full URL.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::entity::{Identifier, Key, Kind};
use crate::remote::Service;

/// What a text names.
///
/// ```
/// use timeback_qti_bank::single::Address;
///
/// assert!(matches!("item/unit 1/a".parse(), Ok(Address::Entity(key)) if key.identifier.as_str() == "unit 1/a"));
/// assert!(matches!("section/t/p/s".parse(), Ok(Address::Section(_))));
/// assert!("elephant/1".parse::<Address>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A stimulus, an item or a test.
    Entity(Key),
    /// A section of a test.
    Section(SectionAddress),
}

/// Where a section is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionAddress {
    /// The test.
    pub test: Identifier,
    /// Its part.
    pub part: Identifier,
    /// The part's section.
    pub section: Identifier,
}

impl fmt::Display for SectionAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            test,
            part,
            section,
        } = self;
        write!(f, "section {section} of {test}/{part}")
    }
}

/// Why a text names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {problem}")]
pub struct InvalidAddress {
    text: String,
    problem: String,
}

fn invalid(text: &str, problem: impl Into<String>) -> InvalidAddress {
    InvalidAddress {
        text: text.to_owned(),
        problem: problem.into(),
    }
}

const FORMS: &str = "an entity is named by kind and identifier, as in item/capital, a section as in section/TEST/PART/SECTION, \
     or either by its full URL";

impl std::str::FromStr for Address {
    type Err = InvalidAddress;

    /// Reads `KIND/IDENTIFIER`, whose identifier may hold more slashes, or `section/TEST/PART/SECTION`, whose identifiers
    /// may not.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let wrong = |problem: &dyn fmt::Display| invalid(text, problem.to_string());
        let (kind, identifier) = text.split_once('/').ok_or_else(|| wrong(&FORMS))?;
        let read =
            |identifier: &str| Identifier::new(identifier).map_err(|problem| wrong(&problem));
        if matches!(kind, "section" | "sections") {
            return match identifier.split('/').collect::<Vec<_>>()[..] {
                [test, part, section] => Ok(Self::Section(SectionAddress {
                    test: read(test)?,
                    part: read(part)?,
                    section: read(section)?,
                })),
                _ => Err(wrong(&FORMS)),
            };
        }
        let kind: Kind = kind.parse().map_err(|problem| wrong(&problem))?;
        Ok(Self::Entity(Key::new(kind, read(identifier)?)))
    }
}

impl Service {
    /// Reads an address: as [`Address`] does, or a full URL of this service.
    ///
    /// # Errors
    /// If the text names nothing, or is the URL of another service: nothing is ever sent to an address that was pasted.
    pub fn address(&self, text: &str) -> Result<Address, InvalidAddress> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return text.parse();
        };
        // A password is neither needed nor shown.
        let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let host_start = rest[..host_end].rfind('@').map_or(0, |at| at + 1);
        let text = &format!("{scheme}://{}", &rest[host_start..]);
        let base = self.client().base_url().trim_end_matches('/');
        let path = text
            .strip_prefix(base)
            .and_then(|rest| rest.strip_prefix('/'));
        let path = path.ok_or_else(|| {
            invalid(
                text,
                format!("this is not below {base}, the service of this command"),
            )
        })?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
        let read = |part: &str| {
            let decoded = percent_decode_str(part).decode_utf8();
            let decoded = decoded.map_err(|_| invalid(text, "it is not UTF-8"))?;
            Identifier::new(decoded).map_err(|problem| invalid(text, problem.to_string()))
        };
        let entity = |kind, identifier| Ok(Address::Entity(Key::new(kind, read(identifier)?)));
        match parts[..] {
            ["stimuli", identifier] => entity(Kind::Stimulus, identifier),
            ["assessment-items", identifier] => entity(Kind::Item, identifier),
            ["assessment-tests", identifier] => entity(Kind::Test, identifier),
            [
                "assessment-tests",
                test,
                "test-parts",
                part,
                "sections",
                section,
            ] => Ok(Address::Section(SectionAddress {
                test: read(test)?,
                part: read(part)?,
                section: read(section)?,
            })),
            _ => Err(invalid(text, FORMS)),
        }
    }
}
