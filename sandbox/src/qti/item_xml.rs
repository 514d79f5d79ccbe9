//! An item's XML from the JSON authoring form. The conversion is lossy, as on the live service: what has no place in
//! the XML is silently left out.

use serde_json::{Map, Value};

use super::content::text_of;
use super::document::document;
use super::fields::{objects, text, with_markup};
use super::interaction_xml;
use super::xml::Element;

const TEMPLATES: &str = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/";

/// The item as XML, or the field whose markup is not well-formed and why.
pub(crate) fn of_body(body: &Map<String, Value>) -> Result<Element, (String, String)> {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut item = document("qti-assessment-item")
        .with("identifier", text(body, "identifier"))
        .with("title", text(body, "title"))
        .with("adaptive", flag("adaptive"))
        .with("time-dependent", flag("timeDependent"));
    let processing = body.get("responseProcessing").and_then(Value::as_object);
    let mapped =
        processing.is_some_and(|processing| text(processing, "templateType") == "map_response");
    let pairs = match text(body, "type").as_str() {
        "match" => Pairs::ByPlace,
        _ => Pairs::AsTheyStand,
    };
    item = item.all(
        objects(body, "responseDeclarations")
            .map(|declaration| response_declaration(declaration, mapped, pairs)),
    );
    let outcomes: Vec<Element> = objects(body, "outcomeDeclarations")
        .map(|outcome| declaration("qti-outcome-declaration", outcome))
        .collect();
    if outcomes
        .iter()
        .all(|outcome| outcome.attribute("identifier") != Some("SCORE"))
    {
        let score = Element::new("qti-outcome-declaration")
            .with("identifier", "SCORE")
            .with("cardinality", "single");
        item.push(score.with("base-type", "float"));
    }
    item = item.all(outcomes);
    for stimulus in stimuli(body) {
        let href = stimulus.get("href").map_or_else(
            || format!("stimuli/{}", text(stimulus, "identifier")),
            text_of,
        );
        let reference = Element::new("qti-assessment-stimulus-ref")
            .with("identifier", text(stimulus, "identifier"));
        item.push(
            reference
                .with("href", href)
                .with_some("title", stimulus.get("title").map(text_of)),
        );
    }
    item.push(item_body(body)?);
    item = item.all(response_processing(body, processing));
    for feedback in objects(body, "modalFeedback") {
        item.push(feedback_element(
            "qti-modal-feedback",
            feedback,
            "modalFeedback",
        )?);
    }
    Ok(item)
}

fn item_body(body: &Map<String, Value>) -> Result<Element, (String, String)> {
    let mut element = Element::new("qti-item-body");
    for rubric in objects(body, "rubrics") {
        let block = Element::new("qti-rubric-block")
            .with("use", text(rubric, "use"))
            .with("view", text(rubric, "view"));
        element.push(with_markup(block, rubric.get("body"), "rubrics.body")?);
    }
    element = with_markup(element, body.get("preInteraction"), "preInteraction")?;
    if let Some(interaction) = body.get("interaction").and_then(Value::as_object) {
        element = element.all(interaction_xml::of_body(interaction)?);
    }
    element = with_markup(element, body.get("postInteraction"), "postInteraction")?;
    for feedback in objects(body, "feedbackBlock") {
        element.push(feedback_element(
            "qti-feedback-block",
            feedback,
            "feedbackBlock",
        )?);
    }
    Ok(element)
}

fn declaration(name: &str, body: &Map<String, Value>) -> Element {
    Element::new(name)
        .with("identifier", text(body, "identifier"))
        .with("cardinality", text(body, "cardinality"))
        .with_some("base-type", body.get("baseType").map(text_of))
}

/// How the service reads a pair among the correct values.
#[derive(Clone, Copy, Debug)]
enum Pairs {
    /// A list of two identifiers, or both in one text.
    AsTheyStand,
    /// The first two entries, even of a text: its first two characters.
    ByPlace,
}

impl Pairs {
    fn value(self, value: &Value, base_type: &str) -> String {
        match (value, self) {
            (Value::Array(pair), _) => {
                let members: Vec<String> = pair.iter().map(text_of).collect();
                members.join(" ")
            }
            (Value::String(text), Pairs::ByPlace) if base_type.to_lowercase().ends_with("pair") => {
                let characters: Vec<String> = text
                    .chars()
                    .take(2)
                    .map(|found| found.to_string())
                    .collect();
                characters.join(" ")
            }
            (value, _) => text_of(value),
        }
    }
}

