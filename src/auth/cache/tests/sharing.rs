//! One refresh, whose outcome is everyone's, whatever becomes of those who wait for it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};

use super::*;
use crate::clock::ManualClock;
use crate::error::ErrorKind;

/// What each of so many tasks got that asked at once.
async fn herd(cache: &TokenCache, tasks: usize) -> Vec<Result<String>> {
    let mut herd = JoinSet::new();
    for _ in 0..tasks {
        let cache = cache.clone();
        herd.spawn(async move { cache.sent().await });
    }
    herd.join_all().await
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_cold_tasks_make_one_request() {
    let source = Source::new(|number| Ok(token(number)));
    let got = herd(&cache(&source), 10_000).await;
    assert!(
        got.iter()
            .all(|sent| sent.as_ref().unwrap() == "Bearer token-1")
    );
    assert_eq!((got.len(), source.fetches()), (10_000, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_cold_tasks_on_many_threads_make_one_request() {
    let source = Source::slow(Duration::from_millis(1), |number| Ok(token(number)));
    let got = herd(&cache(&source), 10_000).await;
    assert!(
        got.iter()
            .all(|sent| sent.as_ref().unwrap() == "Bearer token-1")
    );
    assert_eq!(source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_are_everyones_failure_and_are_tried_once() {
    let source = Source::new(|_| Err(rejected()));
    let got = herd(&cache(&source), 1_000).await;
    for error in got.into_iter().map(Result::unwrap_err) {
        assert_eq!(
            (error.kind(), error.code(), error.is_retryable()),
            (ErrorKind::Auth, Some("invalid_client"), false)
        );
    }
    assert_eq!(source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_source_is_tried_three_times_for_all_who_wait() {
    let source = Source::new(|_| Err(unavailable()));
    let got = herd(&cache(&source), 1_000).await;
    assert!(
        got.into_iter()
            .map(Result::unwrap_err)
            .all(|error| error.is_retryable())
    );
    assert_eq!(
        (source.fetches(), source.shortest_pause() >= seconds(5)),
        (3, true)
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_fails_no_call() {
    let source = Source::new(|number| {
        if number < 3 {
            Err(unavailable())
        } else {
            Ok(token(number))
        }
    });
    let got = herd(&cache(&source), 1_000).await;
    assert!(
        got.iter()
            .all(|sent| sent.as_ref().unwrap() == "Bearer token-3")
    );
    assert_eq!(source.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_caller_neither_loses_nor_wedges_the_refresh() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.sent().await })
        })
        .collect();
    while source.fetches() == 0 {
        yield_now().await;
    }
    // The first of them started the refresh.
    callers[0].abort();
    callers[2].abort();
    let mut outcomes = callers.into_iter();
    assert!(outcomes.next().unwrap().await.unwrap_err().is_cancelled());
    assert_eq!(
        outcomes.next().unwrap().await.unwrap().unwrap(),
        "Bearer token-1"
    );
    assert_eq!(
        (cache.sent().await.unwrap().as_str(), source.fetches()),
        ("Bearer token-1", 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_all_callers_stopped_waiting_for_serves_the_next() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    tokio::time::timeout(Duration::from_millis(50), cache.sent())
        .await
        .unwrap_err();
    assert_eq!(
        (cache.sent().await.unwrap().as_str(), source.fetches()),
        ("Bearer token-1", 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_source_is_an_error_for_all_who_wait_and_no_end() {
    let source = Source::new(|number| {
        if number == 1 {
            panic!("a bug in the source")
        } else {
            Ok(token(number))
        }
    });
    let cache = cache(&source);
    for error in herd(&cache, 100).await.into_iter().map(Result::unwrap_err) {
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Auth, "the token source panicked")
        );
    }
    assert_eq!(source.fetches(), 1);
    tokio::time::sleep(seconds(13)).await;
    assert_eq!(cache.sent().await.unwrap(), "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_given_up_after_thirty_seconds() {
    let source = Source::slow(seconds(1_000_000), |number| Ok(token(number)));
    let start = SystemClock.now();
    let error = cache(&source).sent().await.unwrap_err();
    assert!(
        error.is_retryable() && error.message().contains("30 s"),
        "{error}"
    );
    assert_eq!((SystemClock.now() - start).as_secs(), 90);
}

/// A source whose first fetch takes forever, and a runtime on which it is under way.
fn stuck() -> (Arc<Source>, TokenCache, Runtime) {
    let source = Source::slow(Duration::ZERO, |number| Ok(token(number)));
    let cache = cache(&source);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let caller = cache.clone();
    runtime.block_on(async {
        tokio::spawn(async move { caller.sent().await });
        while source.fetches() == 0 {
            yield_now().await;
        }
    });
    (source, cache, runtime)
}

fn paused_runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Lets a call run on a runtime until it waits.
fn begin(runtime: &Runtime, call: Pin<&mut impl Future>) {
    let mut call = Some(call);
    runtime.block_on(poll_fn(|context| {
        let call = call.take().unwrap();
        assert!(call.poll(context).is_pending(), "the call waits");
        Poll::Ready(())
    }));
}

#[test]
fn a_refresh_whose_runtime_died_is_made_again_on_another() {
    let (source, cache, dying) = stuck();
    let runtime = paused_runtime();
    let mut waiting = pin!(cache.sent());
    begin(&runtime, waiting.as_mut());
    assert_eq!(
        source.fetches(),
        1,
        "it joined the refresh of the other runtime"
    );
    drop(dying);
    assert_eq!(runtime.block_on(waiting).unwrap(), "Bearer token-2");
}

#[test]
fn a_refresh_whose_runtime_stands_still_is_made_again_within_the_deadline() {
    let (source, cache, _standing) = stuck();
    paused_runtime().block_on(async {
        let start = SystemClock.now();
        assert_eq!(cache.sent().await.unwrap(), "Bearer token-2");
        assert!(SystemClock.now() - start < PATIENCE);
    });
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_refresh_that_was_given_up_does_not_disturb_the_next() {
    let (_source, cache, standing) = stuck();
    let runtime = paused_runtime();
    let second = runtime.block_on(cache.bearer(|| PATIENCE)).unwrap();
    cache.invalidate(&second);
    let mut third = pin!(cache.sent());
    begin(&runtime, third.as_mut());
    standing.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
    assert_eq!(runtime.block_on(third).unwrap(), "Bearer token-3");
    assert_eq!(runtime.block_on(cache.sent()).unwrap(), "Bearer token-3");
}

#[test]
fn an_early_refresh_whose_runtime_died_is_made_again() {
    let clock = ManualClock::new();
    let source = Source::slow(Duration::ZERO, |number| Ok(token(number)));
    let cache = TokenCache::new(
        Arc::clone(&source) as Arc<dyn TokenSource>,
        Arc::new(clock.clone()),
        Observers::default(),
    );
    let runtime = paused_runtime();
    runtime.block_on(cache.sent()).unwrap();
    clock.advance(seconds(3600 - 60));
    let dying = paused_runtime();
    assert_eq!(dying.block_on(cache.sent()).unwrap(), "Bearer token-1");
    drop(dying);
    runtime.block_on(async {
        assert_eq!(cache.sent().await.unwrap(), "Bearer token-1");
        tokio::time::sleep(seconds(1)).await;
        assert_ne!(cache.sent().await.unwrap(), "Bearer token-1");
    });
}

#[test]
fn a_call_on_a_runtime_that_is_gone_fails_and_hangs_nothing() {
    let source = Source::new(|number| Ok(token(number)));
    let cache = cache(&source);
    let gone = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = gone.handle().clone();
    drop(gone);
    let context = handle.enter();
    let mut call = pin!(cache.sent());
    let mut poll = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = call.as_mut().poll(&mut poll) else {
        panic!("the call neither failed nor hung")
    };
    assert_eq!((error.kind(), source.fetches()), (ErrorKind::Auth, 0));
    drop(context);
    assert_eq!(
        paused_runtime().block_on(cache.sent()).unwrap(),
        "Bearer token-1"
    );
}
