//! The promises of the limiter.

use super::*;
use futures_util::FutureExt;
use std::time::Duration;
use tokio::task::{JoinSet, yield_now};

/// All permits that are to be had now.
fn take_all(limiter: &Limiter) -> Vec<Permit> {
    std::iter::from_fn(|| limiter.acquire().now_or_never()).collect()
}

#[test]
fn a_burst_of_429s_halves_the_limit_once() {
    let limiter = Limiter::new(10);
    let burst = take_all(&limiter);
    assert_eq!(burst.len(), 10);
    assert_eq!(burst.iter().filter(|permit| permit.throttled()).count(), 1);
    assert_eq!(limiter.limit(), 5);
    drop(burst);
    assert_eq!(take_all(&limiter).len(), 5);
}

#[test]
fn throttled_again_and_again_one_call_still_goes_through() {
    let limiter = Limiter::new(10);
    let limits = [5, 2, 1, 1, 1].map(|expected| {
        take_all(&limiter)[0].throttled();
        (limiter.limit(), expected)
    });
    assert!(
        limits.iter().all(|(limit, expected)| limit == expected),
        "{limits:?}"
    );
    assert_eq!(take_all(&limiter).len(), 1);
}

#[test]
fn nothing_new_starts_before_those_above_the_lowered_limit_are_done() {
    let limiter = Limiter::new(10);
    let mut permits = take_all(&limiter);
    permits[0].throttled();
    permits.truncate(5);
    assert!(limiter.acquire().now_or_never().is_none());
    permits.truncate(4);
    assert_eq!(take_all(&limiter).len(), 1);
}

#[test]
fn successes_bring_the_limit_back_to_its_maximum_and_no_further() {
    let limiter = Limiter::new(10);
    take_all(&limiter)[0].throttled();
    let mut limits = Vec::new();
    for _ in 0..1_000 {
        limiter.acquire().now_or_never().unwrap().succeeded();
        limits.push(limiter.limit());
    }
    assert!(limits.is_sorted());
    assert_eq!(
        limits.iter().position(|limit| *limit == 6),
        Some(4),
        "one more after five successes"
    );
    assert_eq!(
        limits.iter().position(|limit| *limit == 10),
        Some(5 + 6 + 7 + 8 + 9 - 1)
    );
    assert_eq!(limiter.limit(), 10);
    assert_eq!(take_all(&limiter).len(), 10);
}

#[test]
fn successes_that_began_before_a_cut_do_not_undo_it() {
    let limiter = Limiter::new(4);
    let permits = take_all(&limiter);
    permits[0].throttled();
    permits.iter().cycle().take(100).for_each(Permit::succeeded);
    assert_eq!(limiter.limit(), 2);
}

#[test]
fn a_limit_of_zero_counts_as_one() {
    assert_eq!(take_all(&Limiter::new(0)).len(), 1);
    assert_eq!(Limiter::new(usize::MAX).limit(), Semaphore::MAX_PERMITS);
}

#[tokio::test]
async fn calls_are_served_in_the_order_of_coming() {
    let limiter = Limiter::new(1);
    let held = limiter.acquire().await;
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for number in 0..100 {
        let (limiter, served) = (limiter.clone(), Arc::clone(&served));
        tasks.spawn(async move {
            let _permit = limiter.acquire().await;
            served.lock().unwrap().push(number);
        });
        yield_now().await;
    }
    drop(held);
    tasks.join_all().await;
    assert!(served.lock().unwrap().iter().copied().eq(0..100));
}

#[tokio::test]
async fn a_cancelled_waiter_leaves_the_queue_and_a_cancelled_call_frees_its_place() {
    let limiter = Limiter::new(1);
    let call = {
        let limiter = limiter.clone();
        tokio::spawn(async move {
            let _permit = limiter.acquire().await;
            std::future::pending::<()>().await;
        })
    };
    yield_now().await;
    let waiter = {
        let limiter = limiter.clone();
        tokio::spawn(async move { drop(limiter.acquire().await) })
    };
    yield_now().await;
    waiter.abort();
    assert!(waiter.await.unwrap_err().is_cancelled());
    assert!(limiter.acquire().now_or_never().is_none());
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(take_all(&limiter).len(), 1);
}

/// Calls of many tasks, some of them cancelled, against a service that throttles above four at once.
#[tokio::test(start_paused = true)]
async fn under_a_storm_of_429s_and_cancellations_no_permit_is_lost_and_none_is_invented() {
    let limiter = Limiter::new(10);
    let under_way = Arc::new(AtomicUsize::new(0));
    let mut random = fastrand::Rng::with_seed(3);
    let mut tasks = JoinSet::new();
    for _ in 0..2_000 {
        let (limiter, under_way) = (limiter.clone(), Arc::clone(&under_way));
        let patience = Duration::from_millis(random.u64(1..30_000));
        tasks.spawn(tokio::time::timeout(patience, async move {
            let permit = limiter.acquire().await;
            let load = under_way.fetch_add(1, Ordering::Relaxed) + 1;
            let _leave = count_out(&under_way);
            assert!(load <= 10, "{load} at once");
            tokio::time::sleep(Duration::from_millis(50)).await;
            if load > 4 {
                permit.throttled();
            } else {
                permit.succeeded();
            }
        }));
    }
    tasks.join_all().await;
    assert!(limiter.limit() < 10, "the storm lowered the limit");
    for _ in 0..100 {
        limiter.acquire().await.succeeded();
    }
    // With its budget of one poll used up, tokio would have all further permits wait.
    yield_now().await;
    assert_eq!(take_all(&limiter).len(), 10);
}

/// The same without a clock, by threads that really run at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_no_permit_is_lost_and_none_is_invented() {
    let limiter = Limiter::new(10);
    let mut tasks = JoinSet::new();
    for number in 0..20_000 {
        let limiter = limiter.clone();
        let task = tasks.spawn(async move {
            let permit = limiter.acquire().await;
            yield_now().await;
            match number % 7 {
                0 => drop(permit.throttled()),
                _ => permit.succeeded(),
            }
        });
        if number % 5 == 0 {
            task.abort();
        }
        if number % 64 == 0 {
            yield_now().await;
        }
    }
    while tasks.join_next().await.is_some() {}
    for _ in 0..100 {
        limiter.acquire().await.succeeded();
    }
    // With its budget of one poll used up, tokio would have all further permits wait.
    yield_now().await;
    assert_eq!(limiter.limit(), 10);
    assert_eq!(take_all(&limiter).len(), 10);
}

/// Counts a call out even when it is cancelled.
fn count_out(under_way: &AtomicUsize) -> impl Drop {
    struct Leave<'a>(&'a AtomicUsize);
    impl Drop for Leave<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    Leave(under_way)
}
