//! References from sections to items.

use serde_json::{Value, json};

use crate::support::Api;

const SECTION: &str = "/assessment-tests/t/test-parts/p/sections/s";
const ITEMS: &str = "/assessment-tests/t/test-parts/p/sections/s/items";
const ORDER: &str = "/assessment-tests/t/test-parts/p/sections/s/items/order";

fn order(section: &Value) -> Vec<&str> {
    let items = section["qti-assessment-item-ref"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["identifier"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_reference_comes_back_as_an_absolute_address_of_the_api() {
    let api = Api::with_test().await;
    for (identifier, href, shown) in [
        (
            "a b",
            "items/a.xml",
            format!("{}/assessment-items/a%20b", api.sandbox.base_url()),
        ),
        (
            "c",
            "https://elsewhere.example/c",
            "https://elsewhere.example/c".to_owned(),
        ),
    ] {
        let section = api
            .post(ITEMS, &json!({"identifier": identifier, "href": href}))
            .await
            .expect(201);
        assert_eq!(
            section["qti-assessment-item-ref"]
                .as_array()
                .unwrap()
                .last()
                .unwrap()["href"],
            shown
        );
    }
}

#[tokio::test]
async fn a_reference_is_added_at_its_place_or_at_the_end() {
    let api = Api::with_test().await;
    api.post(ITEMS, &json!({"identifier": "end"}))
        .await
        .expect(201);
    api.post(ITEMS, &json!({"identifier": "second", "sequence": 2}))
        .await
        .expect(201);
    let section = api
        .post(ITEMS, &json!({"identifier": "beyond", "sequence": 99}))
        .await
        .expect(201);
    assert_eq!(
        order(&section),
        ["i1", "second", "i2", "i3", "end", "beyond"]
    );
    assert_eq!(
        api.post(ITEMS, &json!({"identifier": "i1"}))
            .await
            .error(409),
        "Assessment item reference already exists"
    );
    assert_eq!(
        api.post(ITEMS, &json!({"sequence": 0}))
            .await
            .refused_fields(),
        ["identifier", "sequence"]
    );
    assert_eq!(api.get(SECTION).await.expect(200), section);
}

#[tokio::test]
async fn only_a_reference_that_is_there_can_be_removed() {
    let api = Api::with_test().await;
    assert_eq!(api.delete(&format!("{ITEMS}/i2")).await.expect(204), "");
    assert_eq!(order(&api.get(SECTION).await.expect(200)), ["i1", "i3"]);
    assert_eq!(
        api.delete(&format!("{ITEMS}/i2")).await.error(404),
        "Assessment item reference not found"
    );
}

#[tokio::test]
async fn a_reorder_follows_the_list_or_the_sequences() {
    let api = Api::with_test().await;
    let at =
        |identifier: &str, sequence: u64| json!({"identifier": identifier, "sequence": sequence});
    for (items, wanted) in [
        (
            json!([{"identifier": "i3"}, {"identifier": "i1"}, {"identifier": "i2"}]),
            ["i3", "i1", "i2"],
        ),
        (
            json!([at("i1", 3), at("i2", 1), at("i3", 2)]),
            ["i2", "i3", "i1"],
        ),
        (json!([{"identifier": "i1"}]), ["i1", "i2", "i3"]),
    ] {
        let section = api.put(ORDER, &json!({"items": items})).await.expect(200);
        assert_eq!(order(&section), wanted);
        assert_eq!(api.get(SECTION).await.expect(200), section);
    }
}

#[tokio::test]
async fn a_reorder_names_only_items_that_are_in_the_section_and_each_once() {
    let api = Api::with_test().await;
    let before = api.get(SECTION).await.expect(200);
    for items in [
        json!([]),
        json!([{"identifier": "i3"}, {"identifier": "stranger"}]),
        json!([{"identifier": "i1"}, {"identifier": "i1"}]),
    ] {
        assert_eq!(
            api.put(ORDER, &json!({"items": items}))
                .await
                .refused_fields(),
            ["items"]
        );
    }
    assert_eq!(api.put(ORDER, &json!({})).await.refused_fields(), ["items"]);
    assert_eq!(api.get(SECTION).await.expect(200), before);
}
