//! Validation of XML.

use serde_json::json;

use crate::support::{Api, item_xml};

#[tokio::test]
async fn xml_is_checked_against_the_schema_that_is_asked_for() {
    let api = Api::with_test().await;
    let test_xml = api.test_xml().await;
    for (xml, schema, valid) in [
        (item_xml("i").as_str(), "item", true),
        (item_xml("i").as_str(), "test", false),
        (test_xml.as_str(), "test", true),
        ("<qti-assessment-item", "item", false),
        ("", "stimulus", false),
    ] {
        let result = api
            .post(
                "/validate",
                &json!({"xml": xml, "schema": schema, "entityId": "e"}),
            )
            .await
            .expect(200);
        assert_eq!(result["success"], valid, "{result:#}");
        assert_eq!(
            result["validationErrors"].as_array().unwrap().is_empty(),
            valid
        );
        assert_eq!(
            (&result["entityId"], &result["xmlContent"]),
            (&json!("e"), &json!(xml))
        );
    }
    assert_eq!(
        api.post("/validate", &json!({"xml": "<a/>", "schema": "poem"}))
            .await
            .refused_fields(),
        ["schema"]
    );
}

#[tokio::test]
async fn an_entity_that_is_kept_is_validated_by_its_id() {
    let api = Api::with_test().await;
    let kept = api
        .post("/validate", &json!({"schema": "test", "entityId": "t"}))
        .await
        .expect(200);
    assert_eq!(
        (&kept["success"], &kept["xmlContent"]),
        (&json!(true), &json!(api.test_xml().await))
    );
    let missing = api
        .post("/validate", &json!({"schema": "item", "entityId": "t"}))
        .await
        .expect(404);
    assert_eq!(
        (&missing["success"], &missing["error"], &missing["entityId"]),
        (&json!(false), &json!("Entity not found"), &json!("t"))
    );
}

#[tokio::test]
async fn a_batch_answers_in_the_order_of_its_xml() {
    let api = Api::with_test().await;
    let batch =
        json!({"xml": [item_xml("i"), "<a/>"], "schema": "item", "entityIds": ["one", "two"]});
    let results = api.post("/validate/batch", &batch).await.expect(200)["results"].clone();
    let shown: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (&result["entityId"], &result["success"]))
        .collect();
    assert_eq!(
        shown,
        [
            (&json!("one"), &json!(true)),
            (&json!("two"), &json!(false))
        ]
    );
    api.post(
        "/validate/batch",
        &json!({"xml": [], "schema": "item", "entityIds": ["nowhere"]}),
    )
    .await
    .expect(404);
    assert_eq!(
        api.post("/validate/batch", &json!({"schema": "item"}))
            .await
            .refused_fields(),
        ["xml"]
    );
    let kept = json!({"schema": "test", "entityIds": ["t"]});
    let results = api.post("/validate/batch", &kept).await.expect(200)["results"].clone();
    assert_eq!(results[0]["success"], true, "XML is not needed beside ids");
}
