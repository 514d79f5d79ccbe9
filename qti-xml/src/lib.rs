//! QTI 3.0 as XML, in memory: is it well-formed, what does it say, is it still what was sent.
//!
//! | question | answer |
//! | --- | --- |
//! | Is this text well-formed? | [`check_well_formed`] for documents, [`check_fragment`] for what stands inside an element |
//! | Is it QTI 3.0, or an older format? | [`check_qti_3`] |
//! | What does an item, a test, a stimulus say? | [`ItemView::parse`], [`TestView::parse`], [`StimulusView::parse`] |
//! | Where in it does something stand? | [`Element::parse`], [`Element::descendants`] |
//! | Does a stored document mean what was sent? | [`first_difference`], [`first_difference_of_tests`] |
//! | Where do two documents differ? | [`differences`], [`differences_of_tests`] |
//!
//! All of it works on text in memory, with namespaces, and is safe on documents from anywhere: no file or address is
//! opened, no entity of a document is expanded, and depth, size and number of nodes are bounded.

mod compare;
mod error;
mod parse;
#[cfg(test)]
mod properties;
mod view;
mod write;

pub use compare::{
    Difference, differences, differences_of_tests, first_difference, first_difference_of_tests,
};
pub use error::{XmlError, XmlErrorKind};
pub use parse::{check_fragment, check_qti_3, check_well_formed, root_identifier, root_name};
pub use view::{
    AreaMapEntry, AreaMapping, Attribute, BaseType, BranchRule, Cardinality, Choice, ChoiceKind,
    Content, CustomOperator, Element, Feedback, FeedbackKind, Interaction, InteractionKind,
    ItemRefView, ItemView, MapEntry, Mapping, NavigationMode, Node, OutcomeDeclaration, PartView,
    PreCondition, ProcessingTemplate, ResponseDeclaration, ResponseProcessing, RubricBlock,
    SectionChild, SectionRefView, SectionView, ShowHide, StimulusRef, StimulusView, SubmissionMode,
    TemplateKind, TestView, TimeLimits, Value, stimulus_content,
};

/// The README's programs, compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
