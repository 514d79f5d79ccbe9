//! Hosts of several addresses, of the other family, and of addresses that lead nowhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use timeback_qti::{ClientBuilder, ErrorKind};
use tokio::net::TcpListener;

use crate::harness::{Call, assert_usable, builder_at, check_text, in_time, well};
use crate::support::server::Server;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HERE_BY_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A server on this address and a free port of it; none where the machine lacks the address.
async fn serve_on(address: IpAddr) -> Option<(Server, u16)> {
    let Ok(listener) = TcpListener::bind((address, 0)).await else {
        eprintln!("skipped: this machine has no {address}");
        return None;
    };
    let port = listener.local_addr().unwrap().port();
    Some((Server::start_on(listener, |request, _| well(request)), port))
}

/// A builder for a client that is told these addresses of its host.
fn builder_for(port: u16, addresses: &[IpAddr]) -> ClientBuilder {
    let addresses: Vec<_> = addresses
        .iter()
        .map(|address| SocketAddr::new(*address, port))
        .collect();
    builder_at(&format!("http://localhost:{port}"))
        .static_token("a-token")
        .http_client(move |http| http.resolve_to_addrs("localhost", &addresses))
}

#[tokio::test]
async fn a_service_is_reached_by_ipv6_and_takes_a_token_in_the_clear_on_this_machine_alone() {
    let Some((server, _)) = serve_on(HERE_BY_IPV6).await else {
        return;
    };
    assert!(server.url.starts_with("http://[::1]:"), "{}", server.url);
    assert_usable("IPv6", &builder_at(&server.url).build().unwrap()).await;
    let host = server.url.trim_start_matches("http://");
    let received = server.received();
    assert!(received.len() > 2);
    assert!(received.iter().all(|it| it.header("host") == Some(host)));

    for elsewhere in ["[2001:db8::1]", "[::]", "[fe80::1]", "[::ffff:192.0.2.1]"] {
        let error = builder_at(&format!("http://{elsewhere}:8080"))
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{elsewhere}");
    }
}

#[tokio::test]
async fn of_a_dead_and_a_live_address_the_live_one_is_used_whatever_their_order() {
    let second_here = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    for (live, dead) in [
        (HERE, HERE_BY_IPV6),
        (HERE_BY_IPV6, HERE),
        (HERE, second_here),
    ] {
        let Some((_server, port)) = serve_on(live).await else {
            continue;
        };
        for addresses in [[dead, live], [live, dead]] {
            let client = builder_for(port, &addresses).build().unwrap();
            assert_usable("two addresses", &client).await;
        }
        assert_unreachable(builder_for(port, &[dead])).await;
    }
}

/// A call that must not be doubled is tried again, fails, and was certainly not applied.
async fn assert_unreachable(builder: ClientBuilder) {
    let client = builder.build().unwrap();
    let error = in_time("unreachable", Call::AddItem.run(&client))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 5));
    assert!(!error.may_have_been_applied());
    check_text("unreachable", &error);
}

/// Connections that nobody takes, so many that there is no place for another: those who ask get no answer.
#[cfg(target_os = "linux")]
async fn fill(address: SocketAddr) -> (TcpListener, Vec<tokio::net::TcpStream>) {
    use tokio::net::{TcpSocket, TcpStream};

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(address).unwrap();
    let listener = socket.listen(1).unwrap();
    let mut waiting = Vec::new();
    let patience = std::time::Duration::from_millis(100);
    while let Ok(connected) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
        waiting.push(connected.unwrap());
    }
    (listener, waiting)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_never_answers_is_left_for_the_next_one() {
    let silent = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
    let (_server, port) = serve_on(HERE).await.unwrap();
    let _full = fill(SocketAddr::new(silent, port)).await;
    let impatient =
        |builder: ClientBuilder| builder.connect_timeout(std::time::Duration::from_millis(200));
    let client = impatient(builder_for(port, &[silent, HERE]))
        .build()
        .unwrap();
    assert_usable("silent", &client).await;

    assert_unreachable(impatient(builder_for(port, &[silent]))).await;
}
