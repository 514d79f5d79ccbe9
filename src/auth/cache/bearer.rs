//! A token, ready to be sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::auth::{Token, is_token};
use crate::error::{Error, Result};

/// The life assumed of a token whose answer gives none, or nonsense: that of the service's own tokens. A token that
/// ends earlier is replaced once the service refuses it; fetching a token for each call would cost more.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(3600);

/// The longest life assumed of a token, whatever its answer says: identity providers cap it at a day.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The shortest life assumed of a token, so that no answer can make every call fetch another.
const MIN_LIFETIME: Duration = Duration::from_secs(1);

/// How long before its end a token is replaced, unless that is more than a tenth of its life: time for some failed
/// tries, and little enough that a day with tokens of an hour takes 25 of them.
const REFRESH_AHEAD: Duration = Duration::from_secs(120);

/// How long a token is taken to live.
pub(in crate::auth) fn lifetime(token: &Token) -> Duration {
    token
        .expires_in
        .filter(|lifetime| !lifetime.is_zero())
        .unwrap_or(UNKNOWN_LIFETIME)
        .clamp(MIN_LIFETIME, MAX_LIFETIME)
}

/// How long before the end of such a life a token is replaced.
pub(in crate::auth) fn refresh_ahead(lifetime: Duration) -> Duration {
    REFRESH_AHEAD.min(lifetime / 10)
}

/// A token as the value of the `Authorization` header. Cheap to clone; two are the same if they are of one fetch.
#[derive(Debug, Clone)]
pub(crate) struct Bearer(Arc<Issued>);

#[derive(Debug)]
struct Issued {
    header: HeaderValue,
    refresh_at: Instant,
    expires_at: Instant,
}

impl Bearer {
    /// The token. Its life counts from `asked_at`, a moment before the request for it: time on the way can only make
    /// the client renew too early.
    pub(super) fn new(token: &Token, asked_at: Instant) -> Result<Self> {
        let secret = token.secret.expose_secret();
        if !is_token(secret) {
            return Err(Error::token_unavailable(
                "the token is empty or holds white space, control or non-ASCII characters",
            ));
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {secret}"))
            .map_err(|_| Error::token_unavailable("the token cannot stand in a header"))?;
        header.set_sensitive(true);
        let lifetime = lifetime(token);
        let expires_at = asked_at + lifetime;
        Ok(Self(Arc::new(Issued {
            header,
            refresh_at: expires_at - refresh_ahead(lifetime),
            expires_at,
        })))
    }

    /// The token itself.
    pub(in crate::auth) fn secret(&self) -> &str {
        let header = self.0.header.to_str().unwrap_or_default();
        header.trim_start_matches("Bearer ")
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.0.header
    }

    /// Whether both are the same token, of the same fetch.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether the token can be used, and need not be renewed yet.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.0.refresh_at
    }

    /// Whether the token can be used.
    pub(super) fn is_valid(&self, now: Instant) -> bool {
        now < self.0.expires_at
    }

    /// The time until the token expires.
    pub(super) fn lifetime(&self, now: Instant) -> Duration {
        self.0.expires_at.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_would_split_the_request_is_refused_and_not_shown() {
        for value in [
            "",
            " ",
            "abc\n",
            "abc\r\nx: y",
            "a b",
            "\u{0}",
            "tökén",
            "abc\u{7f}",
        ] {
            let error = Bearer::new(&Token::new(value), Instant::now()).unwrap_err();
            assert!(!format!("{error:?}{error}").contains("abc"), "{value:?}");
        }
    }

    #[test]
    fn a_bearer_does_not_show_its_token() {
        let bearer = Bearer::new(&Token::new("hunter2"), Instant::now()).unwrap();
        assert_eq!(bearer.header(), "Bearer hunter2");
        assert!(!format!("{bearer:?} {:?}", Token::new("hunter2")).contains("hunter2"));
    }

    #[test]
    fn odd_lifetimes_are_survived() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        for (expires_in, lifetime, ahead) in [
            (None, seconds(3600), seconds(120)),
            (Some(seconds(0)), seconds(3600), seconds(120)),
            (
                Some(Duration::from_nanos(1)),
                seconds(1),
                Duration::from_millis(100),
            ),
            (Some(seconds(60)), seconds(60), seconds(6)),
            (Some(seconds(3600)), seconds(3600), seconds(120)),
            (Some(seconds(10_u64.pow(18))), seconds(86_400), seconds(120)),
            (Some(Duration::MAX), seconds(86_400), seconds(120)),
        ] {
            let mut token = Token::new("t");
            token.expires_in = expires_in;
            let bearer = Bearer::new(&token, now).unwrap();
            assert_eq!(bearer.lifetime(now), lifetime, "{expires_in:?}");
            let refresh_at = now + lifetime - ahead;
            assert!(
                bearer.is_fresh(refresh_at - Duration::from_nanos(1)),
                "{expires_in:?}"
            );
            assert!(
                !bearer.is_fresh(refresh_at) && bearer.is_valid(refresh_at),
                "{expires_in:?}"
            );
            assert!(!bearer.is_valid(now + lifetime), "{expires_in:?}");
        }
    }
}
