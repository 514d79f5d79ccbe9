//! Reading a text as XML: checked in full, from memory, within bounds.

pub(crate) mod dom;
pub(crate) mod lexical;
pub(crate) mod namespaces;
mod prolog;
mod qti_document;
pub(crate) mod reader;
mod root;
pub(crate) mod token;
mod well_formed;

pub use qti_document::check_qti_3;
pub use root::{root_identifier, root_name};
pub use well_formed::{check_fragment, check_well_formed};
