//! What can go wrong, in one opaque type.

mod body;
mod build;
mod secrets;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

pub(crate) use body::ErrorBody;
pub use body::Issue;
pub(crate) use build::ResponseParts;
pub(crate) use secrets::Secrets;
pub(crate) use text::{BODY_LIMIT, TEXT_LIMIT, cap, causes, is_markup, one_line};

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] is, and so what a program can do about it.
///
/// The HTTP status decides the kind wherever there was one; the body only adds words.
///
/// Serialized, it is one word: `not_found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The service refused the request: 400, 413, 422 and every other 4xx without a kind of its own. Sending the same
    /// again gives the same answer; [`Error::details`] and [`Error::issues`] say what to change.
    Request,
    /// 401, 403, or a token that could not be had. Check the credentials and the scopes they were given.
    Auth,
    /// 404: the entity, or one above it in the path, does not exist; or the address is wrong, and a gateway says so.
    NotFound,
    /// 409: an entity with this identifier exists already. This request changed nothing; where
    /// [`Error::may_have_been_applied`] is `true`, an earlier attempt of the same call may have created it.
    Conflict,
    /// 429: too many requests, after all retries that attempts, deadline and budget allow. See [`Error::retry_after`].
    RateLimit,
    /// 5xx: the service, or a gateway before it, failed. The live service also answers some client mistakes (malformed
    /// XML, an unknown interaction type) this way.
    Server,
    /// The time for one attempt, or for the whole call, ran out.
    Timeout,
    /// The last attempt could make no connection, or it was gone before the request was on it: nothing of it was sent.
    Connect,
    /// The connection broke, or the response could not be read to its end. With a [`status`](Error::status), a response
    /// arrived that cannot be used: it is larger than allowed, or a redirect that is not followed.
    Transport,
    /// The response arrived with a success status, but is not what the API documents. See [`Error::body`].
    Decode,
    /// A write was applied, but read back, the service holds something else than was sent. The message says where they
    /// differ first; [`Error::may_have_been_applied`] is `true`.
    Altered,
    /// The client's settings are missing or wrong.
    Config,
    /// Refused before anything was sent: an identifier, a list or a document that cannot be right.
    Input,
}

impl ErrorKind {
    /// The kind of an error that this status of a response makes.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 | 403 => Self::Auth,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimit,
            400..=499 => Self::Request,
            500..=599 => Self::Server,
            200..=299 => Self::Decode,
            _ => Self::Transport,
        }
    }

    /// The kind as one word, as it stands in spans and metrics: `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Transport => "transport",
            Self::Decode => "decode",
            Self::Altered => "altered",
            Self::Config => "config",
            Self::Input => "input",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request refused",
            Self::Auth => "not authorized",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::RateLimit => "rate limited",
            Self::Server => "server error",
            Self::Timeout => "timed out",
            Self::Connect => "connection failed",
            Self::Transport => "transport failed",
            Self::Decode => "response not understood",
            Self::Altered => "stored otherwise than sent",
            Self::Config => "configuration error",
            Self::Input => "input refused",
        })
    }
}

