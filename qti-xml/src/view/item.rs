//! An assessment item.

use std::ops::ControlFlow;

use super::content::Content;
use super::declaration::{OutcomeDeclaration, ResponseDeclaration};
use super::feedback::{Feedback, RubricBlock};
use super::interaction::Interaction;
use super::processing::ResponseProcessing;
use super::read;
use super::stimulus::StimulusRef;
use crate::error::XmlError;

/// What an item's XML says.
///
/// ```
/// use qti_xml::{InteractionKind, ItemView, TemplateKind};
///
/// let item = ItemView::parse(
///     r#"<?xml version="1.0" encoding="UTF-8"?>
///     <qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
///         identifier="item-1" title="Capitals" time-dependent="false">
///       <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
///         <qti-correct-response><qti-value>B</qti-value></qti-correct-response>
///       </qti-response-declaration>
///       <qti-item-body>
///         <qti-choice-interaction response-identifier="RESPONSE" max-choices="1" shuffle="true">
///           <qti-prompt>What is the capital of <em>Italy</em>?</qti-prompt>
///           <qti-simple-choice identifier="A">Milan</qti-simple-choice>
///           <qti-simple-choice identifier="B">Rome</qti-simple-choice>
///         </qti-choice-interaction>
///       </qti-item-body>
///       <qti-response-processing
///           template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
///     </qti-assessment-item>"#,
/// )?;
///
/// let interaction = &item.interactions[0];
/// assert_eq!(interaction.kind, InteractionKind::Choice);
/// assert_eq!(item.prompts[0].text(), "What is the capital of Italy?");
///
/// let correct = &item.response_declaration("RESPONSE").unwrap().correct[0];
/// assert_eq!(interaction.choice(&correct.text).unwrap().content.text(), "Rome");
///
/// let template = item.response_processing.unwrap().template.unwrap();
/// assert_eq!(template.kind, TemplateKind::MatchCorrect);
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemView {
    /// The item's identifier, empty if the document lacks it.
    pub identifier: String,
    /// The item's title.
    pub title: Option<String>,
    /// The language of its content, from `xml:lang`.
    pub language: Option<String>,
    /// Whether the item takes several attempts, its state kept between them.
    pub adaptive: bool,
    /// Whether its processing looks at the time.
    pub time_dependent: bool,
    /// The body.
    pub body: Option<Content>,
    /// All prompts of interactions, in the document's order. A question outside of an interaction is in `body`.
    pub prompts: Vec<Content>,
    /// All interactions, in the document's order.
    pub interactions: Vec<Interaction>,
    /// The response variables.
    pub response_declarations: Vec<ResponseDeclaration>,
    /// The outcome variables.
    pub outcome_declarations: Vec<OutcomeDeclaration>,
    /// All feedback, inline, block and modal, in the document's order.
    pub feedback: Vec<Feedback>,
    /// The stimuli that the item refers to.
    pub stimulus_refs: Vec<StimulusRef>,
    /// All rubric blocks.
    pub rubric_blocks: Vec<RubricBlock>,
    /// How answers are scored.
    pub response_processing: Option<ResponseProcessing>,
}

