//! Bodies that are cut, endless, corrupted or of another shape than is due.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use timeback_qti::ErrorKind::{Decode, NotFound, Transport};

use crate::harness::{Call, Case, IN_BODY, run, section};
use crate::support::server::{Reply, json as answer, response};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    response(200, &["content-type: application/json"], body.as_ref())
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    response(200, &["content-encoding: gzip"], body)
}

#[tokio::test]
async fn a_body_without_its_end_is_not_taken_for_whole() {
    let whole = section().to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        whole.len() + 1
    );
    run([
        Case::new(
            "less than the length",
            Call::Get,
            Reply::new().send(format!("{head}{whole}")).close(),
        )
        .fails(Transport)
        .requests(5),
        // HTTP/1.0's way: the end of the connection is the end of the body, and nothing tells that it came too soon.
        Case::new(
            "without a length",
            Call::Get,
            Reply::new()
                .send("HTTP/1.1 200 OK\r\n\r\n{\"identifier\":\"s\",")
                .close(),
        )
        .fails(Decode)
        .requests(1),
        Case::new(
            "a chunk cut",
            Call::Get,
            Reply::new()
                .send(CHUNKED)
                .send("ff\r\n{\"identifier\"")
                .close(),
        )
        .fails(Transport)
        .requests(5),
        Case::new(
            "without the last chunk",
            Call::Get,
            Reply::new()
                .send(CHUNKED)
                .send(format!("{:x}\r\n{whole}\r\n", whole.len()))
                .close(),
        )
        .fails(Transport)
        .requests(5),
        Case::new(
            "a chunk without a size",
            Call::Get,
            Reply::new().send(CHUNKED).send("zz\r\n{}\r\n").close(),
        )
        .fails(Transport)
        .requests(5),
    ])
    .await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_not_read_to_its_end() {
    let small = |builder: timeback_qti::ClientBuilder| builder.max_response_bytes(100_000);
    let endless = Reply::new()
        .send(CHUNKED)
        .repeat("4\r\naaaa\r\n", usize::MAX);
    run([
        Case::new("an endless body", Call::Get, endless)
            .with(small)
            .fails(Transport)
            .requests(1),
        Case::new(
            "a large answer to a write",
            Call::AddItem,
            ok("1".repeat(100_001)),
        )
        .with(small)
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "a large error",
            Call::Get,
            response(404, &[], &[b'x'; 100_001]),
        )
        .with(small)
        .fails(NotFound)
        .requests(1),
        Case::new(
            "an error that is cut",
            Call::Get,
            Reply::new()
                .send("HTTP/1.1 404 None\r\ncontent-length: 100\r\n\r\n{\"error\"")
                .close(),
        )
        .fails(NotFound)
        .requests(1),
        Case::new(
            "100 MB of digits",
            Call::Get,
            Reply::new()
                .send("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
                .repeat("1234567890".repeat(100_000), 100),
        )
        .fails(Transport)
        .requests(1),
        Case::new(
            "a length beyond all memory",
            Call::Get,
            Reply::new()
                .send(format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    u64::MAX - 2
                ))
                .repeat("1234567890".repeat(1_000), 10)
                .close(),
        )
        .with(|builder| builder.max_response_bytes(usize::MAX))
        .fails(Transport)
        .requests(5),
    ])
    .await;
}

