//! Stimuli: passages that items share.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::body_schema::{Shape, XML_FORM, optional, required};
use super::error::ApiError;
use super::extract::{JsonBody, Path, Query};
use super::listing::{Listed, Listing, Rules};
use super::{ApiState, Reply, entities, view};
use crate::qti::fields::text;
use crate::qti::stimulus_xml;
use crate::qti::validation::{self, Schema};
use crate::store::model::{Stamps, Stimulus};

/// The document knows no 400 for this list.
const RULES: Rules = Rules {
    sorts: &["title", "identifier", "createdAt", "updatedAt"],
    filter: false,
    strict: false,
};

const STIMULUS: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    required("title", Shape::Text),
    optional("label", Shape::Text),
    optional("language", Shape::Text),
    optional(
        "stylesheet",
        Shape::Object(&[required("href", Shape::Text), required("type", Shape::Text)]),
    ),
    required("content", Shape::Text),
    optional(
        "catalogInfo",
        Shape::List(&Shape::Object(&[
            required("id", Shape::Text),
            required("support", Shape::Text),
            required("content", Shape::Text),
        ])),
    ),
    optional("toolName", Shape::Text),
    optional("toolVersion", Shape::Text),
    optional("metadata", Shape::Open),
]);

impl Listed for Stimulus {
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
        self.rest.get(name).map(Cow::Borrowed)
    }
}

pub(super) async fn search(
    State(api): ApiState,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    let listing = Listing::parse(&parameters, &RULES)?;
    Ok(Json(api.store.read(|state| {
        listing.page(state.stimuli.iter(), view::stimulus)
    })))
}

/// A stimulus from the JSON form.
fn read(body: Value) -> Reply<Stimulus> {
    let mut body = STIMULUS.accept(body)?;
    let root = stimulus_xml::of_body(&body)
        .map_err(|(field, error)| ApiError::invalid_xml(&field, &[error]))?;
    body.remove("content");
    Ok(stimulus(body, root.to_document()))
}

/// A stimulus from `{"format": "xml", ...}`, which only the creation takes.
fn read_xml(body: Map<String, Value>) -> Reply<Stimulus> {
    let mut body = XML_FORM.accept(Value::Object(body))?;
    let raw_xml = text(&body, "xml");
    let root = validation::read(&raw_xml, Schema::Stimulus)
        .map_err(|errors| ApiError::invalid_xml("xml", &errors))?;
    let mut fields = stimulus_xml::to_body(&root);
    fields.extend(
        body.remove("metadata")
            .map(|metadata| ("metadata".to_owned(), metadata)),
    );
    Ok(stimulus(fields, raw_xml))
}

fn stimulus(mut fields: Map<String, Value>, raw_xml: String) -> Stimulus {
    let (identifier, title) = (text(&fields, "identifier"), text(&fields, "title"));
    fields.retain(|name, _| {
        !matches!(
            name.as_str(),
            "identifier"
                | "title"
                | "format"
                | "_id"
                | "__v"
                | "createdAt"
                | "updatedAt"
                | "rawXml"
        )
    });
    Stimulus {
        identifier,
        title,
        raw_xml,
        stamps: Stamps::default(),
        rest: fields,
    }
}

pub(super) async fn create(
    State(api): ApiState,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.fitting(&Shape::Open)?;
    let is_xml = body.get("format").is_some_and(|format| format == "xml");
    let mut stimulus = if is_xml {
        read_xml(body)?
    } else {
        read(Value::Object(body))?
    };
    let shown = entities::write(&api, |state| {
        entities::vacant(&state.stimuli, &stimulus.identifier)?;
        stimulus.stamps = state.stamp();
        let shown = view::stimulus(&stimulus);
        state.stimuli.put(stimulus);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

pub(super) async fn get(
    State(api): ApiState,
    Path(identifier): Path<String>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        Ok(Json(view::stimulus(entities::find(
            &state.stimuli,
            &identifier,
        )?)))
    })
}

pub(super) async fn update(
    State(api): ApiState,
    Path(identifier): Path<String>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let stimulus = body.value().and_then(read);
    let shown = entities::write(&api, |state| {
        let before = entities::find(&state.stimuli, &identifier)?.stamps;
        let mut stimulus = stimulus?;
        entities::same_identifier(&identifier, &stimulus.identifier)?;
        stimulus.stamps = before.touched();
        let shown = view::stimulus(&stimulus);
        state.stimuli.put(stimulus);
        Ok(shown)
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(api): ApiState,
    Path(identifier): Path<String>,
) -> Reply<StatusCode> {
    entities::delete(&api, |state| &mut state.stimuli, &identifier).await
}
