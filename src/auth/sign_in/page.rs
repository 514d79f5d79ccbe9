//! What the browser shows when it has come back.

use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderValue, Response, StatusCode};

use crate::error::Error;

pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    text: String,
}

impl Page {
    pub(super) fn signed_in() -> Self {
        Self::new(
            StatusCode::OK,
            "Signed in",
            "You can close this page.".to_owned(),
        )
    }

    pub(super) fn failed(error: &Error) -> Self {
        let text = error.message().to_owned();
        Self::new(StatusCode::BAD_REQUEST, "Not signed in", text)
    }

    pub(super) fn foreign(reason: &str) -> Self {
        let text = format!("This address was not used: {reason}.");
        Self::new(
            StatusCode::BAD_REQUEST,
            "Not a sign-in that is under way",
            text,
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Nothing here", String::new())
    }

    fn new(status: StatusCode, title: &'static str, text: String) -> Self {
        Self {
            status,
            title,
            text,
        }
    }
}

impl From<Page> for Response<String> {
    fn from(page: Page) -> Self {
        let (title, text) = (page.title, escape(&page.text));
        let mut response = Response::new(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
        ));
        *response.status_mut() = page.status;
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'"),
            // The page's own address holds the code.
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-store"),
        ];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        response.headers_mut().extend(headers);
        response
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
