//! An item: its question as text, and its XML.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::{Shown, missing, page, source};
use crate::qti::rendering::{self, Interaction};
use crate::qti::xml;

pub(super) async fn show(
    State(shown): State<Arc<Shown>>,
    Path(identifier): Path<String>,
) -> Response {
    let Some(item) = shown
        .api
        .store
        .read(|state| state.items.get(&identifier).cloned())
    else {
        return missing("item", &identifier);
    };
    let rendering = rendering::of_item(&xml::parse(&item.raw_xml).unwrap_or_default());
    let body = html! {
        p { code { (item.identifier) } " " small { (item.kind) } }
        @for text in &rendering.text { p { (text) } }
        @for interaction in &rendering.interactions { (question(interaction)) }
        @if let Some(metadata) = &item.metadata { h2 { "Metadata" } pre { code { (format!("{metadata:#}")) } } }
        (source(&item.raw_xml))
    };
    page(&item.title, &body)
}

fn question(interaction: &Interaction) -> Markup {
    html! {
        section class="interaction" {
            p { (interaction.prompt) " " small { (interaction.kind) } }
            ul {
                @for choice in &interaction.choices {
                    li {
                        code { (choice.identifier) } " " (choice.text)
                        @if interaction.correct.contains(&choice.identifier) { " " strong { "correct" } }
                    }
                }
            }
            @if interaction.choices.is_empty() && !interaction.correct.is_empty() {
                p { "Correct: " @for value in &interaction.correct { code { (value) } " " } }
            }
        }
    }
}
