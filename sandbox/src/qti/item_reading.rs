//! What the API shows of an item besides its XML, read from the XML.
use serde_json::{Map, Value, json};

use super::validation::interactions;
use super::xml::Element;

/// The type of an item: its first interaction's. Values that the API document does not list occur.
pub(crate) fn kind(root: &Element) -> &str {
    let name = interactions(root)
        .next()
        .map(|interaction| interaction.name.as_str());
    // An item without an interaction still needs a type, and the document has none for it.
    name.and_then(|name| name.strip_prefix("qti-")?.strip_suffix("-interaction"))
        .unwrap_or("choice")
}

/// The fields of an item that stand in its XML.
pub(crate) fn fields(root: &Element) -> Map<String, Value> {
    let mut fields = Map::new();
    let flag = |name: &str| Value::Bool(root.attribute(name) == Some("true"));
    fields.insert("qtiVersion".to_owned(), "3.0".into());
    fields.insert("timeDependent".to_owned(), flag("time-dependent"));
    fields.insert("adaptive".to_owned(), flag("adaptive"));
    fields.insert(
        "responseDeclarations".to_owned(),
        root.named("qti-response-declaration")
            .map(response)
            .collect(),
    );
    fields.insert(
        "outcomeDeclarations".to_owned(),
        root.named("qti-outcome-declaration")
            .map(declaration)
            .collect(),
    );
    if let Some(processing) = processing(root) {
        fields.insert("responseProcessing".to_owned(), processing);
    }
    for (name, element) in [
        ("modalFeedback", "qti-modal-feedback"),
        ("feedbackInline", "qti-feedback-inline"),
        ("feedbackBlock", "qti-feedback-block"),
    ] {
        let found = root.descendants().filter(|found| found.name == element);
        fields.insert(
            name.to_owned(),
            found.map(|found| feedback(found, name)).collect(),
        );
    }
    if let Some(custom) =
        interactions(root).find_map(|found| found.attribute("custom-interaction-type-identifier"))
    {
        fields.insert("customInteractionTypeIdentifier".to_owned(), custom.into());
    }
    fields
}

fn declaration(element: &Element) -> Value {
    let mut value = json!({
        "identifier": element.attribute("identifier"),
        "cardinality": element.attribute("cardinality").unwrap_or("single"),
    });
    if let Some(base_type) = element.attribute("base-type") {
        value["baseType"] = base_type.into();
    }
    value
}

fn response(element: &Element) -> Value {
    let mut value = declaration(element);
    value["correctResponse"] = json!({"value": correct_values(element)});
    value
}

/// The values of a response declaration's correct response.
pub(crate) fn correct_values(declaration: &Element) -> Vec<String> {
    let correct = declaration
        .named("qti-correct-response")
        .flat_map(|correct| correct.named("qti-value"));
    correct
        .map(|value| value.full_text().trim().to_owned())
        .collect()
}

/// Response processing where it is one of the standard templates.
fn processing(root: &Element) -> Option<Value> {
    let template = template(root)?;
    Some(json!({
        "templateType": template,
        "responseDeclarationIdentifier": root.named("qti-response-declaration").next()?.attribute("identifier")?,
        "outcomeIdentifier": "SCORE",
        "correctResponseIdentifier": "CORRECT",
        "incorrectResponseIdentifier": "INCORRECT",
    }))
}

/// The standard template that the item's response processing names.
pub(crate) fn template(root: &Element) -> Option<&'static str> {
    let uri = root
        .named("qti-response-processing")
        .next()?
        .attribute("template")?;
    let name = uri.rsplit('/').next()?.trim_end_matches(".xml");
    ["match_correct", "map_response"]
        .into_iter()
        .find(|template| *template == name)
}

fn feedback(element: &Element, list: &str) -> Value {
    let body = element.named("qti-content-body").next().unwrap_or(element);
    let mut value = json!({
        "outcomeIdentifier": element.attribute("outcome-identifier"),
        "identifier": element.attribute("identifier"),
        "showHide": element.attribute("show-hide").unwrap_or("show"),
        "content": body.inner_xml().trim(),
    });
    if list == "modalFeedback" {
        value["title"] = element.attribute("title").unwrap_or_default().into();
    } else {
        value["class"] = element
            .attribute("class")
            .unwrap_or_default()
            .split_whitespace()
            .collect();
    }
    value
}
