//! What the benches share.
#![allow(dead_code, reason = "no bench uses all of it")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock};

use core_affinity::CoreId;
use serde_json::{Value, json};

/// The core that the client has to itself, and the one of the servers: a client that shares its core with the server at
/// times, and at times not, takes a third or three times as long.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    /// Keeps the calling thread on its core, where the machine has two and lets it.
    pub(crate) fn pin(self) {
        // Asked once: a thread that is pinned sees no other core, nor do the threads that it starts.
        static CORES: LazyLock<Vec<CoreId>> =
            LazyLock::new(|| core_affinity::get_core_ids().unwrap_or_default());
        if let [client, server, ..] = CORES[..] {
            core_affinity::set_for_current(match self {
                Self::Client => client,
                Self::Server => server,
            });
        }
    }
}

/// Answers every request with the same JSON; ends with the process.
pub(crate) fn serve(body: &str) -> String {
    let response = response(body);
    serve_each(move |_| Arc::clone(&response))
}

/// Answers each request with what `answer` makes of its target, on a thread of its own for each connection; ends with
/// the process.
pub(crate) fn serve_each(answer: impl Fn(&str) -> Arc<[u8]> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || converse(stream, &*answer));
        }
    });
    url
}

/// A whole response with a JSON body.
pub(crate) fn response(body: &str) -> Arc<[u8]> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
        .into()
}

fn converse(mut stream: TcpStream, answer: &dyn Fn(&str) -> Arc<[u8]>) {
    Side::Server.pin();
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 4096];
    // Requests are small and not pipelined: one read is one request.
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        let head = std::str::from_utf8(&buffer[..read]).unwrap_or_default();
        let target = head.split(' ').nth(1).unwrap_or_default();
        if stream.write_all(&answer(target)).is_err() {
            return;
        }
    }
}

/// An item of 1.2 KB.
pub(crate) fn small_item(identifier: &str) -> Value {
    json!({
        "identifier": identifier, "title": "An item", "type": "choice", "qtiVersion": "3.0",
        "timeDependent": false, "adaptive": false, "rawXml": "<qti-assessment-item/>".repeat(40),
        "metadata": {"subject": "Math", "grade": "5"},
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z", "__v": 0,
    })
}

/// An item of this length as the service sends them: most of it is XML, and the same XML as JSON.
pub(crate) fn item(identifier: &str, length: usize) -> Value {
    let choice =
        |n: usize| json!({"identifier": format!("C{n}"), "_text": "A choice among several"});
    let choices: Vec<Value> = (0..length / 145).map(choice).collect();
    let mut item = json!({
        "identifier": identifier, "title": "An item", "type": "choice", "rawXml": "",
        "metadata": {"subject": "Math", "grade": 5},
        "content": {"qti-assessment-item": {"qti-item-body": {"qti-choice-interaction": {
            "response-identifier": "RESPONSE", "qti-simple-choice": choices}}}},
    });
    let missing = length - item.to_string().len();
    item["rawXml"] = "<p>x</p>".repeat(missing / 8).into();
    item
}
