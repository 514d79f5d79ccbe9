//! Identifiers in paths: each is one segment, whatever it holds.

use serde_json::json;

use crate::support::{Api, part_body, section_body, test_body};

const STRANGE: [&str; 12] = [
    "a/b",
    "a?b=c",
    "a#b",
    "50%",
    "%2F",
    "two words",
    "größe",
    "日本",
    "../up",
    "order",
    "metadata",
    "a+b&c;d:e@f",
];

fn encoded(identifier: &str) -> String {
    identifier
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect()
}

#[tokio::test]
async fn any_identifier_round_trips_as_one_segment_at_every_level() {
    let api = Api::start().await;
    for name in STRANGE {
        let segment = encoded(name);
        let test = format!("/assessment-tests/{segment}");
        let part = format!("{test}/test-parts/{segment}");
        let section = format!("{part}/sections/{segment}");
        let mut body = test_body(name);
        body["qti-test-part"] = json!([]);
        api.post("/assessment-tests", &body).await.expect(201);
        let mut body = part_body(name);
        body["qti-assessment-section"] = json!([]);
        api.post(&format!("{test}/test-parts"), &body)
            .await
            .expect(201);
        api.post(&format!("{part}/sections"), &section_body(name))
            .await
            .expect(201);
        api.post(&format!("{section}/items"), &json!({"identifier": name}))
            .await
            .expect(201);
        for path in [&test, &part, &section] {
            assert_eq!(
                api.get(path).await.expect(200)["identifier"],
                name,
                "{path}"
            );
        }
        api.delete(&format!("{section}/items/{segment}"))
            .await
            .expect(204);
        api.delete(&section).await.expect(200);
        api.delete(&part).await.expect(204);
        api.delete(&test).await.expect(204);
    }
}

#[tokio::test]
async fn an_item_called_order_is_not_the_order_of_the_items() {
    let api = Api::with_test().await;
    let items = "/assessment-tests/t/test-parts/p/sections/s/items";
    let order = json!({"items": [{"identifier": "order"}]});
    api.post(items, &json!({"identifier": "order"}))
        .await
        .expect(201);
    api.put(&format!("{items}/order"), &order).await.expect(200);
    api.put(&format!("{items}/i1"), &order).await.error(404);
    api.delete(&format!("{items}/order")).await.expect(204);
}

#[tokio::test]
async fn what_has_no_route_is_a_404_in_json() {
    let api = Api::with_test().await;
    for path in [
        "/nothing/here",
        "/assessment-tests/",
        "/assessment-tests//test-parts",
    ] {
        api.get(path).await.error(404);
    }
    api.put("/assessment-tests", &json!({})).await.error(404);
    api.get("/assessment-tests/%FF").await.error(400);
}
