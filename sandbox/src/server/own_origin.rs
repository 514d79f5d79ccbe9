//! Keeps web pages of other origins away from the routes that need no token.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a request whose `Host` is not this machine's loopback (another site's name can resolve to 127.0.0.1), or
/// whose `Origin` is another site.
pub(crate) async fn require(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = authority(headers, header::HOST);
    let own = host.as_ref().is_some_and(|host| is_loopback(host));
    let same = !headers.contains_key(header::ORIGIN) || {
        let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
        let origin = origin.and_then(|origin| origin.parse::<Uri>().ok());
        origin.is_some_and(|origin| origin.authority().map(ToString::to_string) == host)
    };
    if own && same {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "The sandbox answers this path to this machine's own pages and programs only.\n",
    )
        .into_response()
}

fn authority(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whether the host, with or without a port, is this machine's loopback.
fn is_loopback(authority: &str) -> bool {
    authority
        .parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned))
        .is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]"))
}
