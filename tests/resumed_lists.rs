//! Lists taken up again where they stopped, and counted.

mod support;

use serde_json::json;
use support::pages::{full_page, list, names, page_of, section, serve};
use support::server::{Server, json as answer};
use timeback_qti::{ErrorKind, Position};

#[tokio::test]
async fn a_stream_is_taken_up_again_wherever_it_stopped() {
    let (_server, client) = serve(|number| full_page(number, 23, 5)).await;
    let list = list(&client).limit(5);
    let all = list.clone().collect().await.unwrap();
    for stop in 0..=23 {
        let mut stream = list.clone().read_ahead(2).stream();
        for _ in 0..stop {
            stream.next().await.unwrap().unwrap();
        }
        let position = stream.position();
        let rest = list.clone().resume(position).collect().await.unwrap();
        assert_eq!(names(&rest), names(&all[stop..]), "{position:?}");
    }
}

#[tokio::test]
async fn a_place_counts_what_the_stream_left_out() {
    // The last of the first page comes again as the first of the second.
    let shifted = |number| match number {
        1 => json!([section(0), section(1)]),
        _ => json!([section(1), section(2), section(3)]),
    };
    let page = move |number| json!({"items": shifted(number), "page": number, "pages": 2});
    let (_server, client) = serve(page).await;
    let mut stream = list(&client).max_items(3).stream();
    while stream.next().await.transpose().unwrap().is_some() {}
    let position = stream.position();
    assert_eq!((position.page, position.offset), (2, 2));
    let rest = list(&client).resume(position).collect().await.unwrap();
    assert_eq!(names(&rest), ["s3"]);
}

#[tokio::test]
async fn a_list_that_has_shrunk_resumes_at_what_is_left() {
    let page = |_| json!({"items": [section(0)], "total": 1});
    let (_server, client) = serve(page).await;
    for offset in [1, 2, usize::MAX] {
        let position = Position { page: 1, offset };
        let rest = list(&client).resume(position).collect().await.unwrap();
        assert_eq!(names(&rest), [""; 0]);
    }
}

#[tokio::test]
async fn a_stream_that_failed_is_taken_up_again_at_the_page_that_failed() {
    let server = Server::start(|request, count| match (page_of(request), count) {
        (3, 2) => answer(500, &json!({})),
        (number, _) => answer(200, &full_page(number, 23, 5)),
    })
    .await;
    let client = support::once(&server.url);
    let (mut stream, mut read) = (list(&client).limit(5).stream(), Vec::new());
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(section) => read.push(section),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Server);
    let position = stream.position();
    assert_eq!((position.page, position.offset), (3, 0));
    let rest = list(&client).limit(5).resume(position);
    read.extend(rest.collect().await.unwrap());
    assert_eq!(read.len(), 23);
}

#[tokio::test]
async fn a_place_among_pages_is_a_page() {
    let (_server, client) = serve(|number| full_page(number, 23, 5)).await;
    let middle = Position { page: 2, offset: 3 };
    let mut pages = list(&client).limit(5).resume(middle).pages();
    assert_eq!(pages.position(), Position { page: 2, offset: 0 });
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 5);
    assert_eq!(pages.position(), Position { page: 3, offset: 0 });
}

#[tokio::test]
async fn a_count_reads_no_more_than_the_number_that_the_service_gives() {
    let (server, client) = serve(|number| full_page(number, 23, 1)).await;
    let counted = list(&client).query("x").page(3).limit(5).max_items(2);
    assert_eq!(counted.count().await.unwrap(), 23);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert!(received[0].target.contains("limit=1&"), "{received:?}");
    assert!(received[0].target.contains("query=x"), "{received:?}");
}

#[tokio::test]
async fn a_count_that_the_service_does_not_give_is_made_by_reading() {
    let page = |number| {
        let mut page = full_page(number, 23, 5);
        page.as_object_mut().unwrap().remove("total");
        page
    };
    let (_server, client) = serve(page).await;
    let counted = list(&client).page(3).limit(5).max_items(2);
    assert_eq!(counted.count().await.unwrap(), 23);
}
