//! What the token source sees, and what calls see, while there is no token to be had.

use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::*;

const TENTH: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_tried_at_most_six_times_a_minute() {
    let source = Source::new(|_| Err(rejected()));
    let cache = cache(&source);
    for _ in 0..6_000 {
        assert_eq!(
            cache.sent().await.unwrap_err().code(),
            Some("invalid_client")
        );
        sleep(TENTH).await;
    }
    assert!(source.shortest_pause() >= seconds(10));
    assert!(
        (40..=60).contains(&source.fetches()),
        "{} in ten minutes",
        source.fetches()
    );
    assert!(source.most_within(seconds(60)) <= 6);
}

#[tokio::test(start_paused = true)]
async fn a_remembered_rejection_is_answered_at_once() {
    let source = Source::new(|_| Err(rejected()));
    let cache = cache(&source);
    cache.sent().await.unwrap_err();
    let start = SystemClock.now();
    for _ in 0..1_000 {
        cache.sent().await.unwrap_err();
    }
    assert_eq!((SystemClock.now(), source.fetches()), (start, 1));
}

/// Calls come all the time while the source fails, from before the token expires until some minutes after. It comes
/// back `since_failure` after the last fetch that failed.
async fn outage(latency: Duration, since_failure: Duration) {
    let up = Arc::new(AtomicBool::new(true));
    let answer = Arc::clone(&up);
    let source = Source::slow(latency, move |number| {
        if answer.load(Ordering::Relaxed) {
            Ok(token(number))
        } else {
            Err(unavailable())
        }
    });
    let cache = cache(&source);
    cache.sent().await.unwrap();
    sleep(seconds(3600 - 200)).await;
    up.store(false, Ordering::Relaxed);
    source.fetches.lock().unwrap().clear();

    let mut calls = JoinSet::new();
    let call = |calls: &mut JoinSet<_>| {
        let cache = cache.clone();
        calls.spawn(async move { (cache.sent().await.is_ok(), SystemClock.now()) });
    };
    let end = SystemClock.now() + seconds(600);
    while SystemClock.now() < end {
        call(&mut calls);
        sleep(TENTH).await;
    }
    let during = source.fetches();
    let next = async {
        while source.fetches() == during {
            sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(seconds(60), next)
        .await
        .expect("calls make no more requests");
    sleep(latency + since_failure).await;
    assert!(
        (60..=90).contains(&during),
        "{during} requests in an outage of ten minutes"
    );
    assert!(
        source.shortest_pause() >= seconds(5),
        "{:?}",
        source.shortest_pause()
    );

    up.store(true, Ordering::Relaxed);
    let back = SystemClock.now();
    while SystemClock.now() - back <= seconds(5) {
        call(&mut calls);
        sleep(TENTH).await;
    }
    let ended = calls.join_all().await;
    let works_from = ended
        .iter()
        .filter(|(ok, at)| *ok && *at > back)
        .map(|(_, at)| *at)
        .min()
        .unwrap();
    // A millisecond is what tokio's timer rounds to.
    assert!(
        works_from - back <= seconds(5) + latency + Duration::from_millis(1),
        "{:?} at {since_failure:?}",
        works_from - back
    );
    assert!(
        ended.iter().all(|(ok, at)| *ok || *at <= works_from),
        "a call failed after the return"
    );
    assert!(source.shortest_pause() >= seconds(5));
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_that_outlasts_the_token_calls_work_within_5_s_at_one_request_in_5_s() {
    for tenths in [0, 1, 25, 40] {
        outage(Duration::from_millis(1), tenths * TENTH).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_holds_when_the_requests_are_slow_to_fail() {
    for tenths in [0, 1, 25, 40] {
        outage(Duration::from_millis(900), tenths * TENTH).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_wait_for_the_next_try_fails_at_once() {
    let source = Source::slow(Duration::ZERO, |_| Err(unavailable()));
    let cache = cache(&source);
    let start = SystemClock.now();
    for _ in 0..10 {
        assert!(
            cache
                .bearer(|| seconds(4))
                .await
                .unwrap_err()
                .is_retryable()
        );
    }
    assert_eq!((SystemClock.now() - start).as_secs(), 0);
    // A patient call has the next try under way; it changes nothing for the others.
    let patient = tokio::spawn({
        let cache = cache.clone();
        async move { cache.sent().await }
    });
    yield_now().await;
    cache.bearer(|| seconds(4)).await.unwrap_err();
    assert_eq!(
        ((SystemClock.now() - start).as_secs(), source.fetches()),
        (0, 1)
    );
    patient.await.unwrap().unwrap_err();
}
