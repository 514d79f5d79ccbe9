//! A service whose lists of sections are scripted, page by page.

use serde_json::{Value, json};
use timeback_qti::models::Section;
use timeback_qti::resources::Sections;
use timeback_qti::{Client, List};

use super::server::{Received, Server, json as answer};

pub fn section(number: usize) -> Value {
    json!({"identifier": format!("s{number}"), "title": "S", "visible": true})
}

pub fn page_of(request: &Received) -> usize {
    let query = request.target.split_once('?').unwrap().1;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page="))
        .unwrap()
        .parse()
        .unwrap()
}

/// A server whose page `n` is what `page` makes of `n`.
pub async fn serve(page: impl Fn(usize) -> Value + Send + Sync + 'static) -> (Server, Client) {
    let server = Server::start(move |request, _| answer(200, &page(page_of(request)))).await;
    let client = super::once(&server.url);
    (server, client)
}

pub fn list(client: &Client) -> List<Sections> {
    client.test("t").part("p").sections().list()
}

pub fn names(sections: &[Section]) -> Vec<&str> {
    sections
        .iter()
        .map(|section| section.identifier.as_str())
        .collect()
}

/// Page `number` of `total` sections, `limit` a page.
pub fn full_page(number: usize, total: usize, limit: usize) -> Value {
    let items: Vec<_> = ((number - 1) * limit..(number * limit).min(total))
        .map(section)
        .collect();
    json!({"items": items, "total": total, "page": number, "pages": total.div_ceil(limit), "limit": limit})
}
