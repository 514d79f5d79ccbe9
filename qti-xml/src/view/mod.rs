//! Typed views of QTI documents.
//!
//! A view holds what the document says and nothing else: no default of QTI is filled in where the type can tell
//! "absent", names that QTI may extend are open enums, and mixed content stays whole in [`Content`].

mod content;
mod declaration;
mod element;
mod feedback;
mod interaction;
mod item;
mod open_enum;
mod processing;
mod read;
mod rules;
mod stimulus;
mod stimulus_content;
mod test;

pub use content::Content;
pub use declaration::{
    AreaMapEntry, AreaMapping, BaseType, Cardinality, MapEntry, Mapping, OutcomeDeclaration,
    ResponseDeclaration, Value,
};
pub use element::{Attribute, Element, Node};
pub use feedback::{Feedback, FeedbackKind, RubricBlock, ShowHide};
pub use interaction::{Choice, ChoiceKind, Interaction, InteractionKind};
pub use item::ItemView;
pub use processing::{CustomOperator, ProcessingTemplate, ResponseProcessing, TemplateKind};
pub use rules::{BranchRule, PreCondition, TimeLimits};
pub use stimulus::{StimulusRef, StimulusView};
pub use stimulus_content::stimulus_content;
pub use test::{
    ItemRefView, NavigationMode, PartView, SectionChild, SectionRefView, SectionView,
    SubmissionMode, TestView,
};

#[cfg(test)]
mod fixtures {
    use super::ItemView;

    /// An item with this content.
    pub(super) fn item(content: &str) -> ItemView {
        let namespace = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";
        ItemView::parse(&format!("<qti-assessment-item xmlns='{namespace}' identifier='i'>{content}</qti-assessment-item>"))
            .unwrap()
    }

    /// An item with this body.
    pub(super) fn body(content: &str) -> ItemView {
        item(&format!("<qti-item-body>{content}</qti-item-body>"))
    }
}
