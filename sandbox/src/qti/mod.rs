//! QTI: what the service reads of XML, and how it writes XML.

pub(crate) mod content;
mod document;
pub(crate) mod fields;
pub(crate) mod interaction_xml;
pub(crate) mod item_reading;
pub(crate) mod item_xml;
pub(crate) mod rendering;
pub(crate) mod scoring;
pub(crate) mod stimulus_xml;
pub(crate) mod test_xml;
pub(crate) mod validation;
pub(crate) mod xml;
