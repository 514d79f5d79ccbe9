//! The references from a section to its items.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body_schema::{Shape, optional, repeated, required};
use super::error::{ApiError, Issue};
use super::extract::{JsonBody, Path};
use super::{ApiState, Reply, test_structure, view};
use crate::store::model::ItemRef;

const ENTRY: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    optional("href", Shape::Text),
    optional("sequence", Shape::Position),
]);

const ORDER: Shape = Shape::Object(&[required("items", Shape::Filled(&ENTRY))]);

/// A reference and the place where it is to stand, counted from 1.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(flatten)]
    item: ItemRef,
    #[serde(default)]
    sequence: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Order {
    items: Vec<Entry>,
}

/// Adds a reference at the end, or at its `sequence`.
pub(super) async fn add(
    State(api): ApiState,
    Path((test, part, section)): Path<(String, String, String)>,
    body: JsonBody,
) -> Reply<(StatusCode, Json<Value>)> {
    let body = body.entity::<Entry>(&ENTRY);
    let shown = test_structure::edit(&api, &test, |test, _| {
        let section =
            test_structure::section_mut(test_structure::part_mut(test, &part)?, &section)?;
        let Entry { item, sequence } = body?;
        if section
            .items
            .iter()
            .any(|found| found.identifier == item.identifier)
        {
            return Err(ApiError::exists(
                "Assessment item reference",
                &item.identifier,
            ));
        }
        let end = section.items.len();
        let place = sequence.map_or(end, |sequence| {
            usize::try_from(sequence - 1).unwrap_or(end).min(end)
        });
        section.items.insert(place, item);
        section.stamps = section.stamps.touched();
        Ok(view::section(section, &api.base))
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

pub(super) async fn remove(
    State(api): ApiState,
    Path((test, part, section, item)): Path<(String, String, String, String)>,
) -> Reply<StatusCode> {
    test_structure::edit(&api, &test, |test, _| {
        let section =
            test_structure::section_mut(test_structure::part_mut(test, &part)?, &section)?;
        let place = section
            .items
            .iter()
            .position(|found| found.identifier == item);
        let place = place.ok_or_else(|| ApiError::not_found("Assessment item reference", &item))?;
        section.items.remove(place);
        section.stamps = section.stamps.touched();
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts references in the order of the list, or by `sequence` where it is given. Each of them must be in the section.
/// References that the list leaves out follow in their old order.
pub(super) async fn reorder(
    State(api): ApiState,
    Path((test, part, section, order)): Path<(String, String, String, String)>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    if order != "order" {
        return Err(ApiError::no_route());
    }
    let body = body.entity::<Order>(&ORDER);
    let shown = test_structure::edit(&api, &test, |test, _| {
        let section =
            test_structure::section_mut(test_structure::part_mut(test, &part)?, &section)?;
        let mut wanted = body?.items;
        let mut issues = repeated(
            "items",
            wanted.iter().map(|entry| entry.item.identifier.as_str()),
        );
        let missing = wanted.iter().filter(|entry| {
            section
                .items
                .iter()
                .all(|item| item.identifier != entry.item.identifier)
        });
        issues.extend(missing.map(|entry| {
            Issue::new(
                "items",
                "unknown",
                format!("{:?} is not in the section", entry.item.identifier),
            )
        }));
        if !issues.is_empty() {
            return Err(ApiError::invalid(&issues));
        }
        for (place, entry) in (1..).zip(&mut wanted) {
            entry.sequence.get_or_insert(place);
        }
        wanted.sort_by_key(|entry| entry.sequence);
        let places: HashMap<&str, usize> = wanted
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.item.identifier.as_str(), place))
            .collect();
        section.items.sort_by_key(|item| {
            places
                .get(item.identifier.as_str())
                .copied()
                .unwrap_or(usize::MAX)
        });
        section.stamps = section.stamps.touched();
        Ok(view::section(section, &api.base))
    });
    Ok(Json(shown.await?))
}
