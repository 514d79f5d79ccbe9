//! QTI as far as the service reads and writes it.
pub(crate) mod content;
pub(crate) mod test_xml;
pub(crate) mod xml;
