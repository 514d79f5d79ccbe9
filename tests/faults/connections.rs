//! Connections that cannot be made, break at any byte or never get on.

use std::time::Duration;

use timeback_qti::ErrorKind;
use tokio::net::TcpListener;

use crate::harness::{
    Call, Case, assert_usable, builder, builder_at, check_text, in_time, is_for_token, run,
    section, well,
};
use crate::support::server::{Reply, Server, json as answer};

#[tokio::test]
async fn a_refused_connection_is_told_and_the_next_one_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = builder_at(&format!("http://{address}"))
        .static_token("a-token")
        .build()
        .unwrap();
    let error = in_time("refused", Call::AddItem.run(&client))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 5));
    assert!(!error.may_have_been_applied(), "nothing was sent");
    check_text("refused", &error);
    let listener = TcpListener::bind(address).await.unwrap();
    let _server = Server::start_on(listener, |request, _| well(request));
    assert_usable("refused", &client).await;
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_told_each_time() {
    let client = builder_at("https://timeback-qti.invalid")
        .static_token("a-token")
        .connect_timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    for _ in 0..2 {
        let error = in_time("DNS", Call::Get.run(&client)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        check_text("DNS", &error);
    }
}

#[tokio::test]
async fn tls_to_a_port_without_it_is_no_connection() {
    let server = Server::start(|request, _| well(request)).await;
    let client = builder_at(&server.url.replace("http:", "https:"))
        .static_token("a-token")
        .build()
        .unwrap();
    for _ in 0..2 {
        let error = in_time("TLS", Call::Create.run(&client)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(!error.may_have_been_applied());
        check_text("TLS", &error);
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_broken_connection_is_a_transport_error() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n";
    let breaks = || {
        [
            ("before the headers", Reply::new()),
            ("in the first line", Reply::new().send("HTTP/1.1 2")),
            (
                "in the middle of the headers",
                Reply::new().send(&head[..40]),
            ),
            ("after the headers", Reply::new().send(head)),
            (
                "in the body",
                Reply::new().send(head).send("{\"identifier\":"),
            ),
        ]
    };
    run(breaks().map(|(name, reply)| {
        Case::new(name, Call::Get, reply.reset())
            .fails(ErrorKind::Transport)
            .requests(5)
    }))
    .await;
    run(breaks().map(|(name, reply)| {
        Case::new(name, Call::Get, reply.close())
            .fails(ErrorKind::Transport)
            .requests(5)
    }))
    .await;
    run(breaks().map(|(name, reply)| {
        Case::new(name, Call::AddItem, reply.reset())
            .fails(ErrorKind::Transport)
            .requests(1)
            .may_have_been_applied()
    }))
    .await;
}

#[tokio::test]
async fn a_server_that_stalls_is_left_when_the_time_is_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n";
    let stalls = || {
        [
            ("before the headers", Reply::new()),
            ("in the headers", Reply::new().send(head)),
            ("before the body", Reply::new().send(head).send("\r\n")),
            (
                "in the body",
                Reply::new().send(head).send("\r\n{\"identifier\""),
            ),
        ]
    };
    run(stalls().map(|(name, reply)| {
        Case::new(name, Call::Get, reply.stall())
            .impatient()
            .fails(ErrorKind::Timeout)
            .requests(5)
    }))
    .await;
    run(stalls().map(|(name, reply)| {
        Case::new(name, Call::AddItem, reply.stall())
            .impatient()
            .fails(ErrorKind::Timeout)
            .requests(1)
            .may_have_been_applied()
    }))
    .await;
}

#[tokio::test]
async fn a_call_that_meets_only_stalls_ends_at_its_deadline() {
    let server = Server::start(|request, _| {
        if is_for_token(request) {
            well(request)
        } else {
            Reply::new().stall()
        }
    })
    .await;
    let client = builder(&server)
        .clock(std::sync::Arc::new(timeback_qti::SystemClock))
        .deadline(Duration::from_millis(120))
        .build()
        .unwrap();
    let error = in_time("deadline", Call::Get.run(&client))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Timeout, 1),
        "{error:?}"
    );
    assert!(error.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_server_that_sends_one_byte_at_a_time_is_read() {
    let reply = Reply::new().trickle(&answer(200, &section()));
    run([Case::new("one byte at a time", Call::Get, reply).requests(1)]).await;
}

#[tokio::test]
async fn connections_that_the_server_closed_between_calls_are_not_noticed() {
    let server = Server::start(|request, _| match well(request) {
        reply if is_for_token(request) => reply,
        reply => reply.close(),
    })
    .await;
    let client = builder(&server).build().unwrap();
    for _ in 0..20 {
        for call in [Call::Get, Call::Update, Call::Delete] {
            in_time("idle", call.run(&client)).await.unwrap();
        }
    }
}
