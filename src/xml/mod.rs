//! QTI XML, and what the API's JSON form of it does not say.
//!
//! The API's raw XML is the truth about an entity: its JSON form loses the order of mixed content, among other things.
//! [`json_losses`] and [`beyond_json`] tell what; all else is the package [`qti_xml`], which needs neither this client
//! nor a network: it reads text in memory, safe on documents from anywhere.
//!
//! | question | answer |
//! | --- | --- |
//! | Will the API accept this text as XML? | [`check_qti_3`] for documents, [`check_fragment`] for a stimulus's `content` |
//! | What does an item, a test, a stimulus say? | [`ItemView::parse`], [`TestView::parse`], [`StimulusView::parse`] |
//! | Where in it does something stand? | [`Element::parse`], [`Element::descendants`] |
//! | Did the server store what was sent? | [`first_difference`] |
//! | What would a write of its JSON form lose? | [`json_losses`] |

mod beyond_xml;
mod form_of_xml;
mod json_form;
mod json_loss;

pub(crate) use beyond_xml::first_place;
pub(crate) use json_form::Form;
pub use json_form::{JsonForm, beyond_json};
pub use json_loss::{JsonLoss, json_losses};
pub use qti_xml::{
    AreaMapEntry, AreaMapping, Attribute, BaseType, BranchRule, Cardinality, Choice, ChoiceKind,
    Content, CustomOperator, Difference, Element, Feedback, FeedbackKind, Interaction,
    InteractionKind, ItemRefView, ItemView, MapEntry, Mapping, NavigationMode, Node,
    OutcomeDeclaration, PartView, PreCondition, ProcessingTemplate, ResponseDeclaration,
    ResponseProcessing, RubricBlock, SectionChild, SectionRefView, SectionView, ShowHide,
    StimulusRef, StimulusView, SubmissionMode, TemplateKind, TestView, TimeLimits, Value, XmlError,
    XmlErrorKind, check_fragment, check_qti_3, check_well_formed, differences,
    differences_of_tests, first_difference, first_difference_of_tests, root_identifier, root_name,
    stimulus_content,
};
