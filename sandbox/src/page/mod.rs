//! The sandbox for a person in a browser: plain pages without scripts, everything from outside escaped.
mod home;
mod item;
mod requests;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use maud::{DOCTYPE, Markup, html};

use crate::api::view;
use crate::qti::rendering;
use crate::qti::xml;
use crate::server::App;

/// Nothing but our own style sheet: what an item's XML holds can neither run nor load anything.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The pages.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::show))
        .route("/tests/{identifier}", get(test))
        .route("/items/{identifier}", get(item::show))
        .route("/stimuli/{identifier}", get(stimulus))
        .route("/requests", get(requests::show))
        .route(
            "/style.css",
            get(async || {
                (
                    [(header::CONTENT_TYPE, "text/css")],
                    include_str!("style.css"),
                )
            }),
        )
        // Browsers ask for it by themselves.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .layer(middleware::map_response(harden))
}

async fn harden(mut response: Response) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let headers: [(HeaderName, HeaderValue); 4] =
        headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    response
}

/// A whole page.
fn page(title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Timeback QTI sandbox" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { nav { a href="/" { "Timeback QTI sandbox" } " " a href="/requests" { "Requests" } } }
                main { h1 { (title) } (body) }
            }
        }
    };
    (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        markup.into_string(),
    )
        .into_response()
}

fn missing(what: &str, identifier: &str) -> Response {
    let body =
        html! { p { "There is no " (what) " with the identifier " code { (identifier) } "." } };
    (StatusCode::NOT_FOUND, page("Not found", &body)).into_response()
}

/// The address of an entity's page.
fn address(kind: &str, identifier: &str) -> String {
    format!("/{kind}/{}", view::segment(identifier))
}

/// XML as it is.
fn source(xml: &str) -> Markup {
    html! { h2 { "XML" } pre { code { (xml) } } }
}

async fn test(State(app): State<Arc<App>>, Path(identifier): Path<String>) -> Response {
    app.store.read(|state| match state.tests.get(&identifier) {
        None => missing("test", &identifier),
        Some(test) => page(
            &test.title,
            &html! { (home::tree(state, test)) (source(&view::raw_xml(test, &app.base))) },
        ),
    })
}

async fn stimulus(State(app): State<Arc<App>>, Path(identifier): Path<String>) -> Response {
    app.store.read(|state| match state.stimuli.get(&identifier) {
        None => missing("stimulus", &identifier),
        Some(stimulus) => {
            let root = xml::parse(&stimulus.raw_xml).unwrap_or_default();
            let text: Vec<String> =
                root.named("qti-stimulus-body").flat_map(xml::Element::elements).map(rendering::text_of).collect();
            page(&stimulus.title, &html! { @for paragraph in &text { p { (paragraph) } } (source(&stimulus.raw_xml)) })
        }
    })
}
