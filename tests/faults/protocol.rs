//! HTTP as old servers, gateways and hostile ones speak it.

use timeback_qti::ErrorKind::{Decode, NotFound, Timeout, Transport};

use crate::harness::{Call, Case, run, section};
use crate::support::server::{Reply, response};

/// An answer with these first lines, and a section as its body.
fn with(head: &str) -> Reply {
    let body = section().to_string();
    Reply::new().send(head.replace("LENGTH", &body.len().to_string()) + "\r\n" + &body)
}

fn chunked(trailers: &str) -> Reply {
    let body = section().to_string();
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    Reply::new().send(format!(
        "{head}{:x}\r\n{body}\r\n0\r\n{trailers}",
        body.len()
    ))
}

#[tokio::test]
async fn answers_in_http_1_0_are_read() {
    run([
        Case::new(
            "with a length",
            Call::Get,
            with("HTTP/1.0 200 OK\r\ncontent-length: LENGTH\r\n").close(),
        )
        .requests(1),
        Case::new(
            "left open without a word",
            Call::Get,
            with("HTTP/1.0 200 OK\r\ncontent-length: LENGTH\r\n"),
        )
        .requests(1),
        Case::new(
            "kept open",
            Call::Get,
            with("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: LENGTH\r\n"),
        )
        .requests(1),
        Case::new(
            "without a length",
            Call::Get,
            with("HTTP/1.0 200 OK\r\n").close(),
        )
        .requests(1),
        Case::new(
            "to a write",
            Call::Create,
            with("HTTP/1.0 201 Created\r\n").close(),
        )
        .requests(1),
        Case::new("an error", Call::Get, with("HTTP/1.0 404 None\r\n").close())
            .fails(NotFound)
            .requests(1),
        Case::new(
            "in chunks, which it does not have",
            Call::Get,
            with("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n").close(),
        )
        .fails(Transport),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_comes_after_its_interim_answers() {
    let proceed = "HTTP/1.1 100 Continue\r\n\r\n";
    let whole = || response(200, &[], section().to_string().as_bytes());
    run([Call::Get, Call::Create, Call::Update]
        .map(|call| Case::new("100", call, Reply::new().send(proceed).send(whole())).requests(1)))
    .await;
    let hints =
        "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\ncontent-length: 7\r\n\r\n";
    run([
        Case::new(
            "many",
            Call::Update,
            Reply::new()
                .repeat("HTTP/1.1 102 Processing\r\n\r\n", 100)
                .send(hints)
                .send(whole()),
        )
        .requests(1),
        Case::new(
            "an error after a 100",
            Call::Update,
            Reply::new().send(proceed).send(response(404, &[], b"")),
        )
        .fails(NotFound)
        .requests(1),
        Case::new(
            "nothing after a 100",
            Call::AddItem,
            Reply::new().send(proceed).stall(),
        )
        .impatient()
        .fails(Timeout)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "the end after a 100",
            Call::AddItem,
            Reply::new().send(proceed).close(),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "100s without an end",
            Call::AddItem,
            Reply::new().repeat(proceed, usize::MAX),
        )
        .impatient()
        .fails(Timeout)
        .requests(1)
        .may_have_been_applied(),
    ])
    .await;
}

#[tokio::test]
async fn trailers_are_passed_over_and_have_an_end() {
    run([
        Case::new(
            "trailers",
            Call::Get,
            chunked("x-sum: 7\r\nx-time: 1\r\n\r\n"),
        )
        .requests(1),
        Case::new(
            "trailers of a write",
            Call::Update,
            chunked("x-sum: 7\r\n\r\n"),
        )
        .requests(1),
        Case::new(
            "a trailer that speaks of the body",
            Call::Get,
            chunked("content-length: 3\r\ncontent-encoding: gzip\r\n\r\n"),
        )
        .requests(1),
        Case::new("cut trailers", Call::Get, chunked("x-su").close())
            .fails(Transport)
            .requests(5),
        Case::new(
            "broken trailers",
            Call::Get,
            chunked("no colon\r\n\r\n").close(),
        )
        .fails(Transport)
        .requests(5),
        Case::new(
            "trailers without an end",
            Call::Get,
            chunked("").repeat("x-one: more\r\n", usize::MAX),
        )
        .fails(Transport)
        .requests(5),
        Case::new(
            "a trailer without an end",
            Call::Get,
            chunked("x-long: ").repeat("x".repeat(1000), usize::MAX),
        )
        .fails(Transport)
        .requests(5),
    ])
    .await;
}

#[tokio::test]
async fn a_head_that_is_odd_is_read_and_one_that_is_broken_is_not() {
    run([
        Case::new(
            "line feeds alone",
            Call::Get,
            with("HTTP/1.1 200 OK\ncontent-length: LENGTH\n").close(),
        )
        .requests(1),
        Case::new(
            "without a phrase",
            Call::Get,
            with("HTTP/1.1 200\r\ncontent-length: LENGTH\r\n"),
        )
        .requests(1),
        Case::new(
            "a folded header",
            Call::Get,
            with("HTTP/1.1 200 OK\r\nx-a: b\r\n c\r\ncontent-length: LENGTH\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "blank lines before",
            Call::Get,
            with("\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\n"),
        )
        .requests(1),
        Case::new(
            "the same length twice",
            Call::Get,
            with("HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\ncontent-length: LENGTH\r\n"),
        )
        .requests(1),
        Case::new(
            "a length that is no number",
            Call::Get,
            with("HTTP/1.1 200 OK\r\ncontent-length: many\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "a status of four digits",
            Call::Get,
            with("HTTP/1.1 2000 OK\r\ncontent-length: LENGTH\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "HTTP of the future",
            Call::Get,
            with("HTTP/3.0 200 OK\r\ncontent-length: LENGTH\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "a body alone",
            Call::Get,
            Reply::new().send(section().to_string()).close(),
        )
        .fails(Transport),
        Case::new(
            "HTTP/2",
            Call::Get,
            Reply::new()
                .send(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64")
                .close(),
        )
        .fails(Transport),
    ])
    .await;
}

#[tokio::test]
async fn only_encodings_that_were_asked_for_are_read() {
    let whole = section().to_string();
    let utf_16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let in_chunks = |encoding, size, body| {
        Reply::new().send(format!(
            "HTTP/1.1 200 OK\r\n{encoding}\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n"
        ))
    };
    run([
        Case::new(
            "none by name",
            Call::Get,
            response(200, &["content-encoding: identity"], whole.as_bytes()),
        )
        .requests(1),
        Case::new(
            "chunks and a length",
            Call::Get,
            in_chunks(
                "content-length: 2\r\ntransfer-encoding: chunked",
                whole.len(),
                &*whole,
            ),
        )
        .requests(1),
        Case::new(
            "gzip on the way",
            Call::Get,
            in_chunks("transfer-encoding: gzip, chunked", 3, "\u{1f}\u{8}\u{8}"),
        )
        .fails(Decode)
        .requests(1),
        Case::new(
            "brotli",
            Call::Get,
            response(200, &["content-encoding: br"], b"\x0b\x02\x80{}\x03"),
        )
        .fails(Decode)
        .requests(1),
        Case::new(
            "UTF-16",
            Call::Get,
            response(
                200,
                &["content-type: application/json; charset=utf-16"],
                &utf_16,
            ),
        )
        .fails(Decode)
        .requests(1),
    ])
    .await;
}

#[tokio::test]
async fn a_status_that_is_neither_success_nor_error_ends_the_call() {
    let part = &section().to_string().into_bytes()[..10];
    run([
        Case::new(
            "a part",
            Call::Get,
            response(206, &["content-range: bytes 0-9/100"], part),
        )
        .fails(Decode)
        .requests(1),
        Case::new("not modified", Call::Get, response(304, &[], b""))
            .fails(Transport)
            .requests(1),
        Case::new(
            "not modified, to a write",
            Call::Update,
            response(304, &[], b""),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "see another, which is not named",
            Call::AddItem,
            response(303, &[], b""),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "another protocol",
            Call::AddItem,
            Reply::new()
                .send("HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
                .stall(),
        )
        .impatient()
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "a status that does not exist",
            Call::AddItem,
            response(799, &[], b""),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
    ])
    .await;
}