impl ItemView {
    /// Reads a QTI 3 item.
    ///
    /// What the document lacks is absent or empty in the view; names that QTI 3 does not know are kept as `Other`.
    ///
    /// # Errors
    /// [`Malformed`](crate::XmlErrorKind::Malformed) if the text is not well-formed,
    /// [`UnexpectedRoot`](crate::XmlErrorKind::UnexpectedRoot) if it is not a `qti-assessment-item` (QTI 2 calls it
    /// `assessmentItem`), [`Limit`](crate::XmlErrorKind::Limit) as [`check_well_formed`](crate::check_well_formed).
    pub fn parse(raw_xml: &str) -> Result<Self, XmlError> {
        let root = read::root(raw_xml, "assessment-item")?;
        let mut view = Self {
            identifier: root.identifier_attribute(),
            title: root.text_attribute("title"),
            language: root.attribute_map().remove("xml:lang"),
            adaptive: root.flag("adaptive"),
            time_dependent: root.flag("time-dependent"),
            body: root.qti_child("item-body").map(Content::of),
            prompts: Vec::new(),
            interactions: Vec::new(),
            response_declarations: Vec::new(),
            outcome_declarations: Vec::new(),
            feedback: Vec::new(),
            stimulus_refs: Vec::new(),
            rubric_blocks: Vec::new(),
            response_processing: root
                .qti_child("response-processing")
                .map(ResponseProcessing::read),
        };
        root.walk_qti(|name, element| {
            match name {
                "prompt" => view.prompts.push(Content::of(element)),
                "response-declaration" => view
                    .response_declarations
                    .push(ResponseDeclaration::read(element)),
                "outcome-declaration" => view
                    .outcome_declarations
                    .push(OutcomeDeclaration::read(element)),
                "assessment-stimulus-ref" => view.stimulus_refs.push(StimulusRef::read(element)),
                "rubric-block" => view.rubric_blocks.push(RubricBlock::read(element)),
                _ => {
                    if let Some(kind) = Feedback::kind_of(name) {
                        view.feedback.push(Feedback::read(kind, element));
                    } else if let Some(kind) = Interaction::kind_of(name) {
                        view.interactions.push(Interaction::read(kind, element));
                    }
                }
            }
            ControlFlow::Continue(())
        });
        Ok(view)
    }

    /// The response variable of this identifier.
    pub fn response_declaration(&self, identifier: &str) -> Option<&ResponseDeclaration> {
        self.response_declarations
            .iter()
            .find(|declaration| declaration.identifier == identifier)
    }

    /// The interaction that answers into this response variable.
    pub fn interaction(&self, response_identifier: &str) -> Option<&Interaction> {
        let answers = |interaction: &&Interaction| {
            interaction.response_identifier.as_deref() == Some(response_identifier)
        };
        self.interactions.iter().find(answers)
    }
}

#[cfg(test)]
mod tests {
    use super::super::interaction::InteractionKind;
    use super::*;
    use crate::error::XmlErrorKind;

    #[test]
    fn an_empty_item_is_an_empty_view() {
        let view = ItemView::parse("<qti-assessment-item/>").unwrap();
        assert_eq!(view.identifier, "");
        assert!(!view.adaptive && view.body.is_none() && view.response_processing.is_none());
        assert!(
            view.interactions.is_empty() && view.prompts.is_empty() && view.feedback.is_empty()
        );
    }

    #[test]
    fn the_head_of_an_item_is_read_whatever_its_prefix() {
        let view = ItemView::parse(
            "\u{feff}<?xml version='1.0'?><!DOCTYPE x><q:qti-assessment-item xmlns:q='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'
               identifier='i-1' title='Salt &amp; &#x53;ugar' adaptive='true' time-dependent='1' xml:lang='en-GB'>
               <q:qti-item-body><q:qti-choice-interaction response-identifier='R'><q:qti-prompt>Why?</q:qti-prompt>
               </q:qti-choice-interaction></q:qti-item-body></q:qti-assessment-item><!-- end -->",
        )
        .unwrap();
        assert_eq!(
            (view.identifier.as_str(), view.title.as_deref()),
            ("i-1", Some("Salt & Sugar"))
        );
        assert_eq!(view.language.as_deref(), Some("en-GB"));
        assert!(view.adaptive && view.time_dependent);
        assert_eq!(view.prompts[0].text(), "Why?");
        assert_eq!(view.interaction("R").unwrap().kind, InteractionKind::Choice);
    }

    #[test]
    fn another_root_is_named_with_its_place() {
        let error = ItemView::parse(
            "<!-- QTI 2 -->\n <assessmentItem xmlns='http://www.imsglobal.org/xsd/imsqti_v2p2'/>",
        )
        .unwrap_err();
        assert_eq!(
            (error.kind, error.line, error.column),
            (XmlErrorKind::UnexpectedRoot, 2, 2)
        );
        assert!(error.message.contains("assessmentItem") && error.message.contains("imsqti_v2p2"));
        assert!(ItemView::parse("<qti-assessment-item xmlns='urn:other'/>").is_err());
        assert!(ItemView::parse("<qti-assessment-test/>").is_err());
    }
}
