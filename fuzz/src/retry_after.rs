//! The header `Retry-After`, of any value.

use std::sync::Arc;
use std::time::Duration;

use timeback_qti::{Clock as _, ErrorKind, ManualClock, RetryPolicy};

use super::service::{Answer, Service, TOKEN, field};

const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
const DEADLINE: Duration = Duration::from_secs(60);

thread_local! {
    static SERVICE: Service = Service::start();
}

pub fn check(bytes: &[u8]) {
    let value = field(bytes);
    let answer = Answer {
        status: 429,
        headers: vec![("retry-after".to_owned(), value.clone())],
        body: Vec::new(),
    };
    SERVICE.with(|service| {
        service.answers(answer, Answer::default());
        let clock = ManualClock::new();
        let wall = clock.wall();
        let settings = |builder: timeback_qti::ClientBuilder| {
            let retry = RetryPolicy::default().max_attempts(3);
            builder
                .clock(Arc::new(clock.clone()))
                .retry(retry)
                .deadline(DEADLINE)
        };
        let client = service.client(|builder| settings(builder).static_token(TOKEN));
        let error = service
            .run(client.item("i").get())
            .expect_err("it is never better");
        assert_eq!(error.kind(), ErrorKind::RateLimit);

        let sleeps = clock.sleeps();
        assert_eq!(sleeps.len() + 1, error.attempts() as usize);
        assert_eq!(service.sent().len(), error.attempts() as usize);
        assert!(sleeps.iter().sum::<Duration>() < DEADLINE, "{sleeps:?}");

        let asked = error.retry_after();
        assert!(asked.is_none_or(|asked| asked <= LONGEST), "{asked:?}");
        let text = std::str::from_utf8(&value).unwrap_or_default();
        let text = text.trim_matches([' ', '\t']);
        if let Some(seconds) = seconds(text) {
            assert_eq!(asked, Some(seconds), "{text:?}");
            let is_kept = |slept: &Duration| *slept >= seconds;
            assert!(sleeps.iter().all(is_kept), "{text:?}: {sleeps:?}");
            // The deadline comes before the wait's end: then nothing is waited for.
            assert!(seconds < DEADLINE || error.attempts() == 1, "{sleeps:?}");
        }
        // Another reader of dates.
        if let Ok(date) = chrono::DateTime::parse_from_rfc2822(text)
            && text.ends_with(" GMT")
            && let Some(asked) = asked
        {
            let slept: Duration = sleeps.iter().sum();
            let date = std::time::SystemTime::from(date);
            let expected = date.duration_since(wall + slept).unwrap_or_default();
            assert_eq!(asked, expected.min(LONGEST), "{text:?}");
        }
    });
}

/// What is all digits is a number of seconds.
fn seconds(text: &str) -> Option<Duration> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What is too large is very long.
    let seconds = text.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(seconds).min(LONGEST))
}
