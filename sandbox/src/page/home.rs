//! The front page: where the sandbox is, and what it holds.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::{Shown, address, page, requests};
use crate::api::operation;
use crate::store::model::Test;
use crate::store::{Collection, Entity, State as Entities};

/// The most entities of a kind that are listed; there can be thousands.
const LISTED: usize = 100;
/// Requests on the front page.
const LATEST: usize = 15;

pub(super) async fn show(State(shown): State<Arc<Shown>>) -> Response {
    let body = shown.api.store.read(|state| {
        let tests = newest(&state.tests);
        let items = newest(&state.items);
        let stimuli = newest(&state.stimuli);
        html! {
            dl {
                dt { "API" } dd { code { (shown.api.base) } }
                dt { "Token endpoint" } dd { code { (shown.api.base.trim_end_matches(operation::API)) (operation::TOKEN) } }
            }
            h2 { "Tests (" (state.tests.len()) ")" }
            @if tests.is_empty() { p { "None yet. What a client creates appears here." } }
            @for test in tests { (tree(state, test)) }
            h2 { "Items (" (state.items.len()) ")" }
            ul { @for item in items { li { (link("items", &item.identifier, &item.title)) " " small { (item.kind) } } } }
            h2 { "Stimuli (" (state.stimuli.len()) ")" }
            ul { @for stimulus in stimuli { li { (link("stimuli", &stimulus.identifier, &stimulus.title)) } } }
        }
    });
    let records = shown.log.records();
    let latest = records.iter().rev().take(LATEST);
    page(
        "What the sandbox holds",
        &html! { (body) h2 { "Latest requests" } (requests::table(latest)) },
    )
}

/// The latest entities, the newest first.
fn newest<T: Entity>(entities: &Collection<T>) -> Vec<&T> {
    let mut all: Vec<&T> = entities.iter().collect();
    all.sort_by_key(|entity| std::cmp::Reverse(entity.stamps().serial));
    all.truncate(LISTED);
    all
}

fn link(kind: &str, identifier: &str, title: &str) -> Markup {
    html! { a href=(address(kind, identifier)) { (title) } " " code { (identifier) } }
}

/// A test as a tree of its parts, sections and item references.
pub(super) fn tree(state: &Entities, test: &Test) -> Markup {
    html! {
        details open {
            summary { (link("tests", &test.identifier, &test.title)) }
            ul {
                @for part in &test.parts {
                    li {
                        "Part " code { (part.identifier) } " " small { (part.navigation_mode) ", " (part.submission_mode) }
                        ul {
                            @for section in &part.sections {
                                li {
                                    "Section " strong { (section.title) } " " code { (section.identifier) }
                                    @if !section.visible { " " small { "hidden" } }
                                    ol {
                                        @for reference in &section.items {
                                            li {
                                                @match state.items.get(&reference.identifier) {
                                                    Some(item) => { (link("items", &item.identifier, &item.title)) }
                                                    None => { code { (reference.identifier) } " " small { "no such item" } }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
