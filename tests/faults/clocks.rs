//! Clocks that are wrong, are set, or leap: wall clocks, and the one that should never go back.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use timeback_qti::ErrorKind::{RateLimit, Server as ServerError};
use timeback_qti::{Clock, ManualClock};

use crate::harness::{Call, assert_usable, builder, check_text, in_time, is_for_token, well};
use crate::support::server::{Received, Reply, Server, response};

const HOUR: Duration = Duration::from_secs(3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// A server that first answers 429 with these headers, and is well from then on.
async fn throttling(headers: &'static [&'static str]) -> Server {
    Server::start(move |request, count| match (is_for_token(request), count) {
        (false, 1) => response(429, headers, b"").into(),
        _ => well(request),
    })
    .await
}

/// What a client with this wall clock waits for when it is asked to wait, or the error that it ends with.
async fn waited(server: &Server, wall: SystemTime) -> timeback_qti::Result<Duration> {
    let clock = ManualClock::new();
    clock.set_wall(wall);
    let client = builder(server)
        .clock(Arc::new(clock.clone()))
        .build()
        .unwrap();
    in_time("429", Call::Get.run(&client)).await?;
    assert_usable("429", &client).await;
    Ok(clock.sleeps().into_iter().sum())
}

#[tokio::test]
async fn a_date_to_wait_for_counts_from_the_date_of_its_answer_whatever_the_clock_says() {
    let headers = &[
        "date: Sun, 06 Nov 1994 08:49:37 GMT",
        "retry-after: Sun, 06 Nov 1994 08:49:47 GMT",
    ];
    for wall in [
        SystemTime::UNIX_EPOCH,
        SystemTime::now(),
        SystemTime::now() - YEAR,
        SystemTime::now() + YEAR,
    ] {
        let server = throttling(headers).await;
        assert_eq!(waited(&server, wall).await.unwrap().as_secs(), 10);
    }
}

#[tokio::test]
async fn a_date_without_a_date_to_count_from_is_held_against_the_wall_clock() {
    let date = ten_seconds_before();
    for headers in [
        &["retry-after: Sun, 06 Nov 1994 08:49:47 GMT"][..],
        &[
            "date: yesterday",
            "retry-after: Sun, 06 Nov 1994 08:49:47 GMT",
        ],
    ] {
        let server = throttling(headers).await;
        assert_eq!(waited(&server, date).await.unwrap().as_secs(), 10);
        let server = throttling(headers).await;
        let behind = waited(&server, date - YEAR).await.unwrap_err();
        assert_eq!((behind.kind(), behind.attempts()), (RateLimit, 1));
        let server = throttling(headers).await;
        let ahead = waited(&server, date + YEAR).await.unwrap();
        assert!(ahead < Duration::from_secs(1), "the client's own wait");
    }
}

/// Ten seconds before the date that the answers name.
fn ten_seconds_before() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

#[tokio::test]
async fn a_machine_that_slept_during_a_call_takes_an_answer_and_does_not_repeat_a_failure() {
    for (reply, expected) in [
        (None, Ok(())),
        (Some(response(503, &[], b"")), Err((ServerError, 1))),
    ] {
        let clock = ManualClock::new();
        let asleep = clock.clone();
        let server = Server::start(move |request: &Received, count| {
            if count == 1 {
                asleep.advance(9 * HOUR);
                return reply.clone().map_or_else(|| well(request), Reply::from);
            }
            well(request)
        })
        .await;
        let client = builder(&server)
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        let result = in_time("asleep", Call::Get.run(&client)).await;
        let result = result.map_err(|error| (error.kind(), error.attempts()));
        assert_eq!(result, expected);
        assert_usable("asleep", &client).await;
        let tokens = server
            .received()
            .iter()
            .filter(|it| is_for_token(it))
            .count();
        assert_eq!(tokens, 2, "the first token ended while the machine slept");
    }
}

/// A clock of which each look shows another time, hours before or behind.
struct Leaping(Mutex<fastrand::Rng>);

impl Leaping {
    fn leap(&self) -> Duration {
        Duration::from_secs(self.0.lock().unwrap().u64(0..40_000))
    }
}

impl Clock for Leaping {
    fn now(&self) -> Instant {
        Instant::now() + self.leap()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + 1_000 * self.leap()
    }
}

#[tokio::test]
async fn a_clock_that_leaps_both_ways_at_every_look_breaks_nothing() {
    let server = Server::start(|request: &Received, count| match count % 5 {
        _ if is_for_token(request) => well(request),
        1 => response(429, &["retry-after: Sun, 06 Nov 1994 08:49:47 GMT"], b"").into(),
        2 => response(503, &[], b"").into(),
        3 => response(401, &[], b"").into(),
        _ => well(request),
    })
    .await;
    let client = builder(&server)
        .clock(Arc::new(Leaping(Mutex::new(fastrand::Rng::with_seed(5)))))
        .build()
        .unwrap();
    let mut succeeded = 0;
    for round in 0..200 {
        let call = [Call::Get, Call::Create, Call::Update, Call::AddItem][round % 4];
        match in_time("leaps", call.run(&client)).await {
            Ok(()) => succeeded += 1,
            Err(error) => check_text("leaps", &error),
        }
    }
    assert!(succeeded > 50, "{succeeded} of 200");
}
