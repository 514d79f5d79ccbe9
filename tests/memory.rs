//! What a hostile body may take of the machine's memory.

mod support;

use flate2::{Compress, Compression, FlushCompress};
use peak_alloc::PeakAlloc;
use support::server::{Reply, Server};
use timeback_qti::{Client, ErrorKind};

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

// One test, as the peak is that of the whole process.
#[tokio::test]
async fn a_body_takes_less_than_twice_the_limit() {
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
