//! Validation of XML that is sent, or of an entity in the store.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Api;
use super::body_schema::{Field, Shape, optional, required};
use super::error::ApiError;
use super::extract::JsonBody;
use super::{ApiState, Reply, view};
use crate::qti::fields::text;
use crate::qti::validation::{self, Schema};

const SCHEMA: Field = required("schema", Shape::OneOf(Schema::NAMES));

const ONE: Shape = Shape::Object(&[
    optional("xml", Shape::Any),
    SCHEMA,
    optional("entityId", Shape::Any),
]);

const BATCH: Shape = Shape::Object(&[
    optional("xml", Shape::List(&Shape::Any)),
    SCHEMA,
    optional("entityIds", Shape::List(&Shape::Any)),
]);

pub(super) async fn one(State(api): ApiState, body: JsonBody) -> Reply<Json<Value>> {
    let body = body.fitting(&ONE)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    Ok(Json(validate(
        &api,
        schema(&body),
        text("xml"),
        text("entityId"),
    )?))
}

/// Gives one result for each XML, with the id at the same place. If there are more ids than XML, each further id names
/// an entity in the store, whose XML is validated.
pub(super) async fn batch(State(api): ApiState, body: JsonBody) -> Reply<Json<Value>> {
    let body = body.fitting(&BATCH)?;
    if !body.contains_key("xml") && !body.contains_key("entityIds") {
        return Err(ApiError::invalid_field(
            "xml",
            "required",
            "is required, or entityIds",
        ));
    }
    let list = |name: &str| {
        body.get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let (xml, ids) = (list("xml"), list("entityIds"));
    let results = (0..xml.len().max(ids.len())).map(|place| {
        let text = |list: &'_ [Value]| list.get(place).and_then(Value::as_str).map(str::to_owned);
        validate(
            &api,
            schema(&body),
            text(xml).as_deref(),
            text(ids).as_deref(),
        )
    });
    let results = results.collect::<Reply<Vec<Value>>>()?;
    Ok(Json(json!({"results": results})))
}

fn schema(body: &Map<String, Value>) -> Schema {
    // The shape lets only known names through.
    Schema::named(&text(body, "schema")).unwrap_or(Schema::Item)
}

/// Validates the XML, or that of the entity where none is given.
fn validate(api: &Api, schema: Schema, xml: Option<&str>, entity: Option<&str>) -> Reply<Value> {
    let id = entity.unwrap_or_default();
    let xml = match (xml, entity) {
        (Some(xml), _) => xml.to_owned(),
        (None, Some(entity)) => kept_xml(api, schema, entity).ok_or_else(|| not_found(entity))?,
        (None, None) => String::new(),
    };
    let errors = validation::read(&xml, schema).err().unwrap_or_default();
    let message = if errors.is_empty() {
        "The XML is valid"
    } else {
        "The XML is not valid"
    };
    Ok(json!({
        // A boolean, as the live service has it; the document says text.
        "success": errors.is_empty(),
        "entityId": id,
        "xmlContent": xml,
        "validationErrors": errors,
        "message": message,
    }))
}

fn kept_xml(api: &Api, schema: Schema, identifier: &str) -> Option<String> {
    api.store.read(|state| match schema {
        Schema::Test => state
            .tests
            .get(identifier)
            .map(|test| view::raw_xml(test, &api.base)),
        Schema::Item => state.items.get(identifier).map(|item| item.raw_xml.clone()),
        Schema::Stimulus => state
            .stimuli
            .get(identifier)
            .map(|stimulus| stimulus.raw_xml.clone()),
    })
}

fn not_found(entity: &str) -> ApiError {
    let message = format!("No entity of this kind has the identifier {entity:?}");
    ApiError::new(
        StatusCode::NOT_FOUND,
        json!({"success": false, "entityId": entity, "error": "Entity not found", "message": message}),
    )
}