#[tokio::test]
async fn a_compressed_body_is_read_or_refused_whole() {
    let (whole, packed) = (
        section().to_string().into_bytes(),
        gzip(section().to_string().as_bytes()),
    );
    let mut corrupted = packed.clone();
    corrupted[15] ^= 0xff;
    let mut wrong_sum = packed.clone();
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 0xff;
    run([
        Case::new("gzip", Call::Get, gzipped(&packed)).requests(1),
        Case::new("gzip, cut", Call::Get, gzipped(&packed[..packed.len() / 2]))
            .fails(Transport)
            .requests(5),
        Case::new("gzip, corrupted", Call::Get, gzipped(&corrupted))
            .fails(Transport)
            .requests(5),
        Case::new("gzip with a wrong sum", Call::Get, gzipped(&wrong_sum))
            .fails(Transport)
            .requests(5),
        Case::new("no gzip at all", Call::Get, gzipped(&whole))
            .fails(Transport)
            .requests(5),
        Case::new("gzip in gzip", Call::Get, gzipped(&gzip(&packed)))
            .fails(Decode)
            .requests(1),
        // What follows the first member is not read, so that a body of two is a cut one.
        Case::new(
            "gzip, doubled",
            Call::Get,
            gzipped(&[&packed[..], &packed].concat()),
        )
        .requests(1),
        Case::new(
            "gzip in two members",
            Call::Get,
            gzipped(&[gzip(&whole[..20]), gzip(&whole[20..])].concat()),
        )
        .fails(Decode)
        .requests(1),
        Case::new("empty gzip", Call::Get, gzipped(&[]))
            .fails(Decode)
            .requests(1),
    ])
    .await;
}

#[tokio::test]
async fn a_body_of_another_shape_is_a_decode_error() {
    let deep = format!(
        "{{\"identifier\":\"s\",\"title\":\"S\",\"metadata\":{}",
        "[".repeat(100_000)
    );
    let digits = format!(
        "{{\"identifier\":\"s\",\"title\":{}}}",
        "1".repeat(1_000_000)
    );
    let shapes: [(&str, Vec<u8>); 14] = [
        ("empty", ok("")),
        ("null", ok("null")),
        ("a list", ok("[]")),
        ("a string", ok(json!(IN_BODY).to_string())),
        (
            "HTML",
            response(
                200,
                &["content-type: text/html"],
                b"<html>signed out</html>",
            ),
        ),
        (
            "an error",
            answer(200, &json!({"error": "Section not found"})),
        ),
        (
            "an error in an envelope",
            answer(
                200,
                &json!({"imsx_codeMajor": "failure", "imsx_description": "no"}),
            ),
        ),
        (
            "a field of another type",
            ok(json!({"identifier": 7, "title": "S"}).to_string()),
        ),
        ("nested too deep", ok(deep)),
        ("only opening brackets", ok("[".repeat(100_000))),
        ("a number of a million digits", ok(digits)),
        (
            "invalid UTF-8",
            ok(b"{\"identifier\":\"s\",\"title\":\"\xff\xfe\"}"),
        ),
        ("two values", ok(format!("{0}{0}", section()))),
        ("204", response(204, &[], b"")),
    ];
    run(shapes
        .clone()
        .map(|(name, reply)| Case::new(name, Call::Get, reply).fails(Decode).requests(1)))
    .await;
    run(shapes.map(|(name, reply)| {
        Case::new(name, Call::Update, reply)
            .fails(Decode)
            .requests(1)
            .may_have_been_applied()
    }))
    .await;
}

#[tokio::test]
async fn what_can_be_understood_is() {
    let whole = section().to_string();
    run([
        Case::new(
            "a byte-order mark",
            Call::Get,
            ok(format!("\u{feff}{whole}")),
        )
        .requests(1),
        Case::new(
            "an unknown field twice",
            Call::Get,
            ok(whole.replacen('{', "{\"new\":1,\"new\":2,", 1)),
        )
        .requests(1),
        Case::new(
            "a wrong content type",
            Call::Get,
            response(200, &["content-type: text/plain"], whole.as_bytes()),
        ),
        Case::new(
            "a body where none is due",
            Call::Delete,
            ok("{\"message\":\"deleted\"}"),
        )
        .requests(1),
        Case::new("HTML where nothing is due", Call::Delete, ok("<html>"))
            .fails(Decode)
            .requests(1)
            .may_have_been_applied(),
        Case::new("200 for 201", Call::Create, ok(&whole)).requests(1),
    ])
    .await;
}

#[tokio::test]
async fn a_field_that_is_there_twice_is_not_guessed_at() {
    let twice = "{\"identifier\":\"s\",\"title\":\"S\",\"title\":\"another\"}";
    run([Case::new("a known field twice", Call::Get, ok(twice))
        .fails(Decode)
        .requests(1)])
    .await;
}
