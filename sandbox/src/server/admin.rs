//! The sandbox's own endpoints: faults, the request log, a fresh start.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::App;
use super::faults::FaultRule;
use crate::api::error::ApiError;
use crate::log::RequestRecord;

/// The routes below `/_sandbox`; they need no token.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/faults", get(faults).put(set_faults))
        .route("/requests", get(requests))
        .route("/reset", post(reset))
}

async fn faults(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.faults.show())
}

async fn set_faults(
    State(app): State<Arc<App>>,
    rules: Result<Json<Vec<FaultRule>>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let Json(rules) =
        rules.map_err(|error| ApiError::invalid_field("body", "json", error.body_text()))?;
    app.faults
        .set(rules)
        .map_err(|error| ApiError::invalid_field("body", "rule", error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn requests(State(app): State<Arc<App>>) -> Json<Vec<RequestRecord>> {
    Json(app.log.records())
}

async fn reset(State(app): State<Arc<App>>) -> Result<StatusCode, ApiError> {
    app.reset().await?;
    Ok(StatusCode::NO_CONTENT)
}
