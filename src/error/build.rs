//! How the crate makes errors: one constructor for each place that they come from.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::body::SEARCHED_LIMIT;
use super::text::describe_body;
use super::{BODY_LIMIT, Error, ErrorBody, ErrorKind, Inner, Secrets, cap, one_line};

/// Headers in which services and gateways give the id of a request, the most specific first.
const SERVER_REQUEST_ID_HEADERS: [&str; 5] = [
    "x-request-id",
    "x-amzn-requestid",
    "x-amz-cf-id",
    "x-correlation-id",
    "cf-ray",
];

/// A response that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResponseParts {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What the request for it carried, and no error may repeat.
    pub(crate) secrets: Secrets,
}

impl ResponseParts {
    /// As much of the body as errors are made from.
    fn text(&self) -> String {
        // One byte more than is searched, so that what is longer counts as longer.
        let start = &self.body[..self.body.len().min(SEARCHED_LIMIT + 1)];
        self.secrets.strike_body(start)
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: one_line(message.as_ref()),
            operation: None,
            status: None,
            code: None,
            details: None,
            issues: Vec::new(),
            event_id: None,
            request_id: None,
            server_request_id: None,
            retry_after: None,
            body: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            may_have_been_applied: false,
            source: None,
        }))
    }

    pub(crate) fn input(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    pub(crate) fn config(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// An error from a response: the status decides the kind, the body adds what it can.
    pub(crate) fn from_response(response: &ResponseParts) -> Self {
        let text = response.text();
        let body = ErrorBody::parse(text.as_bytes());
        let reason = response
            .status
            .canonical_reason()
            .unwrap_or("unknown status");
        let message = match &body.message {
            Some(said) => said.clone(),
            None if !body.issues.is_empty() => reason.to_owned(),
            None => format!("{reason} ({})", describe_body(&text)),
        };
        Self::new(ErrorKind::of_status(response.status), message)
            .with_response(response, &text, body)
    }

    /// An error for a response that has a success status, but not the body that is due.
    pub(crate) fn undecodable(response: &ResponseParts, problem: impl std::fmt::Display) -> Self {
        let text = response.text();
        let body = ErrorBody::parse(text.as_bytes());
        // serde's messages quote the value at fault, however long it is.
        let problem = cap(&response.secrets.strike(&problem.to_string()), 300);
        let message = match &body.message {
            Some(said) => {
                format!("the response is not what the API documents: {problem}; it says: {said}")
            }
            // Of JSON, the problem tells more than its start does.
            None if matches!(response.body.trim_ascii_start(), [b'{' | b'[', ..]) => {
                format!("the response is not what the API documents: {problem}")
            }
            None => {
                let found = describe_body(&text);
                format!("the response is not what the API documents: {problem}; it is: {found}")
            }
        };
        Self::new(ErrorKind::Decode, message).with_response(response, &text, body)
    }

    fn with_response(mut self, response: &ResponseParts, text: &str, body: ErrorBody) -> Self {
        let inner = &mut *self.0;
        inner.status = Some(response.status);
        inner.code = body.code;
        inner.details = body.details;
        inner.issues = body.issues;
        inner.event_id = body.event_id;
        inner.server_request_id = SERVER_REQUEST_ID_HEADERS
            .iter()
            .find_map(|name| response.headers.get(*name)?.to_str().ok())
            .map(|id| cap(&response.secrets.strike(id), 200));
        if !text.is_empty() {
            inner.body = Some(cap(text, BODY_LIMIT));
        }
        self
    }

    /// Adds what caused it, for a [`TokenSource`](crate::TokenSource) that makes errors of its own.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(cap(&code.into(), 200));
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    /// How the call went up to this error.
    pub(crate) fn with_course(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) fn with_may_have_been_applied(mut self, applied: bool) -> Self {
        self.0.may_have_been_applied = applied;
        self
    }

    /// The same error with words before its message that say what was being done.
    pub(crate) fn with_context(mut self, context: impl std::fmt::Display) -> Self {
        self.0.message = one_line(&format!("{context}: {}", self.0.message));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> ResponseParts {
        ResponseParts {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            ..ResponseParts::default()
        }
    }

    #[test]
    fn the_status_decides_the_kind_whatever_the_body_says() {
        for (status, kind) in [
            (400, ErrorKind::Request),
            (401, ErrorKind::Auth),
            (403, ErrorKind::Auth),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Request),
            (409, ErrorKind::Conflict),
            (413, ErrorKind::Request),
            (418, ErrorKind::Request),
            (422, ErrorKind::Request),
            (429, ErrorKind::RateLimit),
            (500, ErrorKind::Server),
            (501, ErrorKind::Server),
            (502, ErrorKind::Server),
            (503, ErrorKind::Server),
            (504, ErrorKind::Server),
            (302, ErrorKind::Transport),
        ] {
            for body in ["", "<html>", "{\"error\":\"x\"}", "\u{0}\u{1}", "[1"] {
                assert_eq!(
                    Error::from_response(&response(status, body)).kind(),
                    kind,
                    "{status} {body}"
                );
            }
        }
    }

    #[test]
    fn the_text_of_an_error_stays_bounded() {
        let huge = format!(
            "{{\"error\":\"{}\",\"message\":\"{}\"}}",
            "a ".repeat(90_000),
            "b".repeat(90_000)
        );
        let error = Error::from_response(&response(500, &huge));
        assert!(error.to_string().len() < 2048);
        assert!(error.body().unwrap().len() <= BODY_LIMIT);
        let undecodable = Error::undecodable(&response(200, &huge), "z".repeat(100_000));
        assert!(undecodable.to_string().len() < 2048 && format!("{undecodable:?}").len() < 2048);
    }

    #[test]
    fn display_is_one_line_and_does_not_repeat_its_source() {
        let error = Error::new(ErrorKind::Connect, "cannot connect\nto host")
            .with_source(std::io::Error::other("refused"));
        assert_eq!(
            error.to_string(),
            "connection failed: cannot connect to host"
        );
        assert_eq!(StdError::source(&error).unwrap().to_string(), "refused");
    }

    #[test]
    fn an_error_is_one_word_and_can_be_shared() {
        fn check<T: Send + Sync + Clone + StdError + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
