//! Interactions: where a candidate answers, and the choices offered there.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::content::Content;
use super::open_enum::open_enum;
use crate::parse::dom::Element;

open_enum! {
    /// What kind of answer an interaction takes.
    InteractionKind {
        /// Choose from a list:
        Choice = "choice",
        /// Write a word or number into a text:
        TextEntry = "text-entry",
        /// Write a longer text:
        ExtendedText = "extended-text",
        /// Choose from a list in a text:
        InlineChoice = "inline-choice",
        /// Match two sets:
        Match = "match",
        /// Put in order:
        Order = "order",
        /// Form pairs of one set:
        Associate = "associate",
        /// Select points of an image:
        SelectPoint = "select-point",
        /// Put areas of an image in order:
        GraphicOrder = "graphic-order",
        /// Form pairs of areas of an image:
        GraphicAssociate = "graphic-associate",
        /// Fill gaps of an image:
        GraphicGapMatch = "graphic-gap-match",
        /// Fill gaps of a text:
        GapMatch = "gap-match",
        /// Choose areas of an image:
        Hotspot = "hotspot",
        /// Choose words of a text:
        Hottext = "hottext",
        /// Choose a number on a scale:
        Slider = "slider",
        /// Draw on an image:
        Drawing = "drawing",
        /// Play a recording:
        Media = "media",
        /// Hand in a file:
        Upload = "upload",
        /// Place an object on an image:
        PositionObject = "position-object",
        /// Ask for feedback or a hint:
        EndAttempt = "end-attempt",
        /// Defined by one platform:
        Custom = "custom",
        /// Portable custom interaction, a module in JavaScript:
        PortableCustom = "portable-custom",
    }
}

open_enum! {
    /// Which element offers a choice.
    ChoiceKind {
        /// An answer of a choice or an order:
        SimpleChoice = "simple-choice",
        /// A member of a set that is associated or matched:
        SimpleAssociableChoice = "simple-associable-choice",
        /// An answer in a text:
        InlineChoice = "inline-choice",
        /// A text for a gap:
        GapText = "gap-text",
        /// An image for a gap:
        GapImage = "gap-img",
        /// A gap of a text:
        Gap = "gap",
        /// A word of a text:
        Hottext = "hottext",
        /// An area of an image:
        HotspotChoice = "hotspot-choice",
        /// An area of an image that is associated, or a gap in it:
        AssociableHotspot = "associable-hotspot",
    }
}

/// A place of an item where the candidate answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Interaction {
    /// What kind of answer it takes.
    pub kind: InteractionKind,
    /// The response variable that takes the answer.
    pub response_identifier: Option<String>,
    /// The question, where the interaction has its own.
    pub prompt: Option<Content>,
    /// All choices, gaps and areas, in the document's order.
    pub choices: Vec<Choice>,
    /// Whether choices that are not fixed change places.
    pub shuffle: bool,
    /// Most choices of an answer, 0 for any number; `None` if absent or not a number.
    pub max_choices: Option<u32>,
    /// Fewest choices of an answer.
    pub min_choices: Option<u32>,
    /// Most pairs of an answer, 0 for any number.
    pub max_associations: Option<u32>,
    /// Fewest pairs of an answer.
    pub min_associations: Option<u32>,
    /// All attributes by name, such as `expected-length`, `pattern-mask`, `upper-bound` of a slider, `module` and
    /// `custom-interaction-type-identifier` of a portable custom interaction.
    pub attributes: BTreeMap<String, String>,
    /// All that stands in the interaction.
    pub content: Content,
}

/// One choice of an interaction.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// Which element offers it.
    pub kind: ChoiceKind,
    /// The identifier that an answer names.
    pub identifier: String,
    /// What the candidate sees; feedback in it is not part of its text.
    pub content: Content,
    /// Whether it keeps its place when the choices are shuffled.
    pub fixed: bool,
    /// The set it belongs to, from 0, in a match of two sets.
    pub group: Option<usize>,
    /// How many pairs it can be part of, 0 for any number.
    pub match_max: Option<u32>,
    /// How many pairs it must be part of.
    pub match_min: Option<u32>,
    /// All attributes by name, such as `shape` and `coords` of an area, `show-hide`, `template-identifier`.
    pub attributes: BTreeMap<String, String>,
}

