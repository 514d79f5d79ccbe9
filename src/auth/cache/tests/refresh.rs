//! Tokens that end, are renewed ahead of that, or are refused by the service.

use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

use futures_util::FutureExt;
use tokio::sync::Barrier;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{advance, sleep};

use super::*;
use crate::clock::ManualClock;

const HOUR: Duration = seconds(3600);
const DAY: Duration = seconds(24 * 3600);

/// The token of a call that may not wait.
fn at_once(cache: &TokenCache) -> String {
    cache
        .sent()
        .now_or_never()
        .expect("the call waits")
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn at_the_refresh_window_one_request_is_made_and_nobody_waits() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    cache.sent().await.unwrap();
    advance(HOUR - seconds(119)).await;
    for _ in 0..1_000 {
        assert_eq!(at_once(&cache), "Bearer token-1");
        yield_now().await;
    }
    sleep(seconds(1)).await;
    assert_eq!(
        (at_once(&cache).as_str(), source.fetches()),
        ("Bearer token-2", 2)
    );
}

#[tokio::test(start_paused = true)]
async fn an_early_refresh_that_hangs_makes_nobody_wait() {
    let source = Source::slow(seconds(25), |number| Ok(token(number)));
    let cache = cache(&source);
    cache.sent().await.unwrap();
    sleep(HOUR - seconds(25 + 120)).await;
    for _ in 0..24 {
        assert_eq!(at_once(&cache), "Bearer token-1");
        sleep(seconds(1)).await;
    }
    sleep(seconds(2)).await;
    assert_eq!(
        (at_once(&cache).as_str(), source.fetches()),
        ("Bearer token-2", 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_keeps_the_valid_token_and_is_tried_later_not_by_each_call() {
    for failure in [unavailable, rejected] {
        let source = Source::new(move |number| {
            if (2..=3).contains(&number) {
                Err(failure())
            } else {
                Ok(token(number))
            }
        });
        let cache = cache(&source);
        cache.sent().await.unwrap();
        sleep(HOUR - seconds(119)).await;
        for fetches in [2, 3] {
            for _ in 0..290 {
                assert_eq!(at_once(&cache), "Bearer token-1");
                sleep(Duration::from_millis(100)).await;
            }
            assert_eq!(source.fetches(), fetches);
            sleep(seconds(1)).await;
        }
        assert_eq!(at_once(&cache), "Bearer token-1");
        sleep(seconds(1)).await;
        assert_eq!(
            (at_once(&cache).as_str(), source.fetches()),
            ("Bearer token-4", 4)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_not_sent() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    cache.sent().await.unwrap();
    sleep(HOUR).await;
    assert_eq!(cache.sent().await.unwrap(), "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_late_401_does_not_evict_a_newer_token() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    let old = cache.bearer(|| PATIENCE).await.unwrap();
    assert!(cache.invalidate(&old));
    assert!(
        cache.invalidate(&old),
        "a second 401 before the new token is there"
    );
    assert_eq!(cache.sent().await.unwrap(), "Bearer token-2");
    assert!(
        cache.invalidate(&old),
        "the repeat goes out with the newer token"
    );
    assert_eq!(
        (at_once(&cache).as_str(), source.fetches()),
        ("Bearer token-2", 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_with_a_revoked_token_make_one_request_and_one_repeat_each() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    cache.sent().await.unwrap();
    // The service takes the second token only.
    let repeats = Arc::new(AtomicUsize::new(0));
    let all_have_it = Arc::new(Barrier::new(1_000));
    let mut calls = JoinSet::new();
    for number in 0..1_000 {
        let (cache, repeats, all_have_it) = (
            cache.clone(),
            Arc::clone(&repeats),
            Arc::clone(&all_have_it),
        );
        calls.spawn(async move {
            let first = cache.bearer(|| PATIENCE).await.unwrap();
            all_have_it.wait().await;
            // The answers arrive one after the other, some of them after the new token.
            sleep(Duration::from_millis(number)).await;
            assert!(cache.invalidate(&first));
            assert_eq!(cache.sent().await.unwrap(), "Bearer token-2");
            repeats.fetch_add(1, Ordering::Relaxed);
        });
    }
    calls.join_all().await;
    assert_eq!(
        (source.fetches(), repeats.load(Ordering::Relaxed)),
        (2, 1_000)
    );
}

#[tokio::test(start_paused = true)]
async fn tokens_that_the_service_always_refuses_are_replaced_at_most_six_times_a_minute() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    let mut repeated = 0;
    for _ in 0..6_000 {
        let sent = cache.bearer(|| PATIENCE).await.unwrap();
        if cache.invalidate(&sent) {
            repeated += 1;
            cache.bearer(|| PATIENCE).await.unwrap();
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(
        source.most_within(seconds(60)) <= 6,
        "{} a minute",
        source.most_within(seconds(60))
    );
    assert!(
        (20..=40).contains(&repeated),
        "{repeated} calls of ten minutes were repeated"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_revoked_twice_in_a_row_is_replaced_at_once_each_time() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    for expected in ["Bearer token-1", "Bearer token-2", "Bearer token-3"] {
        let sent = cache.bearer(|| PATIENCE).await.unwrap();
        assert_eq!(text(&sent), expected);
        cache.invalidate(&sent);
    }
}

#[tokio::test]
async fn a_wall_clock_that_jumps_renews_nothing_and_keeps_nothing_alive() {
    let clock = ManualClock::new();
    let source = Source::slow(Duration::ZERO, |number| Ok(token(number)));
    let cache = TokenCache::new(
        Arc::clone(&source) as Arc<dyn TokenSource>,
        Arc::new(clock.clone()),
        Observers::default(),
    );
    cache.sent().await.unwrap();
    for wall in [SystemTime::UNIX_EPOCH, SystemTime::now() + 1_000 * DAY] {
        clock.set_wall(wall);
        assert_eq!(
            (at_once(&cache).as_str(), source.fetches()),
            ("Bearer token-1", 1)
        );
    }
    clock.advance(HOUR);
    clock.set_wall(SystemTime::UNIX_EPOCH);
    assert_eq!(
        (cache.sent().await.unwrap().as_str(), source.fetches()),
        ("Bearer token-2", 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_day_takes_at_most_26_tokens() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    let start = SystemClock.now();
    while SystemClock.now() - start < DAY {
        cache.sent().await.unwrap();
        sleep(Duration::from_millis(3_700)).await;
    }
    assert!(
        (24..=26).contains(&source.fetches()),
        "{} tokens",
        source.fetches()
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_day_takes_none() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    sleep(DAY).await;
    assert_eq!(source.fetches(), 0);
    cache.sent().await.unwrap();
    sleep(DAY).await;
    assert_eq!(source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_sensible_lifetime_is_not_fetched_for_each_call() {
    for expires_in in [None, Some(seconds(0)), Some(Duration::MAX)] {
        let source = Source::new(move |_| {
            let token = Token::new("t");
            Ok(expires_in.map_or(token.clone(), |expires_in| token.expires_in(expires_in)))
        });
        let cache = cache(&source);
        for _ in 0..24 * 60 {
            cache.sent().await.unwrap();
            sleep(seconds(60)).await;
        }
        assert!(
            source.fetches() <= 26,
            "{} tokens with {expires_in:?}",
            source.fetches()
        );
    }
}
