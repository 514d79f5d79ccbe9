//! QTI XML: is it well-formed, what does it say, is it still what was sent.
//!
//! | question | answer |
//! | --- | --- |
//! | Will the API accept this text as XML? | [`check_well_formed`] for documents, [`check_fragment`] for a stimulus's `content` |
//! | What does an item, a test, a stimulus say? | [`ItemView::parse`], [`TestView::parse`], [`StimulusView::parse`] |
//! | Where in it does something stand? | [`Element::parse`], [`Element::descendants`] |
//! | Did the server store what was sent? | [`first_difference`] |
//! | What would a write of its JSON form lose? | [`json_losses`] |
//!
//! The API's raw XML is the truth about an entity: its JSON form loses the order of mixed content, among other things.
//! All that reads XML here works on text in memory, with namespaces, and is safe on documents from anywhere: no file or
//! address is opened, no entity of a document is expanded, and depth, size and number of nodes are bounded.

mod accepted;
mod compare;
mod dom;
mod error;
mod excerpt;
mod json_form;
mod json_loss;
mod lexical;
mod namespaces;
mod prolog;
#[cfg(test)]
mod properties;
mod reader;
mod stored;
mod view;
mod well_formed;
mod white_space;

pub(crate) use accepted::check_accepted;
pub use compare::{Difference, first_difference};
pub use error::{XmlError, XmlErrorKind};
pub use json_form::{JsonForm, beyond_json};
pub use json_loss::{JsonLoss, json_losses};
pub(crate) use stored::root_name;
pub use stored::{first_difference_of_tests, root_identifier, stimulus_content};
pub use view::*;
pub use well_formed::{check_fragment, check_well_formed};
