//! Injects faults into requests and answers.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::Frame;
use serde_json::{Value, json};

use super::Effect;
use crate::api::items::LeaveFields;
use crate::api::operation;
use crate::server::App;
use crate::server::connection::Fate;
use crate::server::record::{Injected, mark};

/// Handles a request with the fault that a rule picks for it, or without one.
pub(crate) async fn inject(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(effect) = operation::of(&request).and_then(|operation| app.faults.pick(operation))
    else {
        return next.run(request).await;
    };
    let mut response = match &effect {
        Effect::Status {
            status,
            body,
            retry_after,
        } => answer(*status, body.as_ref(), retry_after.as_deref()),
        Effect::Latency { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            next.run(request).await
        }
        Effect::Reset => Fate::Reset.into_response(),
        Effect::Truncate => truncated(next.run(request).await).await,
        Effect::Stall => {
            mark(&app.log, &request, &effect.name());
            std::future::pending().await
        }
        Effect::ExpiredToken => {
            app.auth.expire(request.headers());
            next.run(request).await
        }
        Effect::RevokedToken => {
            app.auth.revoke(request.headers());
            next.run(request).await
        }
        Effect::StaleFields => {
            request.extensions_mut().insert(LeaveFields);
            next.run(request).await
        }
        Effect::LoseReply { status } => {
            next.run(request).await;
            match status {
                Some(status) => answer(*status, Some(&GATEWAY_PAGE.into()), None),
                None => Fate::Reset.into_response(),
            }
        }
    };
    response.extensions_mut().insert(Injected(effect.name()));
    response
}

const GATEWAY_PAGE: &str = "<html><head><title>Bad Gateway</title></head><body>The upstream server did not answer.</body></html>";

fn answer(status: u16, body: Option<&Value>, retry_after: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(Value::String(page)) => {
            (status, [(header::CONTENT_TYPE, "text/html")], page.clone()).into_response()
        }
        Some(body) => (status, axum::Json(body)).into_response(),
        None => {
            let reason = status.canonical_reason().unwrap_or("Error");
            let body = json!({"error": reason, "message": "Injected by a fault rule", "details": "Injected by a fault rule"});
            (status, axum::Json(body)).into_response()
        }
    };
    if let Some(value) = retry_after.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Announces the full length of the response and sends half of its body. A response without a body is not sent at all.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    // The handler's bodies are in memory already.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if body.is_empty() {
        return Fate::Reset.into_response();
    }
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    let half = HalfBody {
        half: Some(body.slice(..body.len() / 2)),
        flushed: false,
    };
    Response::from_parts(parts, Body::new(half))
}

/// A body that gives its bytes, waits until they are sent, and then fails.
struct HalfBody {
    half: Option<Bytes>,
    flushed: bool,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !std::mem::replace(&mut self.flushed, true) {
            // While the body is pending, the connection sends what it has.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::other(
            "the body breaks off on purpose",
        ))))
    }
}
