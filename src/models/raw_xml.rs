//! The raw XML of an entity that was read.

use crate::error::{Error, ErrorKind, Result};
use crate::xml::XmlError;

/// The raw XML; an error if the entity came without.
pub(crate) fn raw_xml(raw_xml: Option<&str>) -> Result<&str> {
    raw_xml.ok_or_else(|| Error::new(ErrorKind::Decode, "the entity was read without its rawXml"))
}

/// An error about XML that the service gave.
pub(crate) fn unreadable(problem: XmlError) -> Error {
    Error::new(ErrorKind::Decode, format!("rawXml: {problem}")).with_source(problem)
}
