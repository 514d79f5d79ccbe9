//! The redirect address on this machine: a server for one browser, for as long as a sign-in takes.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use reqwest::Url;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use super::page::Page;
use crate::error::{Error, Result};
use crate::loopback::is_loopback;

/// The time for a browser to send its request: it does so at once, or has only opened the connection ahead of need.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for the last page to reach the browser.
const FAREWELL: Duration = Duration::from_secs(1);

/// A browser came back.
pub(super) struct Visit {
    pub(super) query: String,
    page: oneshot::Sender<Page>,
    /// Closed when the connection ends.
    ended: oneshot::Receiver<()>,
}

impl Visit {
    /// Shows the page, and returns when the browser has it.
    pub(super) async fn answer(self, page: Page) {
        if self.page.send(page).is_ok() {
            // Both ends are fine: the connection has ended, or the browser is too slow to wait for.
            let _ = tokio::time::timeout(FAREWELL, self.ended).await;
        }
    }
}

/// Listens until it is dropped.
pub(super) struct Loopback {
    /// The redirect address, with the port that is listened at.
    pub(super) redirect_uri: String,
    visits: mpsc::Receiver<Visit>,
    server: AbortHandle,
}

impl Loopback {
    pub(super) async fn bind(redirect_uri: &str) -> Result<Self> {
        let mut url = Url::parse(redirect_uri).map_err(|error| {
            Error::config(format!("the redirect address is not a URL: {error}"))
        })?;
        if url.scheme() != "http" || !is_loopback(&url) || url.query().is_some() {
            return Err(Error::config(
                "the redirect address must be http, on this machine and without a query, for a browser to come back to this program",
            ));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or_default();
        let listener = TcpListener::bind((host, port)).await.map_err(|error| {
            Error::config(format!(
                "port {port} of the redirect address cannot be used"
            ))
            .with_source(error)
        })?;
        // Issuers compare the address letter by letter, so one that names a port stays as it is.
        let mut redirect_uri = redirect_uri.to_owned();
        if port == 0 {
            let bound = listener.local_addr();
            let bound = bound.map(|address| address.port()).unwrap_or_default();
            // A URL with a host takes any port.
            let _ = url.set_port(Some(bound));
            redirect_uri = url.to_string();
        }
        let (sender, visits) = mpsc::channel(1);
        let server = tokio::spawn(serve(listener, url.path().into(), sender));
        Ok(Self {
            redirect_uri,
            visits,
            server: server.abort_handle(),
        })
    }

    pub(super) async fn next(&mut self) -> Result<Visit> {
        let visit = self.visits.recv().await;
        visit.ok_or_else(|| Error::token_unavailable("the server of the redirect address ended"))
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, path: Arc<str>, visits: mpsc::Sender<Visit>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, Arc::clone(&path), visits.clone()));
            }
            // Usually there are no file descriptors left, and other files must be closed first.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Answers one request.
async fn converse(stream: TcpStream, path: Arc<str>, visits: mpsc::Sender<Visit>) {
    let (end, ended) = oneshot::channel::<()>();
    let ended = Mutex::new(Some(ended));
    let service = service_fn(|request: Request<Incoming>| {
        let ended = ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (path, visits) = (&path, &visits);
        async move {
            let is_visit = request.method() == Method::GET && request.uri().path() == &**path;
            let (page, shown) = oneshot::channel();
            if let (true, Some(ended)) = (is_visit, ended) {
                let query = request.uri().query().unwrap_or_default().to_owned();
                // If nobody takes it any more, the page below says so.
                let _ = visits.send(Visit { query, page, ended }).await;
            } else {
                drop(page);
            }
            let page = shown.await.unwrap_or_else(|_| Page::not_found());
            Ok::<Response<String>, Infallible>(page.into())
        }
    });
    // Its failures are the browser's to show: the person tries again, or the time runs out.
    let _ = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    drop(end);
}
