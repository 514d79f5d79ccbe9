//! What a learner sees of an item, as plain text.

use super::item_reading::correct_values;
use super::validation::interactions;
use super::xml::{Element, Node};

/// Stands for an interaction in a line of text.
const BLANK: &str = " ____ ";

/// An item's question.
#[derive(Debug, PartialEq)]
pub(crate) struct Rendering {
    /// Text around the interactions.
    pub(crate) text: Vec<String>,
    pub(crate) interactions: Vec<Interaction>,
}

/// One interaction.
#[derive(Debug, PartialEq)]
pub(crate) struct Interaction {
    /// Its type, such as `choice`.
    pub(crate) kind: String,
    pub(crate) prompt: String,
    pub(crate) choices: Vec<Choice>,
    /// The correct response's values.
    pub(crate) correct: Vec<String>,
}

/// One choice.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) identifier: String,
    pub(crate) text: String,
}

/// Elements that can stand within a word.
const INLINE: [&str; 12] = [
    "a", "b", "code", "em", "i", "q", "small", "span", "strong", "sub", "sup", "u",
];

const CHOICES: [&str; 9] = [
    "qti-simple-choice",
    "qti-inline-choice",
    "qti-simple-associable-choice",
    "qti-hottext",
    "qti-gap-text",
    "qti-gap-img",
    "qti-hotspot-choice",
    "qti-associable-hotspot",
    "qti-gap",
];

/// Renders an item.
pub(crate) fn of_item(root: &Element) -> Rendering {
    let bodies = root.named("qti-item-body");
    let text = bodies
        .flat_map(Element::elements)
        .filter(|block| !is_block_interaction(block))
        .map(text_of);
    Rendering {
        text: text.filter(|text| !text.is_empty()).collect(),
        interactions: interactions(root)
            .map(|interaction| of_interaction(interaction, root))
            .collect(),
    }
}

fn of_interaction(interaction: &Element, root: &Element) -> Interaction {
    let response = interaction.attribute("response-identifier");
    let declaration = root
        .named("qti-response-declaration")
        .find(|found| found.attribute("identifier") == response);
    let choices = interaction
        .descendants()
        .filter(|element| CHOICES.contains(&element.name.as_str()));
    Interaction {
        kind: interaction
            .name
            .trim_start_matches("qti-")
            .trim_end_matches("-interaction")
            .to_owned(),
        prompt: interaction
            .named("qti-prompt")
            .map(text_of)
            .collect::<Vec<_>>()
            .join(" "),
        choices: choices
            .map(|choice| Choice {
                identifier: choice
                    .attribute("identifier")
                    .unwrap_or_default()
                    .to_owned(),
                text: text_of(choice),
            })
            .collect(),
        correct: declaration.map(correct_values).unwrap_or_default(),
    }
}

fn is_interaction(element: &Element) -> bool {
    element.name.starts_with("qti-") && element.name.ends_with("-interaction")
}

/// An interaction that is a block of its own; the others stand in a line of text.
fn is_block_interaction(element: &Element) -> bool {
    is_interaction(element)
        && !matches!(
            element.name.as_str(),
            "qti-text-entry-interaction" | "qti-inline-choice-interaction"
        )
}

/// The text of an element in one line: blanks for interactions, nothing for feedback and styles.
pub(crate) fn text_of(element: &Element) -> String {
    let mut text = String::new();
    collect(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn collect(element: &Element, text: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(found) => text.push_str(found),
            Node::Element(child) if is_interaction(child) => text.push_str(BLANK),
            Node::Element(child)
                if matches!(
                    child.name.as_str(),
                    "qti-feedback-inline" | "qti-feedback-block" | "script" | "style"
                ) => {}
            Node::Element(child) if INLINE.contains(&child.name.as_str()) => collect(child, text),
            Node::Element(child) => {
                text.push(' ');
                collect(child, text);
                text.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, of_item};
    use crate::qti::xml::parse;

    #[test]
    fn the_question_is_told_in_plain_text() {
        let item = parse(
            "<qti-assessment-item>\
             <qti-response-declaration identifier='R'><qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>\
             <qti-item-body><p>Read  <b>this</b>.</p><p>It was <qti-text-entry-interaction response-identifier='T'/> then.</p>\
             <qti-choice-interaction response-identifier='R'><qti-prompt>Who?<script>x()</script></qti-prompt>\
             <qti-simple-choice identifier='A'>Ann<qti-feedback-inline>Yes</qti-feedback-inline></qti-simple-choice>\
             <qti-simple-choice identifier='B'>Bob</qti-simple-choice></qti-choice-interaction></qti-item-body>\
             </qti-assessment-item>",
        )
        .unwrap();
        let rendering = of_item(&item);
        assert_eq!(rendering.text, ["Read this.", "It was ____ then."]);
        let choice = &rendering.interactions[1];
        assert_eq!(
            (choice.kind.as_str(), choice.prompt.as_str()),
            ("choice", "Who?")
        );
        assert_eq!(choice.correct, ["A"]);
        let told = |identifier: &str, text: &str| Choice {
            identifier: identifier.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(choice.choices, [told("A", "Ann"), told("B", "Bob")]);
    }
}
