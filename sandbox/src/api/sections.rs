//! Sections of a part.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::error::ApiError;
use super::extract::{JsonBody, Path, Query};
use super::listing::{Listed, Listing, Rules};
use super::{ApiState, Reply, entities, test_structure, view};
use crate::store::model::{Section, Stamps};

const RULES: Rules = Rules {
    sorts: &["title", "identifier", "createdAt", "updatedAt"],
    filter: false,
    strict: true,
};

impl Listed for Section {
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
    Path((test, part)): Path<(String, String)>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        let part = test_structure::part(entities::find(&state.tests, &test)?, &part)?;
        let listing = Listing::parse(&parameters, &RULES)?;
        Ok(Json(listing.page(part.sections.iter(), |section| {
            view::section(section, &api.base)
        })))
    })
}

pub(super) async fn create(
    State(api): ApiState,
    Path((test, part)): Path<(String, String)>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.entity::<Section>(&test_structure::SECTION);
    let shown = test_structure::edit(&api, &test, |test, stamps| {
        let part = test_structure::part_mut(test, &part)?;
        let mut section = body?;
        if part.section(&section.identifier).is_some() {
            return Err(ApiError::exists("Section", &section.identifier));
        }
        test_structure::settle_section(&mut section, None, stamps)?;
        let shown = view::section(&section, &api.base);
        part.sections.push(section);
        part.order_sections();
        Ok(shown)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn get(
    State(api): ApiState,
    Path((test, part, section)): Path<(String, String, String)>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        let part = test_structure::part(entities::find(&state.tests, &test)?, &part)?;
        Ok(Json(view::section(
            test_structure::section(part, &section)?,
            &api.base,
        )))
    })
}

pub(super) async fn update(
    State(api): ApiState,
    Path((test, part, section)): Path<(String, String, String)>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.entity::<Section>(&test_structure::SECTION);
    let shown = test_structure::edit(&api, &test, |test, stamps| {
        let part = test_structure::part_mut(test, &part)?;
        let place = test_structure::section_mut(part, &section)?;
        let mut changed = body?;
        entities::same_identifier(&section, &changed.identifier)?;
        test_structure::settle_section(&mut changed, Some(place), stamps)?;
        *place = changed;
        let shown = view::section(place, &api.base);
        part.order_sections();
        Ok(shown)
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(api): ApiState,
    Path((test, part, section)): Path<(String, String, String)>,
) -> Reply<Json<Value>> {
    test_structure::edit(&api, &test, |test, _| {
        let part = test_structure::part_mut(test, &part)?;
        test_structure::section(part, &section)?;
        part.sections.retain(|found| found.identifier != section);
        Ok(())
    })
    .await?;
    Ok(Json(json!({"message": "Section deleted"})))
}
