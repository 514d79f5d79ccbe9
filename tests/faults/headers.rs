//! Headers of any length and kind, in both directions.

use timeback_qti::ErrorKind::{self, Config, Input, Transport};
use timeback_qti::{CallOptions, Client, StaticToken};

use crate::harness::{
    Call, Case, SECRET, assert_usable, builder, check_text, in_time, run, section, well,
};
use crate::support::server::{Reply, Server, response};

#[tokio::test]
async fn headers_without_an_end_are_not_read_for_ever() {
    let megabyte = "x".repeat(1 << 20);
    let head = "HTTP/1.1 200 OK\r\n";
    run([
        Case::new(
            "a header of 10 MB",
            Call::Get,
            Reply::new()
                .send(head)
                .send("x-long: ")
                .repeat(megabyte, 10)
                .send("\r\n\r\n"),
        )
        .fails(Transport),
        Case::new(
            "endless headers",
            Call::Get,
            Reply::new()
                .send(head)
                .repeat("x-one: more\r\n", usize::MAX),
        )
        .fails(Transport),
        Case::new(
            "not HTTP",
            Call::Get,
            Reply::new().send("220 smtp.example ESMTP\r\n\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "a control character in a header",
            Call::Get,
            Reply::new().send(head).send("x-a: \u{1}\r\n\r\n").close(),
        )
        .fails(Transport),
        Case::new(
            "two lengths",
            Call::Get,
            Reply::new()
                .send(head)
                .send("content-length: 2\r\ncontent-length: 3\r\n\r\n{}")
                .close(),
        )
        .fails(Transport),
    ])
    .await;
}

#[tokio::test]
async fn odd_headers_of_an_answer_do_no_harm() {
    let long = format!("x-request-id: {}", "y".repeat(10_000));
    let body = section().to_string();
    run([
        Case::new("a header that is no text", Call::Get, {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nx-a: ", body.len());
            Reply::new()
                .send(head)
                .send(b"\xff\xfe\r\n\r\n")
                .send(body.clone())
        }),
        Case::new("a long request id", Call::Get, response(404, &[&long], b""))
            .fails(ErrorKind::NotFound),
    ])
    .await;
}

#[tokio::test]
async fn what_would_split_a_request_is_refused_before_it_is_sent() {
    let server = Server::start(|request, _| well(request)).await;
    let client = builder(&server).build().unwrap();
    for value in ["a\r\nx-injected: 1", "a\nb", "a\rb", "a\0b"] {
        let refused = [
            CallOptions::new().header("x-mine", value).unwrap_err(),
            CallOptions::new().header(value, "x").unwrap_err(),
            CallOptions::new().request_id(value).unwrap_err(),
        ];
        for error in refused {
            assert_eq!(error.kind(), Input);
            check_text("header", &error);
        }
        let error = builder(&server).user_agent(value).build().unwrap_err();
        assert_eq!(error.kind(), Config);
        let error = builder(&server)
            .credentials("the-client", format!("{SECRET}{value}"))
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), Config);
        check_text("secret", &error);
        let token = format!("{SECRET}{value}");
        let error = builder(&server).static_token(&token).build().unwrap_err();
        assert_eq!(error.kind(), Config);
        check_text("token", &error);
        let poisoned: Client = builder(&server)
            .token_source(StaticToken::new(token))
            .build()
            .unwrap();
        let error = in_time("token", Call::Get.run(&poisoned))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 0));
        check_text("token", &error);
    }
    assert!(server.received().is_empty(), "nothing was sent");
    assert_usable("headers", &client).await;
}