/// Every failure of this crate: one word on the stack, and accessors for all that is known about it.
///
/// `Display` is one line, with the first of the [`issues`](Self::issues). For a connection that failed, it names the origin
/// and all causes, which [`source`](std::error::Error::source) has, too; else it does not repeat the source. No text of an
/// error ever shows a token or a secret of the client: where a response repeats one, `[secret]` stands in its place.
///
/// ```
/// use timeback_qti::{Client, ErrorKind};
///
/// let error = Client::builder().base_url("not a url").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(error.to_string().contains("base URL"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static str>,
    status: Option<StatusCode>,
    code: Option<String>,
    details: Option<Value>,
    issues: Vec<Issue>,
    event_id: Option<String>,
    request_id: Option<String>,
    server_request_id: Option<String>,
    retry_after: Option<Duration>,
    body: Option<String>,
    attempts: u32,
    elapsed: Duration,
    may_have_been_applied: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, where a response arrived.
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The operationId of the API operation that failed, such as `createSection`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// What went wrong, in the service's words where it gave any.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The machine-readable code of the error body (`code`, `imsx_CodeMinor`, or OAuth2's `error`), where there is one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The body's `details`: a string, or a list of validation issues (see [`issues`](Self::issues)). Where XML of a
    /// test is written and its metadata is not, `{"metadata": ...}` with what is still to be written.
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// The validation issues that the body lists, one a field; empty where it lists none.
    pub fn issues(&self) -> &[Issue] {
        &self.0.issues
    }

    /// The service's error-tracking id (`eventId`). Worth giving to the service's support.
    pub fn event_id(&self) -> Option<&str> {
        self.0.event_id.as_deref()
    }

    /// The `X-Request-ID` that this client sent with the call.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The request id that the service, or a gateway before it, gave in its response headers.
    pub fn server_request_id(&self) -> Option<&str> {
        self.0.server_request_id.as_deref()
    }

    /// How long the service asked to wait (`Retry-After`), counted from when the response arrived.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The start of the response body as text, at most 2 KB.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// How many requests were sent for this call; 0 where it was refused before sending.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The time from the start of the call to this error, waits between attempts included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::RateLimit | ErrorKind::Timeout | ErrorKind::Connect => true,
            // With a status, a response arrived that cannot be used: the next one would be the same.
            ErrorKind::Transport => self.0.status.is_none(),
            ErrorKind::Request => self.0.status == Some(StatusCode::REQUEST_TIMEOUT),
            ErrorKind::Server => matches!(self.status(), Some(500 | 502 | 503 | 504)),
            // Without a status of the API itself, the token endpoint was unreachable or overloaded.
            ErrorKind::Auth => {
                self.0
                    .status
                    .is_none_or(|status| status.is_server_error() || status.as_u16() == 429)
                    && self.0.code.is_none()
            }
            _ => false,
        }
    }

    /// Whether the service may have acted on the request although it failed. Where this is `true` for a write, read
    /// the entity back before sending it again.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// Whether this is [`ErrorKind::NotFound`].
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether the service itself says that it is not found. A gateway's page does not know the service's entities.
    pub(crate) fn says_not_found(&self) -> bool {
        self.is_not_found() && !self.body().is_some_and(is_markup)
    }

    /// Whether this is [`ErrorKind::Conflict`].
    pub fn is_conflict(&self) -> bool {
        self.0.kind == ErrorKind::Conflict
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}: ")?;
        }
        match inner.status {
            Some(status) => write!(f, "{status}: {}", inner.message)?,
            None => write!(f, "{}: {}", inner.kind, inner.message)?,
        }
        write_issues(f, inner)?;
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        if let Some(event_id) = &inner.event_id {
            write!(f, " [event {event_id}]")?;
        }
        Ok(())
    }
}

/// The first issues, which say what the message of most refusals leaves out.
fn write_issues(f: &mut fmt::Formatter<'_>, inner: &Inner) -> fmt::Result {
    const SHOWN: usize = 3;
    let said = |issue: &&Issue| !inner.message.contains(&issue.message);
    let mut issues = inner.issues.iter().filter(said);
    for (index, issue) in issues.by_ref().take(SHOWN).enumerate() {
        f.write_str(if index == 0 { ": " } else { "; " })?;
        if let Some(field) = &issue.field {
            write!(f, "{}: ", cap(field, 100))?;
        }
        f.write_str(&cap(&issue.message, 200))?;
    }
    match issues.count() {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

/// Bounded as `Display` is, whatever the service has put into its answer.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if f.alternate() {
            format!("{:#?}", Shown(&self.0))
        } else {
            format!("{:?}", Shown(&self.0))
        };
        f.write_str(&cap(&text, TEXT_LIMIT))
    }
}

/// What `Debug` shows of an error: not the body, nor the details, in which a value of the user's can stand.
struct Shown<'a>(&'a Inner);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.0;
        let source = inner.source.as_ref().map(|source| source.to_string());
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("operation", &inner.operation)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("event_id", &inner.event_id)
            .field("request_id", &inner.request_id)
            .field("server_request_id", &inner.server_request_id)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("may_have_been_applied", &inner.may_have_been_applied)
            .field("source", &source)
            .field("issues", &inner.issues)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}
