//! One TCP connection: HTTP/1.1, and the way in which it is reset on purpose.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::TcpStream;
use tower_service::Service;

/// What happens to the connection after a request; an extension of the response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// The response is not sent; the connection is reset.
    Reset,
}

impl IntoResponse for Fate {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a service gave up its connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct ResetOnPurpose;

/// Serves requests until the client goes away or a fault ends the connection.
pub(crate) async fn serve(stream: TcpStream, router: Router) {
    let reset = Arc::new(AtomicBool::new(false));
    let doomed = Arc::clone(&reset);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        let doomed = Arc::clone(&doomed);
        Box::pin(async move {
            let answered: Result<Response, Infallible> = router.call(request.map(Body::new)).await;
            let Ok(response) = answered;
            match response.extensions().get() {
                Some(Fate::Reset) => {
                    doomed.store(true, Ordering::Relaxed);
                    Err(ResetOnPurpose)
                }
                None => Ok(response),
            }
        })
    });
    // Small answers must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error here needs no report: the client has gone or sent no HTTP, or a fault ended the connection.
    let _ = std::future::poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    if reset.load(Ordering::Relaxed) {
        // Closing with a linger time of zero sends a TCP reset in place of the orderly end.
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}
