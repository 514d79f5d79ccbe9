//! The sandbox for a person in a browser: plain pages without scripts, everything from outside escaped.

mod home;
mod item;
mod requests;
pub(crate) mod skeleton;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use maud::{Markup, html};

use crate::api::{Api, view};
use crate::log::RequestLog;
use crate::qti::rendering;
use crate::qti::xml;

/// The pages have no form.
const NO_FORM: &str = "'none'";

/// What the pages show.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) api: Arc<Api>,
    pub(crate) log: Arc<RequestLog>,
}

/// The pages.
pub(crate) fn routes() -> Router<Arc<Shown>> {
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
        .layer(middleware::map_response(async |response| {
            skeleton::harden(response, NO_FORM)
        }))
}

/// A page with links to the others.
fn page(title: &str, body: &Markup) -> Response {
    let navigation = html! {
        header { nav { a href="/" { "Timeback QTI sandbox" } " " a href="/requests" { "Requests" } } }
    };
    skeleton::page(title, &navigation, body, NO_FORM)
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

/// XML as source text.
fn source(xml: &str) -> Markup {
    html! { h2 { "XML" } pre { code { (xml) } } }
}

async fn test(State(shown): State<Arc<Shown>>, Path(identifier): Path<String>) -> Response {
    shown.api.store.read(|state| match state.tests.get(&identifier) {
        None => missing("test", &identifier),
        Some(test) => page(
            &test.title,
            &html! { (home::tree(state, test)) (source(&view::raw_xml(test, &shown.api.base))) },
        ),
    })
}

async fn stimulus(State(shown): State<Arc<Shown>>, Path(identifier): Path<String>) -> Response {
    shown.api.store.read(|state| match state.stimuli.get(&identifier) {
        None => missing("stimulus", &identifier),
        Some(stimulus) => {
            let root = xml::parse(&stimulus.raw_xml).unwrap_or_default();
            let text: Vec<String> =
                root.named("qti-stimulus-body").flat_map(xml::Element::elements).map(rendering::text_of).collect();
            page(&stimulus.title, &html! { @for paragraph in &text { p { (paragraph) } } (source(&stimulus.raw_xml)) })
        }
    })
}
