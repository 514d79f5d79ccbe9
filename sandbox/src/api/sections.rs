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
use super::{AppState, Reply, entities, tree, view};
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
    State(app): AppState,
    Path((test, part)): Path<(String, String)>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    app.store.read(|state| {
        let part = tree::part(entities::find(&state.tests, &test)?, &part)?;
        let listing = Listing::parse(&parameters, &RULES)?;
        Ok(Json(listing.page(part.sections.iter(), |section| {
            view::section(section, &app.base)
        })))
    })
}

pub(super) async fn create(
    State(app): AppState,
    Path((test, part)): Path<(String, String)>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.entity::<Section>(&tree::SECTION);
    let shown = tree::edit(&app, &test, |test, stamps| {
        let part = tree::part_mut(test, &part)?;
        let mut section = body?;
        if part.section(&section.identifier).is_some() {
            return Err(ApiError::exists("Section", &section.identifier));
        }
        tree::settle_section(&mut section, None, stamps)?;
        let shown = view::section(&section, &app.base);
        part.sections.push(section);
        part.order_sections();
        Ok(shown)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn get(
    State(app): AppState,
    Path((test, part, section)): Path<(String, String, String)>,
) -> Reply<Json<Value>> {
    app.store.read(|state| {
        let part = tree::part(entities::find(&state.tests, &test)?, &part)?;
        Ok(Json(view::section(
            tree::section(part, &section)?,
            &app.base,
        )))
    })
}

pub(super) async fn update(
    State(app): AppState,
    Path((test, part, section)): Path<(String, String, String)>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.entity::<Section>(&tree::SECTION);
    let shown = tree::edit(&app, &test, |test, stamps| {
        let part = tree::part_mut(test, &part)?;
        let place = tree::section_mut(part, &section)?;
        let mut changed = body?;
        tree::same_identifier(&section, &changed.identifier)?;
        tree::settle_section(&mut changed, Some(place), stamps)?;
        *place = changed;
        let shown = view::section(place, &app.base);
        part.order_sections();
        Ok(shown)
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(app): AppState,
    Path((test, part, section)): Path<(String, String, String)>,
) -> Reply<Json<Value>> {
    tree::edit(&app, &test, |test, _| {
        let part = tree::part_mut(test, &part)?;
        tree::section(part, &section)?;
        part.sections.retain(|found| found.identifier != section);
        Ok(())
    })
    .await?;
    Ok(Json(json!({"message": "Section deleted"})))
}
