//! What a learner's response to an item scores.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::body_schema::{Shape, optional};
use super::error::{ApiError, Issue};
use super::extract::{JsonBody, Path};
use super::{ApiState, Reply, entities};
use crate::qti::item_reading;
use crate::qti::scoring::{self, Answers};
use crate::qti::xml::{self, Element};

/// The shape of both forms of the body. `values` checks the responses themselves.
const RESPONSE: Shape = Shape::Object(&[
    optional("identifier", Shape::Text),
    optional("responses", Shape::Open),
]);

pub(super) async fn process_response(
    State(api): ApiState,
    Path(identifier): Path<String>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.fitting(&RESPONSE);
    let raw_xml = api
        .store
        .read(|state| entities::find(&state.items, &identifier).map(|item| item.raw_xml.clone()))?;
    let item = xml::parse(&raw_xml).unwrap_or_default();
    let outcome = scoring::score(&item, &answers(&item, &identifier, &body?)?);
    // Rules that set no feedback outcome leave the usual names.
    let processing = item_reading::processing(&item)
        .filter(|processing| processing["outcomeIdentifier"] != "SCORE");
    let field = |name: &str, default: &str| {
        processing
            .as_ref()
            .and_then(|processing| processing.get(name)?.as_str())
            .unwrap_or(default)
            .to_owned()
    };
    let value = match outcome.correct {
        true => field("correctResponseIdentifier", "CORRECT"),
        false => field("incorrectResponseIdentifier", "INCORRECT"),
    };
    Ok(Json(json!({
        "score": outcome.score,
        "feedback": {"identifier": field("outcomeIdentifier", "FEEDBACK"), "value": value},
    })))
}

/// The answers in the body, which has one of two forms:
/// - `{"responses": {...}}`, by response identifier;
/// - `{"identifier", "response"}`, where the identifier of the item stands for its first response.
fn answers(item: &Element, identifier: &str, body: &Map<String, Value>) -> Reply<Answers> {
    let declared: Vec<&str> = item
        .named("qti-response-declaration")
        .filter_map(|declaration| declaration.attribute("identifier"))
        .collect();
    let mut issues = Vec::new();
    let mut answers = Answers::new();
    let mut add = |response: &str, values: Result<Vec<String>, Vec<Issue>>| {
        if !declared.contains(&response) {
            return Err(ApiError::not_found("Response declaration", response));
        }
        match values {
            Ok(values) => {
                answers.insert(response.to_owned(), values);
            }
            Err(wrong) => issues.extend(wrong),
        }
        Ok(())
    };
    match (
        body.get("responses").and_then(Value::as_object),
        body.get("identifier").and_then(Value::as_str),
        body.get("response"),
    ) {
        (Some(responses), ..) => {
            for (response, value) in responses {
                add(response, values(&format!("responses.{response}"), value))?;
            }
        }
        (None, Some(named), Some(value)) => {
            let first = declared
                .first()
                .copied()
                .filter(|_| named == identifier && !declared.contains(&named));
            let values = values("response", value).map(one_text);
            add(first.unwrap_or(named), values)?;
        }
        (None, None, _) => {
            return Err(ApiError::invalid_field(
                "identifier",
                "required",
                "is required",
            ));
        }
        (None, _, None) => {
            return Err(ApiError::invalid_field(
                "response",
                "required",
                "is required",
            ));
        }
    }
    if issues.is_empty() {
        Ok(answers)
    } else {
        Err(ApiError::invalid(&issues))
    }
}

/// In the form `{"identifier", "response"}`, the live service scores a list of several values wrongly, in a way that is
/// not known. Here such a list counts as one text, which equals no value of an item.
fn one_text(values: Vec<String>) -> Vec<String> {
    match values.len() {
        0 | 1 => values,
        _ => vec![values.join(",")],
    }
}

/// The values of one response: text, a number, a list of text, or a record, which is taken and not scored.
fn values(field: &str, value: &Value) -> Result<Vec<String>, Vec<Issue>> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Object(_) => Ok(Vec::new()),
        Value::Array(values) => {
            let mut issues = Vec::new();
            let mut texts = Vec::new();
            for (place, value) in values.iter().enumerate() {
                match value.as_str() {
                    Some(text) => texts.push(text.to_owned()),
                    None => issues.push(Issue::new(
                        format!("{field}[{place}]"),
                        "type",
                        "must be a string",
                    )),
                }
            }
            if issues.is_empty() {
                Ok(texts)
            } else {
                Err(issues)
            }
        }
        Value::Bool(_) | Value::Null => Err(vec![Issue::new(
            field,
            "type",
            "must be a string, a number, a list of strings or a record",
        )]),
    }
}
