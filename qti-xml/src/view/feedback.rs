//! What a candidate is told: feedback after an answer, and rubrics.

use std::sync::Arc;

use super::content::Content;
use super::open_enum::open_enum;
use crate::parse::dom::Element;

/// Where feedback appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeedbackKind {
    /// In a line of text, or in a choice.
    Inline,
    /// As a block of the body.
    Block,
    /// Apart from the body, after it.
    Modal,
}

open_enum! {
    /// Whether feedback appears or disappears when the outcome holds its identifier.
    ShowHide {
        /// Hidden until then:
        Show = "show",
        /// Shown until then:
        Hide = "hide",
    }
}

/// Feedback, and when it is given: if the outcome variable holds the feedback's identifier.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Feedback {
    /// Where it appears.
    pub kind: FeedbackKind,
    /// The value of the outcome variable that makes it appear, often the identifier of a choice.
    pub identifier: String,
    /// The outcome variable.
    pub outcome_identifier: Option<String>,
    /// Whether it appears or disappears; [`ShowHide::Show`] if the document does not say.
    pub show_hide: ShowHide,
    /// Its title.
    pub title: Option<String>,
    /// What is told.
    pub content: Content,
}

impl Feedback {
    /// The name of a feedback's kind, if the QTI element of this name is feedback.
    pub(super) fn kind_of(name: &str) -> Option<FeedbackKind> {
        match name {
            "feedback-inline" => Some(FeedbackKind::Inline),
            "feedback-block" => Some(FeedbackKind::Block),
            "modal-feedback" => Some(FeedbackKind::Modal),
            _ => None,
        }
    }

    pub(super) fn read(kind: FeedbackKind, element: &Arc<Element>) -> Self {
        Self {
            kind,
            identifier: element.identifier_attribute(),
            outcome_identifier: element.text_attribute("outcome-identifier"),
            show_hide: element
                .attribute("show-hide")
                .map_or(ShowHide::Show, ShowHide::from),
            title: element.text_attribute("title"),
            content: Content::of(element),
        }
    }
}

/// Instructions or scoring notes, for some of those who take part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RubricBlock {
    /// What it is for: `instructions`, `scoring`, `navigation`, ...
    pub usage: Option<String>,
    /// Who may see it: `candidate`, `scorer`, `tutor`, `author`, `proctor`, `testConstructor`.
    pub view: Vec<String>,
    /// What it says.
    pub body: Content,
}

impl RubricBlock {
    pub(super) fn read(element: &Arc<Element>) -> Self {
        Self {
            usage: element.text_attribute("use"),
            view: element.name_list("view"),
            body: Content::of(element),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::item;
    use super::*;

    #[test]
    fn feedback_rubrics_and_stimuli_are_found_wherever_they_stand() {
        let view = item(
            "<qti-assessment-stimulus-ref identifier='s' href='../s.xml' title='Map'/>
             <qti-item-body><qti-rubric-block use='scoring' view='scorer  tutor'><p>2 points</p></qti-rubric-block>
               <div><qti-feedback-block identifier='b' outcome-identifier='F' show-hide='show'><p>Look again.</p></qti-feedback-block></div>
               <p>Shown</p></qti-item-body>
             <qti-modal-feedback identifier='m' outcome-identifier='F' title='Well done'><qti-content-body>Right!</qti-content-body>
             </qti-modal-feedback>",
        );
        let stimulus = &view.stimulus_refs[0];
        assert_eq!(
            (stimulus.identifier.as_str(), stimulus.href.as_deref()),
            ("s", Some("../s.xml"))
        );
        let told: Vec<_> = view
            .feedback
            .iter()
            .map(|f| (f.kind, f.identifier.as_str(), f.content.text()))
            .collect();
        let expected = [
            (FeedbackKind::Block, "b", "Look again.".to_owned()),
            (FeedbackKind::Modal, "m", "Right!".to_owned()),
        ];
        assert_eq!(told, expected);
        assert_eq!(view.feedback[1].title.as_deref(), Some("Well done"));
        assert_eq!(view.rubric_blocks[0].view, ["scorer", "tutor"]);
        assert_eq!(
            (
                view.rubric_blocks[0].usage.as_deref(),
                view.rubric_blocks[0].body.text()
            ),
            (Some("scoring"), "2 points".into())
        );
        assert_eq!(view.body.unwrap().text(), "Shown");
    }
}
