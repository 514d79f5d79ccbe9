//! Pages and streams: complete, in order, and never endless.

mod support;

use serde_json::json;
use support::pages::{full_page, list, names, page_of, section, serve};
use support::server::{Server, json as answer};
use timeback_qti::ErrorKind;
use timeback_qti::filter::field;

#[tokio::test]
async fn a_stream_yields_all_in_order() {
    for read_ahead in [0, 1, 4, 100] {
        let (server, client) = serve(|number| full_page(number, 23, 5)).await;
        let sections = list(&client)
            .limit(5)
            .read_ahead(read_ahead)
            .collect()
            .await
            .unwrap();
        assert_eq!(
            names(&sections),
            (0..23).map(|n| format!("s{n}")).collect::<Vec<_>>()
        );
        assert_eq!(server.received().len(), 5);
    }
}

#[tokio::test]
async fn a_stream_is_lazy() {
    let (server, client) = serve(|number| full_page(number, 23, 5)).await;
    let mut stream = list(&client).limit(5).stream();
    assert_eq!(server.received().len(), 0);
    for _ in 0..5 {
        stream.next().await.unwrap().unwrap();
    }
    assert_eq!(server.received().len(), 1);
    stream.next().await.unwrap().unwrap();
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn at_most_as_many_entities_as_asked_for() {
    let (server, client) = serve(|number| full_page(number, 23, 5)).await;
    assert_eq!(
        list(&client)
            .limit(5)
            .max_items(7)
            .collect()
            .await
            .unwrap()
            .len(),
        7
    );
    assert_eq!(server.received().len(), 2);
    assert_eq!(
        list(&client)
            .limit(5)
            .max_items(0)
            .collect()
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test]
async fn without_a_number_of_pages_a_list_ends_where_nothing_more_can_follow() {
    let page = |number: usize| {
        let mut page = full_page(number, 12, 5);
        page.as_object_mut()
            .unwrap()
            .retain(|name, _| name == "items");
        page
    };
    let (server, client) = serve(page).await;
    assert_eq!(list(&client).limit(5).collect().await.unwrap().len(), 12);
    // That there are fewer than asked for can be the service's own limit: only an empty page is the end.
    assert_eq!(server.received().len(), 4);

    let page = |number: usize| {
        let mut page = full_page(number, 12, 5);
        page.as_object_mut()
            .unwrap()
            .retain(|name, _| name == "items" || name == "limit");
        page
    };
    let (server, client) = serve(page).await;
    assert_eq!(list(&client).limit(1000).collect().await.unwrap().len(), 12);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_not_an_end() {
    let page = |number: usize| match number {
        2 | 3 => json!({"items": [], "page": number, "pages": 4}),
        _ => json!({"items": [section(number)], "page": number, "pages": 4}),
    };
    let (_server, client) = serve(page).await;
    assert_eq!(names(&list(&client).collect().await.unwrap()), ["s1", "s4"]);
}

#[tokio::test]
async fn an_empty_list_ends_at_once() {
    for page in [
        json!({"items": [], "total": 0, "page": 1, "pages": 0}),
        json!({"items": []}),
    ] {
        let (server, client) = serve(move |_| page.clone()).await;
        assert!(list(&client).collect().await.unwrap().is_empty());
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_repeats_a_page_is_an_error() {
    for page in [
        json!({"items": [section(1), section(2)], "pages": 1_000_000}),
        json!({"items": [section(1), section(2)], "page": 1, "pages": 1_000_000}),
        json!({"items": [section(1), section(2)], "limit": 2}),
        json!({"items": [], "pages": 1_000_000_000}),
    ] {
        let (server, client) = serve(move |_| page.clone()).await;
        let error = list(&client).collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(
            server.received().len() <= 102,
            "{}",
            server.received().len()
        );
    }
}

#[tokio::test]
async fn an_entity_that_shifts_to_the_next_page_comes_once() {
    let page = |number: usize| {
        let items = if number == 1 {
            [section(1), section(2)]
        } else {
            [section(2), section(3)]
        };
        json!({"items": items, "page": number, "pages": 2})
    };
    let (_server, client) = serve(page).await;
    assert_eq!(
        names(&list(&client).collect().await.unwrap()),
        ["s1", "s2", "s3"]
    );
}

#[tokio::test]
async fn an_error_in_the_middle_comes_once_and_says_how_far_it_got() {
    let server = Server::start(|request, _| match page_of(request) {
        3 => answer(500, &json!({"error": "boom"})),
        number => answer(200, &full_page(number, 23, 5)),
    })
    .await;
    let client = support::once(&server.url);
    let mut stream = list(&client).limit(5).read_ahead(3).stream();
    let mut yielded = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(_) => yielded += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((yielded, error.kind()), (10, ErrorKind::Server));
    assert!(
        error.message().contains("page 3, after 10 entities"),
        "{error}"
    );
    assert!(stream.next().await.is_none());
    assert_eq!(
        list(&client)
            .limit(5)
            .page(4)
            .collect()
            .await
            .unwrap()
            .len(),
        8,
        "resumed from a page"
    );
}

#[tokio::test]
async fn pages_come_whole() {
    let (_server, client) = serve(|number| full_page(number, 12, 5)).await;
    let mut pages = list(&client).limit(5).page(2).pages();
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!(
        (second.items.len(), second.page, second.total, second.pages),
        (5, Some(2), Some(12), Some(3))
    );
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 2);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn page_zero_is_refused_before_sending() {
    let client = support::once("http://127.0.0.1:9");
    assert_eq!(
        list(&client).page(0).send().await.unwrap_err().kind(),
        ErrorKind::Input
    );
    assert_eq!(
        list(&client).limit(0).collect().await.unwrap_err().kind(),
        ErrorKind::Input
    );
}

#[tokio::test]
async fn pages_that_take_turns_are_an_error() {
    let page = |number: usize| {
        let first = (number % 2) * 2;
        json!({"items": [section(first), section(first + 1)], "limit": 2})
    };
    let (server, client) = serve(page).await;
    let error = list(&client).limit(2).collect().await.unwrap_err();
    assert_eq!(
        (error.kind(), server.received().len()),
        (ErrorKind::Decode, 3)
    );
}

#[tokio::test]
async fn a_page_of_only_what_has_shifted_to_it_is_passed_over() {
    let page = |number: usize| {
        let identifier = if number < 3 { 1 } else { number };
        json!({"items": [section(identifier)], "page": number, "pages": 4, "limit": 1})
    };
    let (_server, client) = serve(page).await;
    let sections = list(&client).limit(1).collect().await.unwrap();
    assert_eq!(names(&sections), ["s1", "s3", "s4"]);
}

#[tokio::test]
async fn a_service_that_gives_fewer_than_asked_for_loses_nothing_if_it_says_how_many_there_are() {
    let page = |number: usize| {
        let items: Vec<_> = ((number - 1) * 5..(number * 5).min(12))
            .map(section)
            .collect();
        json!({"items": items, "total": 12})
    };
    let (_server, client) = serve(page).await;
    let sections = list(&client).limit(500).collect().await.unwrap();
    assert_eq!(sections.len(), 12);
}

#[tokio::test]
async fn an_absurd_number_of_pages_does_not_break_a_stream_that_reads_far_ahead() {
    for pages in [i64::MAX as u64, u64::MAX, 1 << 40] {
        let page = move |number: usize| match number {
            1..=30 => {
                json!({"items": [section(number)], "page": number, "pages": pages, "limit": 1})
            }
            _ => {
                json!({"items": [], "page": number, "pages": pages, "limit": pages, "total": pages})
            }
        };
        let (server, client) = serve(page).await;
        let error = list(&client)
            .read_ahead(usize::MAX)
            .collect()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(
            server.received().len() <= 301,
            "{}",
            server.received().len()
        );
    }
}

#[tokio::test]
async fn every_error_of_a_list_names_its_operation() {
    let (_server, client) = serve(|_| json!({"items": [], "pages": 1_000_000_000})).await;
    let error = list(&client).collect().await.unwrap_err();
    assert_eq!(error.operation(), Some("searchSections"), "{error}");
    for refused in [list(&client).page(0), list(&client).limit(0)] {
        let error = refused.send().await.unwrap_err();
        assert_eq!(error.operation(), Some("searchSections"), "{error}");
    }
    let unnamed = client.items().list().filter(field("a b").eq(1));
    let error = unnamed.stream().next().await.unwrap().unwrap_err();
    assert_eq!(error.operation(), Some("searchAssessmentItems"), "{error}");
}

#[tokio::test]
async fn what_is_too_long_for_a_url_is_refused_with_its_size() {
    let client = support::once("http://127.0.0.1:9");
    let identifiers = (0..5_000).map(|number| format!("item-{number}"));
    let many = client
        .items()
        .list()
        .filter(field("identifier").one_of(identifiers));
    let long = "a".repeat(100_000);
    for error in [
        many.send().await.unwrap_err(),
        client.items().list().query(&long).send().await.unwrap_err(),
        client.item(&long).get().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        let text = error.to_string();
        assert!(
            text.contains("65534") && text.contains("filter is too long"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_page_can_be_serialized() {
    let (_server, client) = serve(|number| full_page(number, 3, 2)).await;
    let page = list(&client).page(1).limit(2).send().await.unwrap();
    let written = serde_json::to_value(&page).unwrap();
    assert_eq!(
        (
            &written["total"],
            &written["pages"],
            &written["items"][1]["identifier"]
        ),
        (&json!(3), &json!(2), &json!("s1"))
    );
}

#[tokio::test]
async fn a_stream_that_reads_ahead_leaves_room_for_calls_in_its_loop() {
    let server = Server::start(|request, _| {
        let is_list = request.target.contains("sections?");
        answer(
            200,
            &if is_list {
                full_page(page_of(request), 50, 5)
            } else {
                section(0)
            },
        )
    })
    .await;
    let client = support::builder(&server.url)
        .max_concurrency(1)
        .build()
        .unwrap();
    let mut stream = list(&client).limit(5).read_ahead(8).stream();
    let mut read = 0;
    while let Some(section) = stream.next().await {
        let identifier = section.unwrap().identifier;
        client
            .test("t")
            .part("p")
            .section(&identifier)
            .get()
            .await
            .unwrap();
        read += 1;
    }
    assert_eq!(read, 50);
}

#[tokio::test]
async fn after_its_end_a_listing_stays_at_its_end() {
    let (_server, client) = serve(|number| full_page(number, 3, 5)).await;
    let mut pages = list(&client).pages();
    assert!(pages.next().await.is_some());
    assert!(pages.next().await.is_none());
    assert!(pages.next().await.is_none());
}
