//! What every page has: its head, and headers that forbid all that could run or load.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

/// A whole page, whose form can be sent to `form_action` only.
pub(crate) fn page(title: &str, navigation: &Markup, body: &Markup, form_action: &str) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Timeback QTI sandbox" }
                link rel="stylesheet" href="/style.css";
            }
            body { (navigation) main { h1 { (title) } (body) } }
        }
    };
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    harden((html, markup.into_string()).into_response(), form_action)
}

/// Allows nothing but our own style sheet, so that nothing in an item's XML can run or load.
pub(crate) fn harden(mut response: Response, form_action: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    );
    let policy = HeaderValue::from_str(policy.trim_end())
        .unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    response
}
