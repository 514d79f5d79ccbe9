//! How fast the sandbox is and how much memory it needs: `cargo bench -p timeback-qti-sandbox`.
//!
//! The program runs as a process of its own; eight connections keep it busy for a few seconds a figure.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONNECTIONS: u64 = 8;
const PERIOD: Duration = Duration::from_secs(3);
const ITEMS: u64 = 10_000;
const SECTION: &str = "/api/assessment-tests/t/test-parts/p/sections/s";

/// The running program.
struct Program {
    child: Child,
    address: String,
    token: String,
}

impl Program {
    async fn start(arguments: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_timeback-qti-sandbox"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let exported = lines.map_while(|line| (!line.starts_with("Ctrl-C")).then_some(line));
        let base = exported
            .filter_map(|line| {
                line.strip_prefix("export TIMEBACK_QTI_API_BASE_URL=http://")
                    .map(str::to_owned)
            })
            .last();
        let address = base.unwrap().trim_end_matches("/api").to_owned();
        let mut program = Program {
            child,
            address,
            token: String::new(),
        };
        let form =
            "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
        let answer = program
            .connect()
            .await
            .send(
                "POST",
                "/oauth2/token",
                "application/x-www-form-urlencoded",
                form,
            )
            .await;
        program.token = answer["access_token"].as_str().unwrap().to_owned();
        program
    }

    async fn connect(&self) -> Connection {
        Connection {
            stream: TcpStream::connect(&self.address).await.unwrap(),
            token: self.token.clone(),
            buffer: Vec::new(),
        }
    }

    /// Megabytes of memory in use; nothing where the system does not say.
    fn resident_megabytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes / 1024)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One connection of the plainest client there can be, so that the server is what is measured.
struct Connection {
    stream: TcpStream,
    token: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// Sends a request and returns the body of its answer, which must be a success.
    async fn send(&mut self, method: &str, path: &str, content_type: &str, body: &str) -> Value {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.buffer.clear();
        let (start, length) = loop {
            self.stream.read_buf(&mut self.buffer).await.unwrap();
            if let Some(end) = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
                assert!(head.starts_with("HTTP/1.1 2"), "{head}");
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                break (end + 4, length.unwrap().parse::<usize>().unwrap());
            }
        };
        while self.buffer.len() < start + length {
            self.stream.read_buf(&mut self.buffer).await.unwrap();
        }
        serde_json::from_slice(&self.buffer[start..]).unwrap()
    }
}

fn test_body(sections: u64) -> Value {
    let section = |identifier: String| {
        json!({"identifier": identifier, "title": "Section", "visible": true,
            "qti-assessment-item-ref": (0..10).map(|item| json!({"identifier": format!("item-{item}")})).collect::<Vec<_>>()})
    };
    let sections: Vec<Value> = (1..sections)
        .map(|number| section(format!("s{number}")))
        .chain([section("s".to_owned())])
        .collect();
    let part = json!({"identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": sections});
    json!({"identifier": "t", "title": "Test", "qti-test-part": [part]})
}

/// An item of the size that real ones have, about 12 KB.
fn item_body(number: u64) -> Value {
    let passage = "<p>The quick brown fox jumps over the lazy dog.</p>".repeat(220);
    json!({
        "identifier": format!("item-{number}"), "title": format!("Item {number}"), "type": "choice", "preInteraction": passage,
        "interaction": {"type": "choice", "responseIdentifier": "RESPONSE", "questionStructure": {
            "prompt": "Which?", "choices": [{"identifier": "A", "content": "This"}, {"identifier": "B", "content": "That"}]}},
        "responseDeclarations": [{"identifier": "RESPONSE", "cardinality": "single", "baseType": "identifier", "correctResponse": {"value": ["A"]}}],
        "metadata": {"subject": "Reading", "grade": 5},
    })
}

/// Requests a second over all connections.
async fn rate(
    program: &Program,
    method: &'static str,
    path: &'static str,
    body: &'static str,
) -> u64 {
    let done = AtomicU64::new(0);
    let start = Instant::now();
    let connections = (0..CONNECTIONS).map(async |_| {
        let mut connection = program.connect().await;
        while start.elapsed() < PERIOD {
            connection
                .send(method, path, "application/json", body)
                .await;
            done.fetch_add(1, Ordering::Relaxed);
        }
    });
    futures_util::future::join_all(connections).await;
    done.load(Ordering::Relaxed) * 1000 / u64::try_from(start.elapsed().as_millis()).unwrap()
}

async fn throughput(name: &str, arguments: &[&str]) {
    let program = Program::start(arguments).await;
    let mut connection = program.connect().await;
    connection
        .send(
            "POST",
            "/api/assessment-tests",
            "application/json",
            &test_body(20).to_string(),
        )
        .await;
    let reads = rate(&program, "GET", SECTION, "").await;
    let update = r#"{"identifier":"s","title":"Changed","visible":false,"sequence":1}"#;
    let writes = rate(&program, "PUT", SECTION, update).await;
    println!("{name}: {reads} GET section/s, {writes} PUT section/s in a test of 20 sections");
}

async fn memory() {
    let program = Program::start(&[]).await;
    let mut connection = program.connect().await;
    let size = item_body(0).to_string().len();
    for number in 0..ITEMS {
        connection
            .send(
                "POST",
                "/api/assessment-items",
                "application/json",
                &item_body(number).to_string(),
            )
            .await;
    }
    let start = Instant::now();
    let page = connection
        .send(
            "GET",
            "/api/assessment-items?filter=metadata.grade=5&sort=title",
            "application/json",
            "",
        )
        .await;
    let listed = start.elapsed();
    assert_eq!(page["total"], ITEMS);
    match program.resident_megabytes() {
        Some(megabytes) => println!(
            "{ITEMS} items of {size} bytes: {megabytes} MB resident; a filtered, sorted list in {listed:?}"
        ),
        None => println!("{ITEMS} items: this system does not tell the memory of a process"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Cargo runs benches in tests, too, where a long measurement has no place.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    throughput("in memory", &[]).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bench.redb");
    throughput("with --data", &["--data", file.to_str().unwrap()]).await;
    memory().await;
}
