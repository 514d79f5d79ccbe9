//! What all kinds of entities have in common: 404 for a missing entity, 409 for an identifier that is taken.

use axum::http::StatusCode;

use super::Api;
use super::Reply;
use super::error::ApiError;
use crate::store::{Collection, Entity, State};

/// Changes the state, all or nothing.
pub(super) async fn write<T>(api: &Api, change: impl FnOnce(&mut State) -> Reply<T>) -> Reply<T> {
    api.store.write(change).await
}

/// The entity, or 404.
pub(super) fn find<'a, T: Entity>(entities: &'a Collection<T>, identifier: &str) -> Reply<&'a T> {
    entities
        .get(identifier)
        .ok_or_else(|| ApiError::not_found(T::NAME, identifier))
}

/// Checks that the identifier is free; 409 if it is taken.
pub(super) fn vacant<T: Entity>(entities: &Collection<T>, identifier: &str) -> Reply<()> {
    match entities.get(identifier) {
        None => Ok(()),
        Some(_) => Err(ApiError::exists(T::NAME, identifier)),
    }
}

/// Deletes the entity; 404 if there is none.
pub(super) async fn delete<T: Entity>(
    api: &Api,
    entities: impl FnOnce(&mut State) -> &mut Collection<T>,
    identifier: &str,
) -> Reply<StatusCode> {
    write(api, |state| {
        entities(state)
            .remove(identifier)
            .then_some(())
            .ok_or_else(|| ApiError::not_found(T::NAME, identifier))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks that the body has the identifier of the path: an update cannot rename an entity.
pub(super) fn same_identifier(in_path: &str, in_body: &str) -> Reply<()> {
    if in_path == in_body {
        return Ok(());
    }
    Err(ApiError::invalid_field(
        "identifier",
        "mismatch",
        format!("must be {in_path:?}, as in the path"),
    ))
}
