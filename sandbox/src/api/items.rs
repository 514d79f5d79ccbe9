//! Items: from XML or from the JSON authoring form.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::extract::{JsonBody, Path, Query, wants_xml};
use super::item_body::{self, Draft};
use super::listing::{Listed, Listing, Rules, metadata_is};
use super::{ApiState, Reply, entities, view};
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
    State(api): ApiState,
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
    Ok(Json(api.store.read(|state| {
        listing.page(state.items.iter().filter(wanted), view::item)
    })))
}

pub(super) async fn create(
    State(api): ApiState,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let draft = item_body::read(body, None)?;
    let shown = entities::write(&api, |state| {
        entities::vacant(&state.items, &draft.identifier)?;
        put(state, draft, None)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

/// What a replaced item passes on to the new one.
struct Before {
    stamps: Stamps,
    /// The type and the fields that were read from the old XML, if they are to stay.
    fields: Option<(String, Map<String, Value>)>,
}

/// Marks a request that replaces an item's XML and leaves the fields that were read from the old XML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaveFields;

/// Stores the item, and returns it as the API shows it.
fn put(state: &mut Entities, draft: Draft, before: Option<Before>) -> Reply<Value> {
    let missing: Vec<&str> = draft
        .stimuli
        .iter()
        .map(String::as_str)
        .filter(|stimulus| !state.stimuli.contains(stimulus))
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::no_stimuli(&missing));
    }
    let item = match before {
        None => draft.into_item(state.stamp()),
        Some(Before { stamps, fields }) => {
            let mut item = draft.into_item(stamps.touched());
            if let Some((kind, fields)) = fields {
                item.kind = kind;
                item.stale_fields = Some(fields);
            }
            item
        }
    };
    let shown = view::item(&item);
    state.items.put(item);
    Ok(shown)
}

pub(super) async fn get(
    State(api): ApiState,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Reply {
    api.store.read(|state| {
        let item = entities::find(&state.items, &identifier)?;
        if wants_xml(&headers) {
            return Ok(view::xml_response(item.raw_xml.clone()));
        }
        Ok(Json(view::item(item)).into_response())
    })
}

pub(super) async fn update(
    State(api): ApiState,
    Path(identifier): Path<String>,
    leave_fields: Option<Extension<LeaveFields>>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let draft = item_body::read(body, Some(&identifier));
    let shown = entities::write(&api, |state| {
        let item = entities::find(&state.items, &identifier)?;
        let draft = draft?;
        let before = Before {
            stamps: item.stamps,
            fields: (leave_fields.is_some() && draft.from_xml)
                .then(|| (item.kind.clone(), view::typed_copy(item))),
        };
        entities::same_identifier(&identifier, &draft.identifier)?;
        put(state, draft, Some(before))
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(api): ApiState,
    Path(identifier): Path<String>,
) -> Reply<StatusCode> {
    entities::delete(&api, |state| &mut state.items, &identifier).await
}

/// `POST /assessment-items/metadata`: replaces the metadata of an item that exists, and creates one that does not.
pub(super) async fn put_metadata(
    State(api): ApiState,
    Path(metadata): Path<String>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    if metadata != "metadata" {
        return Err(ApiError::no_route());
    }
    let draft = item_body::read(body, None)?;
    let shown = entities::write(&api, |state| {
        if !state.items.contains(&draft.identifier) {
            return put(state, draft, None);
        }
        let mut item = entities::find(&state.items, &draft.identifier)?.clone();
        item.metadata = draft.metadata;
        item.stamps = item.stamps.touched();
        let shown = view::item(&item);
        state.items.put(item);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}