impl Interaction {
    /// The name of an interaction's kind, if the QTI element of this name is an interaction.
    pub(super) fn kind_of(name: &str) -> Option<&str> {
        name.strip_suffix("-interaction")
    }

    pub(super) fn read(kind: &str, element: &Arc<Element>) -> Self {
        let mut choices = Vec::new();
        add_choices(element, None, &mut choices);
        Self {
            kind: InteractionKind::from(kind),
            response_identifier: element.text_attribute("response-identifier"),
            prompt: element.qti_child("prompt").map(Content::of),
            choices,
            shuffle: element.flag("shuffle"),
            max_choices: element.number("max-choices"),
            min_choices: element.number("min-choices"),
            max_associations: element.number("max-associations"),
            min_associations: element.number("min-associations"),
            attributes: element.attribute_map(),
            content: Content::of(element),
        }
    }

    /// The choice of this identifier.
    pub fn choice(&self, identifier: &str) -> Option<&Choice> {
        self.choices
            .iter()
            .find(|choice| choice.identifier == identifier)
    }
}

/// Adds the choices below an element, those of interactions inside it left out.
fn add_choices(element: &Element, group: Option<usize>, choices: &mut Vec<Choice>) {
    let mut sets = 0;
    element.walk_qti(|name, below| {
        if name == "simple-match-set" && group.is_none() {
            add_choices(below, Some(sets), choices);
            sets += 1;
            return ControlFlow::Break(());
        }
        if Interaction::kind_of(name).is_some() {
            return ControlFlow::Break(());
        }
        let kind = ChoiceKind::from(name);
        if !matches!(kind, ChoiceKind::Other(_)) {
            choices.push(Choice::read(kind, below, group));
        }
        ControlFlow::Continue(())
    });
}

