//! How an attempt ended when it did not succeed, and what follows from that for the call.

use http::StatusCode;

use super::operation::Repeat;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// It cannot be a request: there is nothing to send.
    Unsendable,
    /// No connection, or one that was gone before the request was on it: the service cannot have acted.
    NoConnection,
    /// The connection broke after at least some of the request was on it, or before the response was complete.
    Broken,
    /// No complete response within the time for one attempt.
    TimedOut,
    /// A response, but not one that another attempt would better: too large, or a redirect elsewhere.
    Unusable,
    /// A response that says no.
    Status(StatusCode),
}

impl Outcome {
    /// Whether the service may have acted on the request all the same. Only a 4xx says that it did not, but for 408,
    /// which a gateway may send while the service works on; 501 says so too.
    pub(crate) fn may_have_been_applied(self) -> bool {
        match self {
            Self::Unsendable | Self::NoConnection => false,
            Self::Broken | Self::TimedOut | Self::Unusable => true,
            Self::Status(StatusCode::REQUEST_TIMEOUT) => true,
            Self::Status(StatusCode::NOT_IMPLEMENTED) => false,
            Self::Status(status) => !status.is_client_error(),
        }
    }

    /// Whether another attempt may end differently, and an operation of this class survives being sent twice.
    pub(super) fn is_retryable(self, repeat: Repeat) -> bool {
        match self {
            Self::Unsendable | Self::Unusable => false,
            Self::NoConnection => true,
            Self::Broken | Self::TimedOut => repeat != Repeat::Never,
            Self::Status(status) => match status.as_u16() {
                429 => true,
                408 | 502 | 503 | 504 => repeat != Repeat::Never,
                // The service answers mistakes in what is written with 500: sending them again helps nobody.
                500 => repeat == Repeat::Read,
                _ => false,
            },
        }
    }
}
