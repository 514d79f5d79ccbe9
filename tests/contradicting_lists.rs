//! Lists of services that keep to no one form, or whose pages contradict themselves: nothing is left out in silence.

mod support;

use serde_json::{Value, json};
use support::pages::{full_page, list, names, page_of, section, serve};
use support::server::{Server, json as answer};

/// Page `number` of `total` sections, `size` a page, with `said` of itself.
fn page(number: usize, total: usize, size: usize, said: Value) -> Value {
    let mut page = said;
    page["items"] = full_page(number, total, size)["items"].take();
    page
}

#[tokio::test]
async fn a_page_that_is_called_the_last_before_the_total_is_met_is_not_believed() {
    for (limit, said) in [
        (10, json!({"total": 30, "pages": 1, "limit": 10})),
        (10, json!({"total": 30, "pages": 0})),
        (100, json!({"total": 30, "pages": 1, "limit": 100})),
        (10, json!({"total": 30, "pages": 2, "limit": 10})),
    ] {
        let shown = said.clone();
        let (server, client) = serve(move |number| page(number, 30, 10, said.clone())).await;
        let sections = list(&client).limit(limit).collect().await.unwrap();
        assert_eq!(sections.len(), 30, "{shown}");
        assert_eq!(server.received().len(), 3, "{shown}");
    }
}

#[tokio::test]
async fn a_total_that_is_never_met_ends_with_one_empty_page() {
    let said = json!({"total": 31, "pages": 3, "limit": 10});
    let (server, client) = serve(move |number| page(number, 28, 10, said.clone())).await;
    assert_eq!(list(&client).limit(10).collect().await.unwrap().len(), 28);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn a_service_without_the_page_that_would_meet_the_total_ends_the_list_as_it_can() {
    for (said, is_named) in [
        (json!({"total": 12, "pages": 1, "limit": 10}), true),
        (json!({"total": 12, "pages": 1}), false),
        (json!({"total": 10}), false),
    ] {
        let shown = said.clone();
        // Whichever page it is asked for, it gives its only one.
        let (server, client) = serve(move |_| {
            let mut page = page(1, 10, 10, said.clone());
            if is_named {
                page["page"] = json!(1);
            }
            page
        })
        .await;
        assert_eq!(list(&client).collect().await.unwrap().len(), 10, "{shown}");
        assert_eq!(server.received().len(), 2, "{shown}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_page_that_would_meet_the_total_is_the_end_and_a_failure_is_not() {
    for (status, is_end) in [(404, true), (400, true), (503, false), (403, false)] {
        let server = Server::start(move |request, _| match page_of(request) {
            1 => answer(200, &page(1, 10, 10, json!({"total": 12, "pages": 1}))),
            _ => answer(status, &json!({"error": "no such page"})),
        })
        .await;
        let listed = list(&support::once(&server.url)).collect().await;
        assert_eq!(listed.is_ok_and(|all| all.len() == 10), is_end, "{status}");
    }
}

#[tokio::test]
async fn a_total_that_is_only_that_of_its_page_does_not_end_a_list() {
    let of_page = |number: usize| {
        let mut page = page(number, 25, 10, json!({}));
        page["total"] = page["items"].as_array().unwrap().len().into();
        page
    };
    let (server, client) = serve(of_page).await;
    assert_eq!(list(&client).collect().await.unwrap().len(), 25);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_stream_from_the_middle_counts_what_stands_before_it_by_the_pages_that_come() {
    // Asked for 100, this service gives 10, and does not say so.
    let (_server, client) =
        serve(|number| page(number, 30, 10, json!({"total": 30, "page": number}))).await;
    for (start, left) in [(1, 30), (2, 20), (3, 10), (4, 0)] {
        let sections = list(&client).limit(100).page(start).collect().await;
        assert_eq!(sections.unwrap().len(), left, "from page {start}");
    }
}

#[tokio::test]
async fn two_entities_of_one_identifier_on_a_page_both_come() {
    let twice = |number: usize| match number {
        1 => json!({"items": [section(1), section(1), section(2)], "page": 1, "pages": 2}),
        _ => json!({"items": [section(2), section(3)], "page": 2, "pages": 2}),
    };
    let (_server, client) = serve(twice).await;
    let sections = list(&client).collect().await.unwrap();
    assert_eq!(names(&sections), ["s1", "s1", "s2", "s3"]);
}

#[tokio::test]
async fn a_list_is_read_from_data_as_from_items() {
    let in_data = |request: &_| {
        let mut page = full_page(page_of(request), 23, 10);
        json!({"total": page["total"], "data": page["items"].take()})
    };
    let server = Server::start(move |request, _| answer(200, &in_data(request))).await;
    let client = support::once(&server.url);
    assert_eq!(list(&client).collect().await.unwrap().len(), 23);
    let lenient = list(&client).stream_lenient().collect().await.unwrap();
    assert_eq!(lenient.iter().filter(|entry| entry.is_ok()).count(), 23);
    assert_eq!(list(&client).page(1).send().await.unwrap().total, Some(23));
}

#[tokio::test]
async fn nothing_that_a_page_says_of_itself_makes_it_unreadable() {
    for (said, total) in [
        (
            json!({"total": "1", "page": "1", "pages": "1", "limit": "10"}),
            Some(1),
        ),
        (
            json!({"total": 1.0, "page": 1.0, "pages": 1, "limit": null}),
            Some(1),
        ),
        (
            json!({"total": -1, "page": "first", "pages": [1], "limit": {}}),
            None,
        ),
        (
            json!({"total": true, "page": 0.5, "pages": 1e300, "limit": "10.0"}),
            None,
        ),
    ] {
        let shown = said.clone();
        let (_server, client) = serve(move |_| {
            let mut page = said.clone();
            page["items"] = json!([section(1)]);
            page
        })
        .await;
        let page = list(&client).page(1).send().await.unwrap();
        assert_eq!((page.items.len(), page.total), (1, total), "{shown}");
    }
}