impl Choice {
    fn read(kind: ChoiceKind, element: &Arc<Element>, group: Option<usize>) -> Self {
        Self {
            kind,
            identifier: element.identifier_attribute(),
            content: Content::of(element),
            fixed: element.flag("fixed"),
            group,
            match_max: element.number("match-max"),
            match_min: element.number("match-min"),
            attributes: element.attribute_map(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::feedback::{FeedbackKind, ShowHide};
    use super::super::fixtures::body;
    use super::*;

    #[test]
    fn every_kind_of_interaction_is_read_and_unknown_ones_keep_their_name() {
        let names = [
            "choice",
            "text-entry",
            "extended-text",
            "inline-choice",
            "match",
            "order",
            "associate",
            "select-point",
            "graphic-order",
            "graphic-associate",
            "graphic-gap-match",
            "gap-match",
            "hotspot",
            "hottext",
            "slider",
            "drawing",
            "media",
            "upload",
            "position-object",
            "end-attempt",
            "custom",
            "portable-custom",
        ];
        let elements: String = names
            .iter()
            .map(|name| format!("<p><qti-{name}-interaction/></p>"))
            .collect();
        let view = body(&elements);
        let kinds: Vec<_> = view
            .interactions
            .iter()
            .map(|interaction| interaction.kind.as_str())
            .collect();
        assert_eq!(kinds, names);
        assert!(
            view.interactions
                .iter()
                .all(|interaction| !matches!(interaction.kind, InteractionKind::Other(_)))
        );

        let view = body(
            "<qti-hologram-interaction response-identifier='R'/><x:qti-choice-interaction xmlns:x='urn:other'/>",
        );
        assert_eq!(view.interactions.len(), 1, "another namespace is not QTI");
        assert_eq!(
            view.interactions[0].kind,
            InteractionKind::Other("hologram".into())
        );
    }

    #[test]
    fn choices_keep_order_and_settings_and_feedback_is_no_part_of_their_text() {
        let view = body(
            "<qti-choice-interaction response-identifier='R' shuffle='true' min-choices='1' max-choices='2'>
               <qti-simple-choice identifier='B' fixed='true'>x &lt; <i>y</i><qti-feedback-inline identifier='B'
                 outcome-identifier='F' show-hide='hide'>No: <b>x</b></qti-feedback-inline></qti-simple-choice>
               <qti-simple-choice identifier='A'><![CDATA[<b>]]></qti-simple-choice>
             </qti-choice-interaction>",
        );
        let interaction = &view.interactions[0];
        assert!(interaction.shuffle);
        assert_eq!(
            (interaction.min_choices, interaction.max_choices),
            (Some(1), Some(2))
        );
        let choices: Vec<_> = interaction
            .choices
            .iter()
            .map(|c| (c.identifier.as_str(), c.content.text(), c.fixed))
            .collect();
        assert_eq!(
            choices,
            [
                ("B", "x < y".to_owned(), true),
                ("A", "<b>".to_owned(), false)
            ]
        );
        assert!(
            interaction.choices[0]
                .content
                .xml()
                .starts_with("x &lt; <i>y</i><qti-feedback-inline ")
        );

        let feedback = &view.feedback[0];
        assert_eq!(
            (feedback.kind, &feedback.show_hide),
            (FeedbackKind::Inline, &ShowHide::Hide)
        );
        assert_eq!(
            (
                feedback.identifier.as_str(),
                feedback.outcome_identifier.as_deref()
            ),
            ("B", Some("F"))
        );
        assert_eq!(feedback.content.text(), "No: x");
    }

    #[test]
    fn match_sets_and_gaps_are_told_apart() {
        let view = body(
            "<qti-match-interaction max-associations='0'>
               <qti-simple-match-set><qti-simple-associable-choice identifier='a' match-max='1'>A</qti-simple-associable-choice>
               </qti-simple-match-set>
               <qti-simple-match-set><qti-simple-associable-choice identifier='b' match-max='0'>B</qti-simple-associable-choice>
               </qti-simple-match-set></qti-match-interaction>
             <qti-gap-match-interaction><qti-gap-text identifier='w' match-max='1'>wet</qti-gap-text>
               <p>Rain is <qti-gap identifier='g'/>.</p></qti-gap-match-interaction>",
        );
        let sets: Vec<_> = view.interactions[0]
            .choices
            .iter()
            .map(|c| (c.identifier.as_str(), c.group, c.match_max))
            .collect();
        assert_eq!(sets, [("a", Some(0), Some(1)), ("b", Some(1), Some(0))]);
        assert_eq!(view.interactions[0].max_associations, Some(0));
        let gaps: Vec<_> = view.interactions[1]
            .choices
            .iter()
            .map(|c| (c.kind.clone(), c.group))
            .collect();
        assert_eq!(gaps, [(ChoiceKind::GapText, None), (ChoiceKind::Gap, None)]);
    }

    #[test]
    fn areas_and_modules_keep_all_their_attributes() {
        let view = body(
            "<qti-hotspot-interaction max-choices='x'><img src='map.png' alt='Map'/>
               <qti-hotspot-choice identifier='h' shape='circle' coords='10,20,5'/></qti-hotspot-interaction>
             <qti-portable-custom-interaction custom-interaction-type-identifier='urn:graph' module='graph' data-max='4'>
               <qti-interaction-markup><div class='g'/></qti-interaction-markup></qti-portable-custom-interaction>",
        );
        let area = &view.interactions[0].choices[0];
        assert_eq!(
            (
                area.attributes["shape"].as_str(),
                area.attributes["coords"].as_str()
            ),
            ("circle", "10,20,5")
        );
        assert_eq!(view.interactions[0].max_choices, None, "not a number");
        let portable = &view.interactions[1];
        assert_eq!(
            portable.attributes["custom-interaction-type-identifier"],
            "urn:graph"
        );
        assert_eq!(portable.attributes["data-max"], "4");
        assert!(portable.content.xml().contains("<div class=\"g\"/>"));
    }

    #[test]
    fn inline_interactions_stay_in_their_sentence() {
        let view = body(
            "<div xmlns='http://www.w3.org/1999/xhtml'><p>Water boils at <qti-text-entry-interaction response-identifier='R1'/> °C,
             ice is <qti-inline-choice-interaction response-identifier='R2'><qti-inline-choice identifier='s'>solid</qti-inline-choice>
             </qti-inline-choice-interaction>.</p></div>",
        );
        assert_eq!(
            view.body.unwrap().text(),
            "Water boils at ____ °C, ice is ____."
        );
        assert_eq!(view.interactions[1].choices[0].content.text(), "solid");
    }
}
