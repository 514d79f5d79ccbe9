//! Learners' feedback on questions and lessons.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body_schema::{Shape, optional, required};
use super::extract::{JsonBody, Path};
use super::{ApiState, Reply, entities, view};
use crate::store::model::Feedback;

const FEEDBACK: Shape = Shape::Object(&[
    optional("questionId", Shape::Text),
    required("userId", Shape::Text),
    required("feedback", Shape::Text),
    required("lessonId", Shape::Text),
    optional("humanApproved", Shape::Any),
]);

pub(super) async fn on_question(api: ApiState, body: JsonBody) -> Reply<(StatusCode, Json<Value>)> {
    create(api, body, "QUESTION").await
}

pub(super) async fn on_lesson(api: ApiState, body: JsonBody) -> Reply<(StatusCode, Json<Value>)> {
    create(api, body, "LESSON").await
}

async fn create(
    State(api): ApiState,
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
    let shown = entities::write(&api, |state| {
        let stamps = state.stamp();
        // As long as the service's ids. Of digits and the letters to `f`, it is never the name of another route.
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
    State(api): ApiState,
    Path(lesson): Path<String>,
) -> Reply<Json<Value>> {
    Ok(Json(api.store.read(|state| {
        let mut found: Vec<&Feedback> = state
            .feedback
            .iter()
            .filter(|feedback| feedback.lesson == lesson)
            .collect();
        found.sort_by_key(|feedback| feedback.stamps.serial);
        found.into_iter().map(view::feedback).collect()
    })))
}

pub(super) async fn delete(State(api): ApiState, Path(id): Path<String>) -> Reply<Json<Value>> {
    entities::delete(&api, |state| &mut state.feedback, &id).await?;
    Ok(Json(json!({"message": "Feedback deleted"})))
}
