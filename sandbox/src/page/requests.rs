//! The request log.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::{Shown, page};
use crate::log::RequestRecord;

pub(super) async fn show(State(shown): State<Arc<Shown>>) -> Response {
    let records = shown.log.records();
    page(
        "Requests",
        &html! { p { "The latest first." } (table(records.iter().rev())) },
    )
}

/// Requests as a table.
pub(super) fn table<'a>(records: impl Iterator<Item = &'a RequestRecord>) -> Markup {
    html! {
        table {
            thead { tr { th { "#" } th { "At" } th { "Request" } th { "Operation" } th { "Status" } th { "Fault" } } }
            tbody {
                @for record in records {
                    tr {
                        td { (record.number) }
                        td { (record.at) }
                        td {
                            code { (record.method) " " (record.path) @if let Some(query) = &record.query { "?" (query) } }
                            @if !record.body.is_empty() { details { summary { "Body" } pre { code { (record.body) } } } }
                        }
                        td { (record.operation.as_deref().unwrap_or("none")) }
                        td { @match record.status { Some(status) => (status), None => "no answer" } }
                        td { (record.fault.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}
