//! Items: from XML or from the JSON authoring form, and what they score.
use std::borrow::Cow;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::extract::{JsonBody, Path, Query, wants_xml};
use super::item_body::{self, Draft};
use super::listing::{Listed, Listing, Rules, metadata_is};
use super::shape::{Shape, optional};
use super::{AppState, Reply, entities, tree, view};
use crate::qti::scoring::{self, Answers};
use crate::qti::xml::{self, Element};
use crate::store::State as Entities;
use crate::store::model::{Item, Stamps};

const RULES: Rules = Rules {
    sorts: &["title", "identifier", "type", "createdAt", "updatedAt"],
    filter: true,
    strict: true,
};

impl Listed for Item {
    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn stamps(&self) -> Stamps {
        self.stamps
    }

    fn other(&self, name: &str) -> Option<Cow<'_, Value>> {
        match name {
            "type" => Some(Cow::Owned(self.kind.as_str().into())),
            "metadata" => self.metadata.as_ref().map(Cow::Borrowed),
            "rawXml" => Some(Cow::Owned(self.raw_xml.as_str().into())),
            _ => None,
        }
    }
}

pub(super) async fn search(
    State(app): AppState,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    let listing = Listing::parse(&parameters, &RULES)?;
    let is = |name: &str, found: &str| parameters.get(name).is_none_or(|wanted| wanted == found);
    let metadata = |item: &Item, name: &str| {
        metadata_is(
            item.metadata.as_ref(),
            name,
            parameters.get(name).map(String::as_str),
        )
    };
    let wanted = |item: &&Item| {
        is("type", &item.kind) && metadata(item, "subject") && metadata(item, "grade")
    };
    Ok(Json(app.store.read(|state| {
        listing.page(state.items.iter().filter(wanted), view::item)
    })))
}

pub(super) async fn create(
    State(app): AppState,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let draft = item_body::read(body, None)?;
    let shown = entities::write(&app, |state| {
        entities::vacant(&state.items, &draft.identifier)?;
        Ok(put(state, draft, None))
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

/// Keeps the item and shows it.
fn put(state: &mut Entities, draft: Draft, before: Option<Stamps>) -> Value {
    let stamps = before.map_or_else(|| state.stamp(), Stamps::touched);
    let item = draft.into_item(stamps);
    let shown = view::item(&item);
    state.items.put(item);
    shown
}

pub(super) async fn get(
    State(app): AppState,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Reply {
    app.store.read(|state| {
        let item = entities::find(&state.items, &identifier)?;
        if wants_xml(&headers) {
            return Ok(view::xml_response(item.raw_xml.clone()));
        }
        Ok(Json(view::item(item)).into_response())
    })
}

pub(super) async fn update(
    State(app): AppState,
    Path(identifier): Path<String>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let draft = item_body::read(body, Some(&identifier));
    let shown = entities::write(&app, |state| {
        let before = entities::find(&state.items, &identifier)?.stamps;
        let draft = draft?;
        tree::same_identifier(&identifier, &draft.identifier)?;
        Ok(put(state, draft, Some(before)))
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(app): AppState,
    Path(identifier): Path<String>,
) -> Reply<StatusCode> {
    entities::delete(&app, |state| &mut state.items, &identifier).await
}

/// `POST /assessment-items/metadata`: replaces the metadata of an item that exists, and creates one that does not.
pub(super) async fn put_metadata(
    State(app): AppState,
    Path(metadata): Path<String>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    if metadata != "metadata" {
        return Err(ApiError::no_route());
    }
    let draft = item_body::read(body, None)?;
    let shown = entities::write(&app, |state| {
        if !state.items.contains(&draft.identifier) {
            return Ok(put(state, draft, None));
        }
        let item = entities::find_mut(&mut state.items, &draft.identifier)?;
        item.metadata = draft.metadata;
        item.stamps = item.stamps.touched();
        Ok(view::item(item))
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

/// What both forms of a response have; the values are checked one by one.
const RESPONSE: Shape = Shape::Object(&[
    optional("identifier", Shape::Text),
    optional("responses", Shape::Open),
]);

pub(super) async fn process_response(
    State(app): AppState,
    Path(identifier): Path<String>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.fitting(&RESPONSE);
    let item = app
        .store
        .read(|state| entities::find(&state.items, &identifier).cloned())?;
    let processing = item.response_processing;
    let item = xml::parse(&item.raw_xml).unwrap_or_default();
    let outcome = scoring::score(&item, &answers(&item, &identifier, &body?)?);
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

/// The answers of `{"identifier", "response"}`, where the identifier is a response's or the item's (then its first response
/// is meant), or of `{"responses": {...}}`.
fn answers(item: &Element, identifier: &str, body: &Map<String, Value>) -> Reply<Answers> {
    let declared: Vec<&str> = item
        .named("qti-response-declaration")
        .filter_map(|declaration| declaration.attribute("identifier"))
        .collect();
    let mut answers = Answers::new();
    let mut add = |response: &str, value: &Value| {
        if !declared.contains(&response) {
            return Err(ApiError::not_found("Response declaration", response));
        }
        answers.insert(response.to_owned(), values(value)?);
        Ok(())
    };
    match (
        body.get("responses").and_then(Value::as_object),
        body.get("identifier").and_then(Value::as_str),
        body.get("response"),
    ) {
        (Some(responses), ..) => {
            for (response, value) in responses {
                add(response, value)?;
            }
        }
        (None, Some(named), Some(value)) => {
            let first = declared
                .first()
                .copied()
                .filter(|_| named == identifier && !declared.contains(&named));
            add(first.unwrap_or(named), value)?;
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
    Ok(answers)
}

/// A string, or a list of strings.
fn values(value: &Value) -> Reply<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let values = match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    };
    values.ok_or_else(|| {
        ApiError::invalid_field("response", "type", "must be a string or a list of strings")
    })
}
