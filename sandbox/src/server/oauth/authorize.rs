//! The page where a person allows or refuses a sign-in.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::sessions::Asked;
use crate::page::skeleton;
use crate::server::App;
use crate::server::account::Scope;

type Fields = HashMap<String, String>;

/// Shows the page, or why the request is refused.
pub(crate) async fn ask(State(app): State<Arc<App>>, Query(query): Query<Fields>) -> Response {
    let field = |name: &str| query.get(name).map_or("", String::as_str);
    let (id, redirect_uri) = (field("client_id"), field("redirect_uri"));
    let Some(account) = app.auth.account(id) else {
        return refusal("There is no client with this id.", id);
    };
    // A browser is never sent to an address that nobody registered.
    if !account
        .redirect_uris
        .iter()
        .any(|registered| registered == redirect_uri)
    {
        return refusal(
            "This redirect address is not registered for the client.",
            redirect_uri,
        );
    }
    let state = query.get("state").cloned();
    let scopes = match field("scope") {
        "" => Some(account.scopes.clone()),
        asked => account.among(asked),
    };
    let wrong = match (
        field("response_type"),
        field("code_challenge_method"),
        &scopes,
    ) {
        ("code", "S256", Some(_)) if field("code_challenge").len() == 43 => None,
        ("code", "S256", None) => Some(("invalid_scope", "the client may not have this scope")),
        ("code", ..) => Some(("invalid_request", "a code_challenge by S256 is needed")),
        _ => Some(("unsupported_response_type", "only code is supported")),
    };
    if let Some((error, description)) = wrong {
        let answer = [("error", error), ("error_description", description)];
        return back(redirect_uri, &answer, state.as_deref());
    }
    let asked = Asked {
        account: id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: scopes.unwrap_or_default(),
        state,
        challenge: field("code_challenge").to_owned(),
    };
    let form = question(&asked, &app.auth.sessions.ask(asked.clone()));
    page(StatusCode::OK, "Sign in", redirect_uri, &form)
}

/// Takes the person's answer, and sends the browser back with it.
pub(crate) async fn decide(State(app): State<Arc<App>>, Form(form): Form<Fields>) -> Response {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let yes = field("answer") == "yes";
    match app.auth.sessions.decide(field("ticket"), yes) {
        None => refusal("This page has been answered before.", ""),
        Some((asked, code)) => {
            let answer: &[_] = match &code {
                Some(code) => &[("code", code.as_str())],
                None => &[
                    ("error", "access_denied"),
                    ("error_description", "the person said no"),
                ],
            };
            back(&asked.redirect_uri, answer, asked.state.as_deref())
        }
    }
}

fn question(asked: &Asked, ticket: &str) -> Markup {
    html! {
        p { "May " code { (asked.account) } " use the API in your name?" }
        ul { @for scope in &asked.scopes { li { (meaning(*scope)) } } }
        form method="post" {
            input type="hidden" name="ticket" value=(ticket);
            button id="yes" name="answer" value="yes" { "Yes" } " "
            button id="no" name="answer" value="no" { "No" }
        }
    }
}

fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::Readonly => "read, validate and score",
        Scope::CreatePut => "create and update",
        Scope::Delete => "delete",
    }
}

fn back(redirect_uri: &str, answer: &[(&str, &str)], state: Option<&str>) -> Response {
    let fields = answer
        .iter()
        .copied()
        .chain(state.map(|state| ("state", state)));
    let query: Vec<String> = fields
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{redirect_uri}{joint}{}", query.join("&"));
    let headers = [
        (header::LOCATION, location.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (
        StatusCode::SEE_OTHER,
        headers.map(|(name, value)| (name, value.to_owned())),
    )
        .into_response()
}

fn refusal(what: &str, value: &str) -> Response {
    let body = html! { p { (what) } @if !value.is_empty() { p { code { (value) } } } };
    page(StatusCode::BAD_REQUEST, "Not possible", "", &body)
}

/// A page whose form can lead to `redirect_uri` only.
fn page(status: StatusCode, title: &str, redirect_uri: &str, body: &Markup) -> Response {
    let origin: Vec<&str> = redirect_uri.splitn(4, '/').take(3).collect();
    let form_action = format!("'self' {}", origin.join("/"));
    let mut response = skeleton::page(title, &Markup::default(), body, &form_action);
    *response.status_mut() = status;
    response
}
