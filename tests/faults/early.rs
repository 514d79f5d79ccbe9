//! Answers that come before they are asked for: within a request, before it, and behind the answer to another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use timeback_qti::ErrorKind::{Connect, Request, Transport};
use timeback_qti::models::Section;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{
    Call, assert_usable, builder, builder_at, check_text, in_time, is_for_token, well,
};
use crate::support::server::{Reply, Server, json as answer, response};

/// What becomes of a connection after an early answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// The rest of the request is read and dropped.
    Drained,
    /// It is closed with the rest unread, of which the client is told by a reset.
    Closed,
}

/// A server that answers when it has read so much of a request, and what it has read in all.
struct Hasty {
    url: String,
    read: Arc<AtomicUsize>,
}

impl Hasty {
    async fn after(bytes: usize, reply: Vec<u8>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let read = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&read);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(
                    stream,
                    bytes,
                    reply.clone(),
                    then,
                    Arc::clone(&count),
                ));
            }
        });
        Self { url, read }
    }

    fn client(&self) -> timeback_qti::Client {
        builder_at(&self.url)
            .static_token("a-token")
            .build()
            .unwrap()
    }
}

async fn converse(
    mut stream: TcpStream,
    bytes: usize,
    reply: Vec<u8>,
    then: Then,
    count: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; bytes.max(1024)];
    stream.read_exact(&mut buffer[..bytes]).await?;
    count.fetch_add(bytes, Ordering::Relaxed);
    stream.write_all(&reply).await?;
    if then == Then::Closed {
        return Ok(());
    }
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            more => count.fetch_add(more, Ordering::Relaxed),
        };
    }
}

#[tokio::test]
async fn a_refusal_that_does_not_wait_for_the_end_of_the_request_is_told() {
    let long = Section::new("s", "t".repeat(4 << 20));
    let refusals = [
        answer(413, &json!({"error": "too large"})),
        response(413, &["connection: close"], b"<html>"),
    ];
    for (then, refusal) in [Then::Drained, Then::Closed].into_iter().zip(refusals) {
        let server = Hasty::after(1, refusal, then).await;
        let client = server.client();
        let section = client.test("t").part("p").section("s");
        let error = in_time("413", section.update(&long)).await.unwrap_err();
        match error.kind() {
            // Not every system lets the client read what came before a reset.
            Transport if then == Then::Closed => assert!(error.may_have_been_applied()),
            kind => assert_eq!(
                (
                    kind,
                    error.status(),
                    error.attempts(),
                    error.may_have_been_applied()
                ),
                (Request, Some(413), 1, false),
                "{then:?} {error:?}"
            ),
        }
        check_text("413", &error);
    }
}

#[tokio::test]
async fn an_answer_before_the_request_is_none_and_nothing_was_sent() {
    let mut unsent = 0;
    for reply in [
        answer(200, &json!({"identifier": "s"})),
        response(503, &[], b""),
    ] {
        let server = Hasty::after(0, reply, Then::Drained).await;
        let error = in_time("unasked", Call::AddItem.run(&server.client()))
            .await
            .unwrap_err();
        check_text("unasked", &error);
        // Where the client was faster than the server, it had asked.
        if server.read.load(Ordering::Relaxed) == 0 {
            unsent += 1;
            assert_eq!((error.kind(), error.attempts()), (Connect, 5), "{error:?}");
            assert!(!error.may_have_been_applied());
        }
    }
    assert!(unsent > 0);
}

#[tokio::test]
async fn what_a_connection_says_behind_an_answer_answers_nothing() {
    let others = [
        answer(200, &json!({"identifier": "s", "title": "of another"})),
        response(408, &["connection: close"], b""),
        b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(),
        b"\r\n\r\n".to_vec(),
        b"}".to_vec(),
    ];
    for (number, other) in others.into_iter().enumerate() {
        let server = Server::start(move |request, count| match is_for_token(request) {
            true => well(request),
            false => {
                let title = format!("the title of {count}");
                let own = answer(200, &json!({"identifier": "s", "title": title}));
                Reply::new().send([own, other.clone()].concat())
            }
        })
        .await;
        let client = builder(&server).build().unwrap();
        let section = client.test("t").part("p").section("s");
        for call in 1..=20 {
            let read = in_time("behind", section.get()).await.unwrap();
            assert_eq!(read.title, format!("the title of {call}"), "{number}");
        }
        assert_usable("behind", &client).await;
    }
}
