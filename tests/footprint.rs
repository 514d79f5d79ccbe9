//! What the client takes of the machine: memory and connections.

mod support;

use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};
use futures_util::TryStreamExt;
use peak_alloc::PeakAlloc;
use serde_json::json;
use support::server::{Received, Reply, Server, json as answer, response};
use timeback_qti::models::{Section, Stimulus};
use timeback_qti::{Client, ErrorKind, RetryPolicy};
use tokio::sync::Mutex;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MEBIBYTE: usize = 1 << 20;

/// Zeros, gzipped to a thousandth of their length, and no end to them.
fn bomb() -> Reply {
    let mut megabyte = Vec::with_capacity(MEBIBYTE);
    Compress::new(Compression::best(), false)
        .compress_vec(&vec![0; MEBIBYTE], &mut megabyte, FlushCompress::Full)
        .unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    Reply::new()
        .send(head)
        .send(gzip)
        .repeat(megabyte, usize::MAX)
}

/// Chunks so small that their number is what costs.
fn crumbs() -> Reply {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    Reply::new()
        .send(head)
        .repeat("4\r\naaaa\r\n".repeat(100), usize::MAX)
}

/// The most that was allocated while a call failed because of the size of its answer.
async fn peak(reply: Reply, client: impl FnOnce(&Server) -> Client) -> usize {
    let server = Server::start(move |request, _| match request.target.as_str() {
        "/stimuli/well" => {
            support::server::json(200, &serde_json::json!({"identifier": "well"})).into()
        }
        _ => reply.clone(),
    })
    .await;
    let client = client(&server);
    // What a client needs once is not what the body takes.
    let _ = client.stimulus("well").get().await;
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let error = client.stimulus("bomb").get().await.unwrap_err();
    let peak = MEMORY.peak_usage() - before;
    assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
    assert!(error.to_string().contains("larger than"), "{error}");
    peak
}

/// Memory and connections are those of the whole process, so that the tests take turns.
static TURN: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn a_body_takes_less_than_twice_the_limit() {
    let _turn = TURN.lock().await;
    let limit = 64 * MEBIBYTE;
    let peak_of_bomb = peak(bomb(), |server| support::once(&server.url)).await;
    assert!(peak_of_bomb < 2 * limit, "{peak_of_bomb} bytes, by default");

    for (name, reply) in [("a bomb", bomb()), ("crumbs", crumbs())] {
        let limit = MEBIBYTE;
        let limited = |server: &Server| {
            support::builder(&server.url)
                .max_response_bytes(limit)
                .build()
                .unwrap()
        };
        let peak = peak(reply, limited).await;
        assert!(peak < 2 * limit, "{name}: {peak} bytes");
    }
}

/// How many calls a test makes: what this variable says, or so many.
fn calls(variable: &str, by_default: usize) -> usize {
    std::env::var(variable).map_or(by_default, |calls| calls.parse().expect("a number"))
}

/// The files, sockets among them, that this process has open; none where the system does not tell.
fn open_files() -> Option<usize> {
    let folder = if cfg!(target_os = "linux") {
        "/proc/self/fd"
    } else {
        "/dev/fd"
    };
    Some(std::fs::read_dir(folder).ok()?.count())
}

#[tokio::test]
async fn calls_through_a_server_that_closes_after_each_answer_all_succeed_and_leave_no_connection()
{
    let _turn = TURN.lock().await;
    let calls = calls("TIMEBACK_QTI_CLOSED_CALLS", 10_000);
    let server = Server::start(|_, _| {
        Reply::new()
            .send(answer(200, &json!({"identifier": "s", "title": "S"})))
            .close()
    })
    .await;
    let client = support::once(&server.url);
    let before = open_files();
    for call in 0..calls {
        let read = client.stimulus("s").get().await;
        read.unwrap_or_else(|error| panic!("call {call}: {error:?}"));
    }
    assert_eq!(server.received().len(), calls);
    if let (Some(before), Some(after)) = (before, open_files()) {
        assert!(after <= before + 20, "{before} open files became {after}");
    }
}

