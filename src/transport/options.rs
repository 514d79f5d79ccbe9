//! What a caller may set for single calls.

use std::time::Duration;

use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TE, TRANSFER_ENCODING,
    UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::request_id::X_REQUEST_ID;
use crate::error::{Error, Result};

/// Headers that have a setting of their own, or follow from the request.
const OWN_HEADERS: [HeaderName; 10] = [
    ACCEPT,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// Settings for the calls of one [`Client`](crate::Client) handle; what is not set is as the client has it.
///
/// ```
/// # fn main() -> timeback_qti::Result<()> {
/// use std::time::Duration;
/// use timeback_qti::{CallOptions, Client};
///
/// let client = Client::builder().static_token("a-token").build()?;
/// let patient = client.with(CallOptions::new().deadline(Duration::from_secs(300)).header("x-batch", "import-7")?);
/// # drop(patient); Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<HeaderValue>,
}

impl CallOptions {
    /// Options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// These options, with what they leave open as `base` has it.
    pub(crate) fn over(mut self, base: &Self) -> Self {
        for name in base.headers.keys() {
            if !self.headers.contains_key(name) {
                for value in base.headers.get_all(name) {
                    self.headers.append(name, value.clone());
                }
            }
        }
        Self {
            deadline: self.deadline.or(base.deadline),
            attempt_timeout: self.attempt_timeout.or(base.attempt_timeout),
            max_attempts: self.max_attempts.or(base.max_attempts),
            headers: self.headers,
            request_id: self.request_id.or_else(|| base.request_id.clone()),
        }
    }

    /// The time for the whole call: all attempts, and the waits between them.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time for one attempt, from sending to the last byte of the response.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How many times a request may be sent at most; 1 switches retries off. A request whose token is refused (401) goes
    /// out once more all the same.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sends one more header with each request.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the name or the value cannot stand in a header (a line break, say), or if
    /// the client sets the header itself: `Authorization`, `User-Agent`, `X-Request-ID` (see
    /// [`request_id`](Self::request_id)) and those that frame the request.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::input(format!("{name:?} is not a header name")))?;
        if OWN_HEADERS.contains(&parsed) || parsed == X_REQUEST_ID {
            return Err(Error::input(format!(
                "the header {parsed} is set by the client itself"
            )));
        }
        let mut value = header_value(name, value)?;
        // It may be a key of some gateway: `Debug` is not to show it.
        value.set_sensitive(true);
        self.headers.append(parsed, value);
        Ok(self)
    }

    /// Sends this `X-Request-ID` instead of a random one. Errors repeat it
    /// ([`Error::request_id`](crate::Error::request_id)).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the value cannot stand in a header.
    pub fn request_id(mut self, request_id: &str) -> Result<Self> {
        self.request_id = Some(header_value("x-request-id", request_id)?);
        Ok(self)
    }
}

/// The value of a header, refused without repeating it: it may be a secret.
fn header_value(name: &str, value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value).map_err(|_| {
        Error::input(format!(
            "the value of the header {name:?} holds characters that a header cannot"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_would_split_the_request_is_refused() {
        assert!(CallOptions::new().header("x-a", "b\r\nx-c: d").is_err());
        assert!(CallOptions::new().header("x-a\n", "b").is_err());
        assert!(CallOptions::new().request_id("1\n2").is_err());
    }

    #[test]
    fn later_options_add_to_earlier_ones_and_win_where_both_say_something() {
        let seconds = Duration::from_secs;
        let earlier = CallOptions::new()
            .deadline(seconds(1))
            .max_attempts(1)
            .request_id("earlier")
            .unwrap();
        let earlier = [("x-a", "1"), ("x-a", "2"), ("x-b", "3")]
            .into_iter()
            .fold(earlier, |options, (name, value)| {
                options.header(name, value).unwrap()
            });
        let later = CallOptions::new()
            .deadline(seconds(2))
            .attempt_timeout(seconds(3))
            .header("X-B", "4")
            .unwrap();
        let both = later.over(&earlier);
        assert_eq!(
            (both.deadline, both.attempt_timeout, both.max_attempts),
            (Some(seconds(2)), Some(seconds(3)), Some(1))
        );
        assert_eq!(both.request_id.unwrap(), "earlier");
        let values = |name| {
            both.headers
                .get_all(name)
                .iter()
                .map(|value| value.to_str().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!((values("x-a"), values("x-b")), (vec!["1", "2"], vec!["4"]));
    }

    #[test]
    fn what_frames_or_authorizes_a_request_cannot_be_overridden() {
        for name in [
            "content-length",
            "Transfer-Encoding",
            "host",
            "x-request-id",
            "user-agent",
        ] {
            assert!(CallOptions::new().header(name, "3").is_err(), "{name}");
        }
        let options = CallOptions::new().header("x-api-key", "hunter2").unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
        assert!(
            CallOptions::new()
                .header("Authorization", "Bearer mine")
                .is_err()
        );
    }
}
