//! A service on this machine that answers what it is told, and a client of it.

use std::sync::{Arc, Mutex, PoisonError};

use timeback_qti::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// What the client is known by to the API.
pub(crate) const TOKEN: &str = "t0k3n.of/a+client=";

/// An answer, well-formed as HTTP whatever it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads a line with the status, lines of headers, an empty line and the body.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
        let status = std::str::from_utf8(lines.next().unwrap_or_default());
        let status = status.ok().and_then(|line| line.trim().parse().ok());
        let mut answer = Self {
            // Those below are no ends of an exchange.
            status: status
                .filter(|code| (200..600).contains(code))
                .unwrap_or(500),
            ..Self::default()
        };
        let mut rest = lines.next().unwrap_or_default();
        while answer.headers.len() < 20 {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, below) = match end {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = below;
            if line.is_empty() {
                break;
            }
            answer.headers.extend(header(line));
        }
        answer.body = rest.to_vec();
        answer
    }

    fn on_the_wire(&self) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} Said\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let has_body = !matches!(self.status, 204 | 304);
        let body = if has_body { &self.body[..] } else { b"" };
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        bytes
    }
}

/// A header that leaves the message as long as it is.
fn header(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&line[..colon])
        .ok()?
        .to_ascii_lowercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let frames = [
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "trailer",
    ];
    if name.is_empty() || !name.bytes().all(is_name) || frames.contains(&&*name) {
        return None;
    }
    Some((name, field(&line[colon + 1..])))
}

/// What can be the value of a header.
pub(crate) fn field(bytes: &[u8]) -> Vec<u8> {
    let is_value = |byte: &u8| matches!(*byte, b'\t' | 0x20..=0x7e | 0x80..);
    bytes.iter().copied().filter(is_value).collect()
}

/// What the service has been sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
}

#[derive(Default)]
struct Script {
    api: Answer,
    token: Answer,
    sent: Vec<Sent>,
}

pub(crate) struct Service {
    runtime: Runtime,
    origin: String,
    script: Arc<Mutex<Script>>,
}

impl Service {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::<Mutex<Script>>::default();
        let shared = Arc::clone(&script);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_all(stream, Arc::clone(&shared)));
            }
        });
        Self {
            runtime,
            origin,
            script,
        }
    }

    /// What is answered from now on.
    pub(crate) fn answers(&self, api: Answer, token: Answer) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        *script = Script {
            api,
            token,
            sent: Vec::new(),
        };
    }

    /// What came in since.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.sent.clone()
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/api", self.origin)
    }

    pub(crate) fn token_url(&self) -> String {
        format!("{}/token", self.origin)
    }

    /// A client that sends each request once, unless `settings` say otherwise.
    pub(crate) fn client(&self, settings: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let builder = Client::builder()
            .base_url(self.base_url())
            .retry(RetryPolicy::never())
            .seed(0);
        let _inside = self.runtime.enter();
        settings(builder).build().expect("the settings are right")
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

async fn answer_all(mut stream: TcpStream, script: Arc<Mutex<Script>>) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            read(&mut stream, &mut buffer).await?;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let value = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_owned())
        };
        let length = value("content-length").and_then(|length| length.parse().ok());
        let length: usize = length.unwrap_or_default();
        while buffer.len() < end + length {
            read(&mut stream, &mut buffer).await?;
        }
        buffer.drain(..end + length);
        let target = head.split(' ').nth(1)?.to_owned();
        let answer = {
            let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = match target.starts_with("/token") {
                true => script.token.on_the_wire(),
                false => script.api.on_the_wire(),
            };
            let authorization = value("authorization");
            script.sent.push(Sent {
                target,
                authorization,
            });
            answer
        };
        stream.write_all(&answer).await.ok()?;
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(buffer).await.ok()?;
    (count > 0).then_some(())
}
