//! The `Retry-After` header, in both of its forms and in the broken ones that servers send.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// What a longer wait counts as, a hundred years: nobody waits for it, and it can be added to any time.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// How long a response asks to wait, if it does. A date counts from the response's own, where it has one, and else from
/// `wall`: the clocks of the two machines need not agree.
pub(super) fn of(headers: &HeaderMap, wall: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok();
    let sent = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    parse(text(RETRY_AFTER)?, sent.unwrap_or(wall))
}

/// How long the header asks to wait, counted from `now`: seconds, with or without a fraction, or a date, where one that
/// is past means no wait. What makes no sense (negative, not a number) counts as no header.
fn parse(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let wait = if value.starts_with(|first: char| first.is_ascii_digit()) {
        // What has too many digits is a long wait, not none.
        Duration::try_from_secs_f64(value.parse().ok()?).unwrap_or(LONGEST)
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06 08:49:37 UTC, the date of the examples in RFC 9110.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    #[test]
    fn every_form_and_every_oddity() {
        for (value, seconds) in [
            ("120", Some(120.0)),
            (" 7 ", Some(7.0)),
            ("0", Some(0.0)),
            ("1.5", Some(1.5)),
            ("1e9", Some(1e9)),
            ("1000000000", Some(1e9)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60.0)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60.0)),
            ("Sun Nov  6 08:50:37 1994", Some(60.0)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(0.0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0.0)),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("1e300", Some(LONGEST.as_secs_f64())),
            ("99999999999999999999999", Some(LONGEST.as_secs_f64())),
            (&"9".repeat(500), Some(LONGEST.as_secs_f64())),
            ("18446744073709551615", Some(LONGEST.as_secs_f64())),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(LONGEST.as_secs_f64())),
            ("", None),
            ("soon", None),
            ("12 s", None),
            ("Sun, 99 Nov 1994 08:50:37 GMT", None),
        ] {
            assert_eq!(
                parse(value, now()),
                seconds.map(Duration::from_secs_f64),
                "{value:?}"
            );
        }
    }
}
