//! An interaction's XML from the JSON authoring form.

use serde_json::{Map, Value};

use super::content::text_of;
use super::fields::{nodes, objects, text, with_markup};
use super::xml::{Element, Node, is_name};

/// What the service puts inside an interaction from its `questionStructure`, besides the prompt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inside {
    /// Nothing. Some interactions have nothing to put there, because the learner writes, draws or uploads. Of graphic
    /// interactions, the service loses the content.
    Nothing,
    /// An element of this name for each choice of these lists.
    Choices(&'static str, &'static [&'static str]),
    /// Running text with the choices in it.
    Hottext,
    /// Two sets, from `sourceChoices` and `targetChoices`.
    MatchSets,
    /// Nothing, but the numbers and texts become attributes.
    Attributes,
}

/// The types that the form can express, and how.
const TYPES: &[(&str, Inside)] = &[
    ("choice", Inside::Choices("qti-simple-choice", &["choices"])),
    ("order", Inside::Choices("qti-simple-choice", &["choices"])),
    (
        "inline-choice",
        Inside::Choices("qti-inline-choice", &["choices", "inlineChoices"]),
    ),
    (
        "associate",
        Inside::Choices(
            "qti-simple-associable-choice",
            &["choices", "sourceChoices", "targetChoices"],
        ),
    ),
    ("match", Inside::MatchSets),
    ("hottext", Inside::Hottext),
    ("extended-text", Inside::Attributes),
    ("text-entry", Inside::Nothing),
    ("hotspot", Inside::Nothing),
    ("graphic-order", Inside::Nothing),
    ("graphic-associate", Inside::Nothing),
    ("graphic-gap-match", Inside::Nothing),
    ("select-point", Inside::Nothing),
    ("slider", Inside::Nothing),
    ("drawing", Inside::Nothing),
    ("media", Inside::Nothing),
    ("upload", Inside::Nothing),
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

/// The interaction. Its prompt stands before it if the interaction stands in running text, otherwise inside it.
pub(super) fn of_body(body: &Map<String, Value>) -> Result<Vec<Element>, (String, String)> {
    let kind = text(body, "type");
    let inside = TYPES
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(Inside::Nothing, |(_, inside)| *inside);
    let empty = Map::new();
    let structure = body
        .get("questionStructure")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let interaction = filled(bare(body, &kind), inside, structure)?;
    let prompt = nodes(
        structure.get("prompt"),
        "interaction.questionStructure.prompt",
    )?;
    if matches!(kind.as_str(), "text-entry" | "inline-choice") {
        // These interactions stand in a line of text and cannot hold a prompt.
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

/// The interaction with its attributes. The form has attributes in two places: among the interaction's other fields,
/// and in `attributes`.
fn bare(body: &Map<String, Value>, kind: &str) -> Element {
    let element = Element::new(format!("qti-{kind}-interaction"))
        .with("response-identifier", text(body, "responseIdentifier"));
    let own = body
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "type" | "responseIdentifier"));
    let listed = body.get("attributes").and_then(Value::as_object);
    with_attributes(element, own.chain(listed.into_iter().flatten()))
}

/// Sets an attribute for each number, boolean and text, unless its name is no attribute's or is set already. The form's
/// names are in camel case; QTI's have hyphens.
fn with_attributes<'a>(
    mut element: Element,
    fields: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Element {
    for (name, value) in fields {
        // The form says `placeholder` where QTI says `placeholder-text`.
        let name = match name.as_str() {
            "placeholder" => "placeholder-text".to_owned(),
            name => hyphenated(name),
        };
        let scalar = !matches!(value, Value::Array(_) | Value::Object(_) | Value::Null);
        if scalar && is_name(&name) && element.attribute(&name).is_none() {
            element = element.with(&name, text_of(value));
        }
    }
    element
}

/// `maxChoices` as `max-choices`.
fn hyphenated(name: &str) -> String {
    let mut hyphenated = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            hyphenated.push('-');
        }
        hyphenated.push(character.to_ascii_lowercase());
    }
    hyphenated
}

fn filled(
    mut element: Element,
    inside: Inside,
    structure: &Map<String, Value>,
) -> Result<Element, (String, String)> {
    match inside {
        Inside::Nothing => {}
        Inside::Choices(name, lists) => {
            for body in lists.iter().flat_map(|list| objects(structure, list)) {
                element.push(choice(name, body)?);
            }
        }
        Inside::Hottext => {
            let mut running = nodes(structure.get("text"), "interaction.questionStructure.text")?;
            running.iter_mut().for_each(name_hottext);
            element.children.extend(running);
        }
        Inside::MatchSets => {
            for set in ["sourceChoices", "targetChoices"] {
                let mut matches = Element::new("qti-simple-match-set");
                for body in objects(structure, set) {
                    matches.push(choice("qti-simple-associable-choice", body)?);
                }
                element.push(matches);
            }
        }
        Inside::Attributes => {
            let fields = structure.iter().filter(|(name, _)| *name != "prompt");
            element = with_attributes(element, fields);
        }
    }
    Ok(element)
}

/// The form says `hottext` where QTI 3 says `qti-hottext`.
fn name_hottext(node: &mut Node) {
    if let Node::Element(element) = node {
        if element.name == "hottext" {
            element.name = "qti-hottext".to_owned();
        }
        element.children.iter_mut().for_each(name_hottext);
    }
}

fn choice(name: &str, body: &Map<String, Value>) -> Result<Element, (String, String)> {
    let identifier = text(body, "identifier");
    let associable = name.contains("associable");
    let element = Element::new(name)
        .with("identifier", &identifier)
        .with_some(
            "match-max",
            associable.then(|| body.get("matchMax").map_or_else(|| "1".to_owned(), text_of)),
        );
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
