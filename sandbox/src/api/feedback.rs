//! Learners' feedback on questions and lessons.
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::extract::{JsonBody, Path};
use super::shape::{Shape, optional, required};
use super::{AppState, Reply, entities, view};
use crate::store::model::Feedback;

const FEEDBACK: Shape = Shape::Object(&[
    optional("questionId", Shape::Text),
    required("userId", Shape::Text),
    required("feedback", Shape::Text),
    required("lessonId", Shape::Text),
    optional("humanApproved", Shape::Any),
]);

pub(super) async fn on_question(app: AppState, body: JsonBody) -> Reply<(StatusCode, Json<Value>)> {
    create(app, body, "QUESTION").await
}

pub(super) async fn on_lesson(app: AppState, body: JsonBody) -> Reply<(StatusCode, Json<Value>)> {
    create(app, body, "LESSON").await
}

async fn create(
    State(app): AppState,
    body: JsonBody,
    kind: &str,
) -> Reply<(StatusCode, Json<Value>)> {
    let mut fields = body.fitting(&FEEDBACK)?;
    for own in ["id", "_id", "_stamps"] {
        fields.remove(own);
    }
    fields.insert("type".to_owned(), kind.into());
    let lesson = fields
        .remove("lessonId")
        .and_then(|lesson| lesson.as_str().map(str::to_owned))
        .unwrap_or_default();
    let shown = entities::write(&app, |state| {
        let stamps = state.stamp();
        // As long as the service's own, and never the name of another route.
        let id = format!("{:012x}{:012x}", stamps.created, stamps.serial);
        let feedback = Feedback {
            id,
            lesson,
            stamps,
            rest: fields,
        };
        let shown = view::feedback(&feedback);
        state.feedback.put(feedback);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

/// The feedback on a lesson and on its questions, oldest first; an empty list for a lesson without any.
pub(super) async fn of_lesson(
    State(app): AppState,
    Path(lesson): Path<String>,
) -> Reply<Json<Value>> {
    Ok(Json(app.store.read(|state| {
        let mut found: Vec<&Feedback> = state
            .feedback
            .iter()
            .filter(|feedback| feedback.lesson == lesson)
            .collect();
        found.sort_by_key(|feedback| feedback.stamps.serial);
        found.into_iter().map(view::feedback).collect()
    })))
}

pub(super) async fn delete(State(app): AppState, Path(id): Path<String>) -> Reply<Json<Value>> {
    entities::delete(&app, |state| &mut state.feedback, &id).await?;
    Ok(Json(json!({"message": "Feedback deleted"})))
}
