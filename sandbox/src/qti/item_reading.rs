//! What the API shows of an item besides its XML, read from the XML.

use serde_json::{Map, Value, json};

use super::validation::interactions;
use super::xml::Element;

/// The interactions that the service knows by their QTI names, without `qti-` and `-interaction`.
const KNOWN: [&str; 22] = [
    "associate",
    "choice",
    "custom",
    "drawing",
    "end-attempt",
    "extended-text",
    "gap-match",
    "graphic-associate",
    "graphic-gap-match",
    "graphic-order",
    "hotspot",
    "hottext",
    "inline-choice",
    "match",
    "media",
    "order",
    "portable-custom",
    "position-object",
    "select-point",
    "slider",
    "text-entry",
    "upload",
];

/// The type of an interaction, if the service knows it.
fn known_kind(interaction: &Element) -> Option<&str> {
    let name = interaction.name.as_str();
    let kind = name.strip_prefix("qti-")?.strip_suffix("-interaction")?;
    KNOWN.contains(&kind).then_some(kind)
}

/// The type of an item: that of the first interaction that the service knows, or `unknown`. The API document does not
/// list all types that occur.
pub(crate) fn kind(root: &Element) -> &str {
    interactions(root).find_map(known_kind).unwrap_or("unknown")
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
    // Empty on the live service whatever the XML has.
    fields.insert("feedbackInline".to_owned(), json!([]));
    for (name, element) in [
        ("modalFeedback", "qti-modal-feedback"),
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

/// The fields of an item's first interaction, of which the service keeps a copy beside the XML.
pub(crate) fn interaction(root: &Element) -> Option<Value> {
    let (kind, interaction) =
        interactions(root).find_map(|found| Some((known_kind(found)?, found)))?;
    let mut value = json!({
        "type": kind,
        "responseIdentifier": interaction.attribute("response-identifier"),
        "shuffle": interaction.attribute("shuffle") == Some("true"),
    });
    if let Some(count) = interaction.attribute("max-choices") {
        value["maxChoices"] = count
            .parse::<u64>()
            .map_or_else(|_| count.into(), Value::from);
    }
    Some(value)
}

/// Response processing, if it is a standard template or has rules that work like one.
pub(crate) fn processing(root: &Element) -> Option<Value> {
    let rules = root.named("qti-response-processing").next()?;
    let has = |name: &str| rules.descendants().any(|found| found.name == name);
    let template = match template(root) {
        Some(template) => template,
        None if has("qti-map-response") => "map_response",
        None if has("qti-match") && has("qti-correct") => "match_correct",
        None => return None,
    };
    let declared = |identifier: &str| {
        root.named("qti-response-declaration")
            .any(|found| found.attribute("identifier") == Some(identifier))
    };
    let response = rules
        .descendants()
        .filter(|found| matches!(found.name.as_str(), "qti-variable" | "qti-map-response"))
        .filter_map(|found| found.attribute("identifier"))
        .find(|identifier| declared(identifier))
        .or_else(|| {
            root.named("qti-response-declaration")
                .next()?
                .attribute("identifier")
        })?;
    let mut value = json!({
        "templateType": template,
        "responseDeclarationIdentifier": response,
        "outcomeIdentifier": "SCORE",
        "correctResponseIdentifier": "CORRECT",
        "incorrectResponseIdentifier": "INCORRECT",
    });
    if let Some((outcome, correct)) = feedback_set_in(rules, "qti-response-if").next() {
        value["outcomeIdentifier"] = outcome.into();
        value["correctResponseIdentifier"] = correct.into();
        if let Some((_, incorrect)) =
            feedback_set_in(rules, "qti-response-else").find(|(found, _)| *found == outcome)
        {
            value["incorrectResponseIdentifier"] = incorrect.into();
        }
    }
    let inline = rules.named("qti-set-outcome-value").find_map(|set| {
        let variable = set.named("qti-variable").next()?.attribute("identifier")?;
        declared(variable).then_some((set.attribute("identifier")?, variable))
    });
    if let Some((outcome, variable)) = inline {
        value["inlineFeedback"] =
            json!({"outcomeIdentifier": outcome, "variableIdentifier": variable});
    }
    Some(value)
}

/// The outcomes that branches of this name set to an identifier, and that identifier. Rules choose feedback in this
/// way.
fn feedback_set_in<'a>(
    rules: &'a Element,
    branch: &'a str,
) -> impl Iterator<Item = (&'a str, String)> {
    rules
        .descendants()
        .filter(move |found| found.name == branch)
        .flat_map(|branch| branch.named("qti-set-outcome-value"))
        .filter_map(|set| {
            let value = set
                .named("qti-base-value")
                .find(|value| value.attribute("base-type") == Some("identifier"))?;
            let identifier = set.attribute("identifier")?;
            Some((identifier, value.full_text().trim().to_owned()))
        })
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