/// A response declaration. With `mapped`, each correct value is worth one point: the form has no other mapping.
fn response_declaration(body: &Map<String, Value>, mapped: bool, pairs: Pairs) -> Element {
    let correct = body
        .get("correctResponse")
        .and_then(|correct| correct.get("value"));
    let base_type = text(body, "baseType");
    let values: Vec<String> = match correct {
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| pairs.value(value, &base_type))
            .collect(),
        Some(value) => vec![pairs.value(value, &base_type)],
        None => Vec::new(),
    };
    let mut element = declaration("qti-response-declaration", body);
    if !values.is_empty() {
        element.push(
            Element::new("qti-correct-response").all(
                values
                    .iter()
                    .map(|value| Element::new("qti-value").text(value)),
            ),
        );
    }
    if mapped {
        // An essay or an upload has an empty correct value, which maps to nothing.
        let entries = values
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| {
                Element::new("qti-map-entry")
                    .with("map-key", value)
                    .with("mapped-value", 1)
            });
        element.push(
            Element::new("qti-mapping")
                .with("default-value", 0)
                .all(entries),
        );
    }
    element
}

/// The standard template if the form says nothing of processing; otherwise rules, which also set the feedback's
/// outcome.
fn response_processing(
    body: &Map<String, Value>,
    processing: Option<&Map<String, Value>>,
) -> Option<Element> {
    let rules = Element::new("qti-response-processing");
    let Some(processing) = processing else {
        objects(body, "responseDeclarations").next()?;
        return Some(rules.with("template", format!("{TEMPLATES}match_correct.xml")));
    };
    let response = text(processing, "responseDeclarationIdentifier");
    let outcome = text(processing, "outcomeIdentifier");
    let about = |name: &str| Element::new(name).with("identifier", &response);
    let set = |identifier: &str, value: Element| {
        Element::new("qti-set-outcome-value")
            .with("identifier", identifier)
            .child(value)
    };
    let base = |kind: &str, value: String| {
        Element::new("qti-base-value")
            .with("base-type", kind)
            .text(value)
    };
    let branch = |name: &str, test: Option<Element>, score: &str, feedback: String| {
        let mut branch = Element::new(name).all(test);
        if text(processing, "templateType") == "match_correct" {
            branch.push(set("SCORE", base("float", score.to_owned())));
        }
        if outcome != "SCORE" {
            branch.push(set(&outcome, base("identifier", feedback)));
        }
        branch
    };
    let matches = Element::new("qti-match")
        .child(about("qti-variable"))
        .child(about("qti-correct"));
    let mut condition = Element::new("qti-response-condition");
    condition.push(branch(
        "qti-response-if",
        Some(matches),
        "1",
        text(processing, "correctResponseIdentifier"),
    ));
    condition.push(branch(
        "qti-response-else",
        None,
        "0",
        text(processing, "incorrectResponseIdentifier"),
    ));
    let mut rules = rules;
    if text(processing, "templateType") == "map_response" {
        rules.push(set("SCORE", about("qti-map-response")));
    }
    rules.push(condition);
    if let Some(inline) = processing.get("inlineFeedback").and_then(Value::as_object) {
        let variable =
            Element::new("qti-variable").with("identifier", text(inline, "variableIdentifier"));
        rules.push(set(&text(inline, "outcomeIdentifier"), variable));
    }
    Some(rules)
}

fn feedback_element(
    name: &str,
    body: &Map<String, Value>,
    field: &str,
) -> Result<Element, (String, String)> {
    let classes = body
        .get("class")
        .and_then(Value::as_array)
        .map(|classes| classes.iter().map(text_of).collect::<Vec<_>>().join(" "));
    let element = Element::new(name)
        .with("identifier", text(body, "identifier"))
        .with("outcome-identifier", text(body, "outcomeIdentifier"))
        .with("show-hide", text(body, "showHide"))
        .with_some("title", body.get("title").map(text_of))
        .with_some("class", classes.filter(|classes| !classes.is_empty()));
    let inside = with_markup(Element::new("qti-content-body"), body.get("content"), field)?;
    Ok(element.child(inside))
}

/// The stimuli that the form refers to, one or a list.
pub(crate) fn stimuli(body: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let stimulus = body.get("stimulus");
    let one = stimulus.and_then(Value::as_object);
    one.into_iter().chain(objects(body, "stimulus"))
}
