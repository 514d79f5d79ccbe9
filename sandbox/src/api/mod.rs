//! The API's operations, one file a resource.

mod body_schema;
mod entities;
pub(crate) mod error;
mod extract;
mod feedback;
mod filter;
mod fuzzy;
mod item_body;
mod item_refs;
pub(crate) mod items;
pub(crate) mod listing;
pub(crate) mod operation;
mod parts;
mod process_response;
mod sections;
mod stimuli;
mod test_structure;
mod tests;
mod validate;
pub(crate) mod view;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{delete, get, post, put};

use self::error::ApiError;
use self::operation::{ITEM_REF, ITEM_REFS, PART, PARTS, SECTION, SECTIONS};
use crate::store::Store;

/// What the operations work on.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) store: Store,
    /// The base of its paths as clients see it.
    pub(crate) base: String,
}

/// What handlers take as their state.
type ApiState = axum::extract::State<Arc<Api>>;
/// What handlers return.
type Reply<T = Response> = Result<T, ApiError>;

/// The routes below the API's base. All methods of a path are one route, so that an identifier is never taken for the
/// name of another route: only POST takes `metadata`, and only PUT takes `order`, for a name; all other methods take
/// them for the identifiers of an item and of an item reference.
pub(crate) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/stimuli", get(stimuli::search).post(stimuli::create))
        .route(
            "/stimuli/{identifier}",
            get(stimuli::get)
                .put(stimuli::update)
                .delete(stimuli::delete),
        )
        .route("/assessment-items", get(items::search).post(items::create))
        .route(
            "/assessment-items/{identifier}",
            get(items::get)
                .put(items::update)
                .delete(items::delete)
                .post(items::put_metadata),
        )
        .route(
            "/assessment-items/{identifier}/process-response",
            post(process_response::process_response),
        )
        .route("/assessment-tests", get(tests::search).post(tests::create))
        .route(
            "/assessment-tests/{identifier}",
            get(tests::get).put(tests::update).delete(tests::delete),
        )
        .route(
            "/assessment-tests/{identifier}/questions",
            get(tests::questions),
        )
        .route(
            "/assessment-tests/{identifier}/metadata",
            put(tests::update_metadata),
        )
        .route(PARTS, get(parts::search).post(parts::create))
        .route(
            PART,
            get(parts::get).put(parts::update).delete(parts::delete),
        )
        .route(SECTIONS, get(sections::search).post(sections::create))
        .route(
            SECTION,
            get(sections::get)
                .put(sections::update)
                .delete(sections::delete),
        )
        .route(ITEM_REFS, post(item_refs::add))
        .route(ITEM_REF, delete(item_refs::remove).put(item_refs::reorder))
        .route("/question", post(feedback::on_question))
        .route("/lesson", post(feedback::on_lesson))
        .route("/lesson/{lesson}", get(feedback::of_lesson))
        .route("/{id}", delete(feedback::delete))
        .route("/validate", post(validate::one))
        .route("/validate/batch", post(validate::batch))
}

/// A path or a method that the service does not have.
pub(crate) async fn no_route() -> ApiError {
    ApiError::no_route()
}