/// What this process holds of the machine's memory, in bytes, where Linux tells.
fn resident() -> Option<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

/// A server that answers each kind of request in a way of its own, to let all parts of the client have work.
fn varied(request: &Received, count: usize) -> Reply {
    let stimulus = json!({"identifier": "s", "title": "S", "content": "<p>x</p>".repeat(100)});
    let section = json!({"identifier": "s", "title": "S", "metadata": {"n": count}});
    match (request.method.as_str(), request.target.as_str()) {
        (_, "/token") => answer(
            200,
            &json!({"access_token": format!("t-{count}"), "expires_in": 3600}),
        )
        .into(),
        (_, target) if target.contains("/gone") => {
            answer(404, &json!({"error": "gone", "eventId": count})).into()
        }
        (_, target) if target.contains("/odd") => response(200, &[], b"<html>").into(),
        (_, target) if target.contains("/cut") => Reply::new()
            .send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")
            .close(),
        (_, target) if target.contains("/refused") && count.is_multiple_of(2) => {
            answer(401, &json!({"error": "jwt expired"})).into()
        }
        (_, target) if target.contains("/busy") && !count.is_multiple_of(3) => {
            response([429, 503][count % 2], &[], b"").into()
        }
        ("GET", target) if target.starts_with("/stimuli?") => {
            let item = |number| json!({"identifier": format!("s-{number}"), "title": "S"});
            let items: Vec<_> = (0..10).map(item).collect();
            answer(
                200,
                &json!({"items": items, "total": 10, "pages": 1, "page": 1}),
            )
            .into()
        }
        (_, target) if target.starts_with("/stimuli") => answer(200, &stimulus).into(),
        _ => answer(200, &section).into(),
    }
}

/// One call of each kind, of which one is dropped somewhere on its way; the number of calls.
async fn one_of_each(client: &Client, round: usize) -> usize {
    let part = client.test("t").part("p");
    let body = Section::new("s", format!("the title of {round}"));
    client.stimulus("s").get().await.unwrap();
    part.section("s").update(&body).await.unwrap();
    part.sections().create(&body).await.unwrap();
    let listed: Vec<Stimulus> = client
        .stimuli()
        .list()
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(listed.len(), 10);
    part.section(format!("gone-{round}"))
        .get()
        .await
        .unwrap_err();
    client.stimulus("odd").get().await.unwrap_err();
    client.stimulus("cut").get().await.unwrap_err();
    let _ = client.stimulus("refused").get().await;
    let _ = client.stimulus("busy").get().await;
    let steps = async {
        for _ in 0..round % 8 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        _ = client.stimulus("dropped").get() => {}
        () = steps => {}
    }
    10
}

#[tokio::test]
async fn memory_stays_flat_over_many_calls_of_every_kind() {
    let _turn = TURN.lock().await;
    let calls = calls("TIMEBACK_QTI_MEMORY_CALLS", 5_000);
    let server = Server::start(varied).await;
    let client = Client::builder()
        .base_url(&server.url)
        .token_url(format!("{}/token", server.url))
        .credentials("the-client", "s3cr3t")
        .retry(RetryPolicy::default().max_delay(Duration::ZERO))
        .build()
        .unwrap();
    let (mut made, mut round) = (0, 0);
    let mut used = Vec::new();
    for quarter in 1..=4 {
        while made < calls * quarter / 4 {
            made += one_of_each(&client, round).await;
            round += 1;
            if round % 100 == 0 {
                server.forget();
            }
        }
        server.forget();
        used.push((MEMORY.current_usage(), resident()));
    }
    eprintln!("bytes used and resident after each quarter of {made} calls: {used:?}");
    assert!(
        used[3].0 < used[0].0 + 4096,
        "{used:?} bytes after each quarter of {made} calls"
    );
}
