//! Parts of a test.
use std::borrow::Cow;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::error::ApiError;
use super::extract::{JsonBody, Path, Query};
use super::listing::{Listed, Listing, Rules};
use super::{AppState, Reply, entities, tests, tree, view};
use crate::store::model::{Part, Stamps};

const RULES: Rules = Rules {
    sorts: &["title", "identifier", "createdAt", "updatedAt"],
    filter: true,
    strict: true,
};

impl Listed for Part {
    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn title(&self) -> &str {
        // No part has one by the document, but lists of parts can be sorted by it.
        self.rest
            .get("title")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn stamps(&self) -> Stamps {
        self.stamps
    }

    fn other(&self, name: &str) -> Option<Cow<'_, Value>> {
        match name {
            "navigationMode" => Some(Cow::Owned(self.navigation_mode.as_str().into())),
            "submissionMode" => Some(Cow::Owned(self.submission_mode.as_str().into())),
            _ => self.rest.get(name).map(Cow::Borrowed),
        }
    }
}

pub(super) async fn search(
    State(app): AppState,
    Path(test): Path<String>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    app.store.read(|state| {
        let test = entities::find(&state.tests, &test)?;
        let listing = Listing::parse(&parameters, &RULES)?;
        let wanted = tests::Wanted::parse(&parameters)?;
        let parts = test.parts.iter().filter(|part| wanted.part(test, part));
        Ok(Json(
            listing.page(parts, |part| view::part(part, &app.base)),
        ))
    })
}

pub(super) async fn create(
    State(app): AppState,
    Path(test): Path<String>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.entity::<Part>(&tree::PART);
    let shown = tree::edit(&app, &test, |test, stamps| {
        let mut part = body?;
        if test.part(&part.identifier).is_some() {
            return Err(ApiError::exists("Test part", &part.identifier));
        }
        tree::settle_part(&mut part, None, stamps)?;
        let shown = view::part_with_xml(&part, &app.base);
        test.parts.push(part);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

pub(super) async fn get(
    State(app): AppState,
    Path((test, part)): Path<(String, String)>,
) -> Reply<Json<Value>> {
    app.store.read(|state| {
        Ok(Json(view::part(
            tree::part(entities::find(&state.tests, &test)?, &part)?,
            &app.base,
        )))
    })
}

pub(super) async fn update(
    State(app): AppState,
    Path((test, part)): Path<(String, String)>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.entity::<Part>(&tree::PART);
    let shown = tree::edit(&app, &test, |test, stamps| {
        let place = tree::part_mut(test, &part)?;
        let mut changed = body?;
        tree::same_identifier(&part, &changed.identifier)?;
        tree::settle_part(&mut changed, Some(place), stamps)?;
        *place = changed;
        Ok(view::part_with_xml(place, &app.base))
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(app): AppState,
    Path((test, part)): Path<(String, String)>,
) -> Reply<StatusCode> {
    tree::edit(&app, &test, |test, _| {
        tree::part(test, &part)?;
        test.parts.retain(|found| found.identifier != part);
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
