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
use super::{ApiState, Reply, entities, test_structure, tests, view};
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
        // The document gives parts no title, but lets lists of parts be sorted by title.
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
    State(api): ApiState,
    Path(test): Path<String>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        let test = entities::find(&state.tests, &test)?;
        let listing = Listing::parse(&parameters, &RULES)?;
        let wanted = tests::Wanted::parse(&parameters)?;
        let parts = test.parts.iter().filter(|part| wanted.part(test, part));
        Ok(Json(
            listing.page(parts, |part| view::part(part, &api.base)),
        ))
    })
}

pub(super) async fn create(
    State(api): ApiState,
    Path(test): Path<String>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.entity::<Part>(&test_structure::PART);
    let shown = test_structure::edit(&api, &test, |test, stamps| {
        let mut part = body?;
        if test.part(&part.identifier).is_some() {
            return Err(ApiError::exists("Test part", &part.identifier));
        }
        test_structure::settle_part(&mut part, None, stamps)?;
        let shown = view::part_with_xml(&part, &api.base);
        test.parts.push(part);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

pub(super) async fn get(
    State(api): ApiState,
    Path((test, part)): Path<(String, String)>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        Ok(Json(view::part(
            test_structure::part(entities::find(&state.tests, &test)?, &part)?,
            &api.base,
        )))
    })
}

pub(super) async fn update(
    State(api): ApiState,
    Path((test, part)): Path<(String, String)>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.entity::<Part>(&test_structure::PART);
    let shown = test_structure::edit(&api, &test, |test, stamps| {
        let place = test_structure::part_mut(test, &part)?;
        let mut changed = body?;
        entities::same_identifier(&part, &changed.identifier)?;
        test_structure::settle_part(&mut changed, Some(place), stamps)?;
        *place = changed;
        Ok(view::part_with_xml(place, &api.base))
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(api): ApiState,
    Path((test, part)): Path<(String, String)>,
) -> Reply<StatusCode> {
    test_structure::edit(&api, &test, |test, _| {
        test_structure::part(test, &part)?;
        test.parts.retain(|found| found.identifier != part);
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
