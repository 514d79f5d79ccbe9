//! A server of scripted bytes: it reads whole requests, keeps them, and answers with what it is told, well or badly.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub method: String,
    /// The request target, as it stood on the wire.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The path's segments, decoded.
    pub fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap();
        let decode = |segment: &str| {
            percent_encoding::percent_decode_str(segment)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        path.trim_start_matches('/')
            .split('/')
            .map(decode)
            .collect()
    }
}

/// What a server does when it has read a request, step by step.
#[derive(Debug, Clone, Default)]
pub struct Reply(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    Send(Vec<u8>, usize),
    Stall,
    Close,
    Reset,
}

impl Reply {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.repeat(bytes, 1)
    }

    /// Sends the same bytes again and again, for as long as the client reads them.
    pub fn repeat(self, bytes: impl Into<Vec<u8>>, times: usize) -> Self {
        self.and(Step::Send(bytes.into(), times))
    }

    /// Sends each byte in a packet of its own.
    pub fn trickle(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |reply, byte| reply.send([*byte]))
    }

    /// Says nothing more, until the client hangs up.
    pub fn stall(self) -> Self {
        self.and(Step::Stall)
    }

    /// Ends the connection properly.
    pub fn close(self) -> Self {
        self.and(Step::Close)
    }

    /// Breaks the connection.
    pub fn reset(self) -> Self {
        self.and(Step::Reset)
    }

    fn and(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }
}

/// A response; if it is cut within its headers, the connection is closed after it.
impl From<Vec<u8>> for Reply {
    fn from(response: Vec<u8>) -> Self {
        let is_cut = !response.windows(4).any(|window| window == b"\r\n\r\n");
        let reply = Self::new().send(response);
        if is_cut { reply.close() } else { reply }
    }
}

/// A server on a port of this machine; it stops when it is dropped.
pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers each request with what `answer` makes of it and of the number of requests before it: the bytes of a
    /// whole response, or a [`Reply`].
    pub async fn start<R: Into<Reply>>(
        answer: impl Fn(&Received, usize) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    /// Does so on this listener.
    pub fn start_on<R: Into<Reply>>(
        listener: TcpListener,
        answer: impl Fn(&Received, usize) -> R + Send + Sync + 'static,
    ) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let answer = move |request: &Received, count| answer(request, count).into();
        let (log, answer) = (Arc::clone(&received), Arc::new(answer));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                while connections.try_join_next().is_some() {}
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                connections.spawn(async move { converse(stream, &log, &*answer).await });
            }
        });
        Self {
            url,
            received,
            task,
        }
    }

    /// Answers with these responses in turn, and with the last one for ever.
    pub async fn script(responses: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let responses: Vec<_> = responses.into_iter().collect();
        Self::start(move |_, count| responses[count.min(responses.len() - 1)].clone()).await
    }

    /// The requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Lets go of the requests so far, which are counted from none again.
    pub fn forget(&self) {
        self.received.lock().unwrap().clear();
    }

    /// Whether nothing was written.
    pub fn was_only_read(&self) -> bool {
        self.received()
            .iter()
            .all(|request| request.method == "GET")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole response with a JSON body.
pub fn json(status: u16, body: &serde_json::Value) -> Vec<u8> {
    response(
        status,
        &["content-type: application/json"],
        body.to_string().as_bytes(),
    )
}

/// A whole response.
pub fn response(status: u16, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n",
        body.len()
    );
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

async fn converse(
    mut stream: TcpStream,
    log: &Mutex<Vec<Received>>,
    answer: &(dyn Fn(&Received, usize) -> Reply + Send + Sync),
) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let reply = {
            let mut log = log.lock().unwrap();
            log.push(request.clone());
            answer(&request, log.len() - 1)
        };
        for step in reply.0 {
            if perform(step, &mut stream).await.is_none() {
                return;
            }
        }
    }
}

/// One step; `None` if the connection is over.
async fn perform(step: Step, stream: &mut TcpStream) -> Option<()> {
    match step {
        Step::Send(bytes, times) => {
            for _ in 0..times {
                stream.write_all(&bytes).await.ok()?;
            }
            Some(())
        }
        Step::Stall => {
            while stream.read(&mut [0; 1024]).await.ok()? > 0 {}
            None
        }
        Step::Close => {
            stream.shutdown().await.ok()?;
            None
        }
        Step::Reset => {
            stream.set_zero_linger().ok()?;
            None
        }
    }
}

/// Reads one request; `None` when the peer is done, or speaks another protocol.
pub async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    loop {
        if buffer
            .first()
            .is_some_and(|byte| !byte.is_ascii_uppercase())
        {
            return None;
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let mut request = parse_head(std::str::from_utf8(&buffer[..end]).ok()?);
            let length = request
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            while buffer.len() < end + 4 + length {
                if stream.read_buf(buffer).await.ok()? == 0 {
                    return None;
                }
            }
            request.body = buffer[end + 4..end + 4 + length].to_vec();
            buffer.drain(..end + 4 + length);
            return Some(request);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn parse_head(head: &str) -> Received {
    let mut lines = head.lines();
    let mut first = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    let headers = lines.filter_map(|line| line.split_once(':'));
    Received {
        method: first.next().unwrap_or_default(),
        target: first.next().unwrap_or_default(),
        headers: headers
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
        body: Vec::new(),
    }
}
