//! An interaction's XML from the JSON authoring form.
use serde_json::{Map, Value};

use super::content::text_of;
use super::item_xml::{nodes, objects, text, with_markup};
use super::xml::{Element, Node, is_name};

/// How the choices of an interaction are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Choices {
    /// No choices: the learner writes, draws, uploads or points.
    None,
    /// One element a choice.
    Elements(&'static str),
    /// Running text with the choices in it.
    Hottext,
    /// Two sets, from `sourceChoices` and `targetChoices`.
    MatchSets,
}

/// The types that the form can express, and how.
const TYPES: &[(&str, Choices)] = &[
    ("choice", Choices::Elements("qti-simple-choice")),
    ("order", Choices::Elements("qti-simple-choice")),
    ("inline-choice", Choices::Elements("qti-inline-choice")),
    (
        "associate",
        Choices::Elements("qti-simple-associable-choice"),
    ),
    ("hotspot", Choices::Elements("qti-hotspot-choice")),
    ("graphic-order", Choices::Elements("qti-hotspot-choice")),
    (
        "graphic-associate",
        Choices::Elements("qti-associable-hotspot"),
    ),
    (
        "graphic-gap-match",
        Choices::Elements("qti-associable-hotspot"),
    ),
    ("match", Choices::MatchSets),
    ("hottext", Choices::Hottext),
    ("text-entry", Choices::None),
    ("extended-text", Choices::None),
    ("select-point", Choices::None),
    ("slider", Choices::None),
    ("drawing", Choices::None),
    ("media", Choices::None),
    ("upload", Choices::None),
];

/// The names of the types that the form can express.
pub(crate) const TYPE_NAMES: &[&str] = &{
    let mut names = [""; TYPES.len()];
    let mut place = 0;
    while place < TYPES.len() {
        names[place] = TYPES[place].0;
        place += 1;
    }
    names
};

/// The interaction, with its prompt before it where it stands in running text.
pub(super) fn of_body(body: &Map<String, Value>) -> Result<Vec<Element>, (String, String)> {
    let kind = text(body, "type");
    let choices = TYPES
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(Choices::None, |(_, choices)| *choices);
    let empty = Map::new();
    let structure = body
        .get("questionStructure")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let interaction = with_choices(bare(body, &kind), choices, structure)?;
    let prompt = nodes(
        structure.get("prompt"),
        "interaction.questionStructure.prompt",
    )?;
    if matches!(kind.as_str(), "text-entry" | "inline-choice") {
        // These stand inside a line of text and cannot have a prompt of their own.
        let line = Element {
            children: vec![Node::Element(interaction)],
            ..Element::new("p")
        };
        let prompt = (!prompt.is_empty()).then(|| Element {
            children: prompt,
            ..Element::new("div")
        });
        return Ok(prompt.into_iter().chain([line]).collect());
    }
    let mut interaction = interaction;
    if !prompt.is_empty() {
        interaction.children.insert(
            0,
            Node::Element(Element {
                children: prompt,
                ..Element::new("qti-prompt")
            }),
        );
    }
    Ok(vec![interaction])
}

fn bare(body: &Map<String, Value>, kind: &str) -> Element {
    let mut element = Element::new(format!("qti-{kind}-interaction"))
        .with("response-identifier", text(body, "responseIdentifier"))
        .with_some("shuffle", body.get("shuffle").map(text_of))
        .with_some("max-choices", body.get("maxChoices").map(text_of));
    for (name, value) in body
        .get("attributes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        // The form says `placeholder` where QTI says `placeholder-text`.
        let name = if name == "placeholder" {
            "placeholder-text"
        } else {
            name
        };
        if is_name(name) && element.attribute(name).is_none() {
            element = element.with(name, text_of(value));
        }
    }
    element
}

fn with_choices(
    mut element: Element,
    choices: Choices,
    structure: &Map<String, Value>,
) -> Result<Element, (String, String)> {
    match choices {
        Choices::None => {}
        Choices::Elements(name) => {
            for body in objects(structure, "choices") {
                element.push(choice(name, body)?);
            }
        }
        Choices::Hottext => {
            let mut line = Element::new("p");
            for body in objects(structure, "choices") {
                line.push(choice("qti-hottext", body)?);
            }
            element.push(line);
        }
        Choices::MatchSets => {
            for set in ["sourceChoices", "targetChoices"] {
                let mut matches = Element::new("qti-simple-match-set");
                for body in objects(structure, set) {
                    matches.push(choice("qti-simple-associable-choice", body)?);
                }
                element.push(matches);
            }
        }
    }
    Ok(element)
}

fn choice(name: &str, body: &Map<String, Value>) -> Result<Element, (String, String)> {
    let identifier = text(body, "identifier");
    let associable = name.contains("associable");
    let element = Element::new(name)
        .with("identifier", &identifier)
        .with_some(
            "match-max",
            associable.then(|| body.get("matchMax").map_or_else(|| "1".to_owned(), text_of)),
        )
        .with_some("shape", body.get("shape").map(text_of))
        .with_some("coords", body.get("coords").map(text_of));
    let element = with_markup(
        element,
        body.get("content"),
        "interaction.questionStructure.choices.content",
    )?;
    match body.get("feedbackInline") {
        None => Ok(element),
        Some(feedback) => {
            let inline = Element::new("qti-feedback-inline")
                .with("identifier", &identifier)
                .with(
                    "outcome-identifier",
                    body.get("feedbackOutcomeIdentifier")
                        .map_or_else(|| "FEEDBACK".to_owned(), text_of),
                )
                .with("show-hide", "show");
            Ok(element.child(with_markup(
                inline,
                Some(feedback),
                "interaction.questionStructure.choices.feedbackInline",
            )?))
        }
    }
}
