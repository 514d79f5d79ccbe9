//! Parts of a test.

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, part_body};

const PARTS: &str = "/assessment-tests/t/test-parts";

#[tokio::test]
async fn a_part_can_be_created_read_updated_and_deleted() {
    let api = Api::with_test().await;
    let path = format!("{PARTS}/p2");
    let created = api.post(PARTS, &part_body("p2")).await.expect(201);
    assert!(
        created["rawXml"]
            .as_str()
            .unwrap()
            .contains("<qti-test-part identifier=\"p2\"")
    );
    assert_eq!(
        created["content"]["qti-test-part"]["qti-assessment-section"][0]["_attributes"]["identifier"],
        "s"
    );
    let mut read = api.get(&path).await.expect(200);
    assert_eq!(
        read["qti-assessment-section"][0]["qti-assessment-item-ref"][2]["identifier"],
        "i3"
    );
    read["submissionMode"] = json!("simultaneous");
    read["qti-assessment-section"] = json!([]);
    assert_eq!(
        api.put(&path, &read).await.expect(200)["submissionMode"],
        "simultaneous"
    );
    let xml = "<qti-test-part identifier=\"p2\" navigation-mode=\"linear\" submission-mode=\"simultaneous\"/>";
    assert!(api.test_xml().await.contains(xml));
    assert_eq!(api.delete(&path).await.expect(204), "");
    assert_eq!(api.get(&path).await.error(404), "Test part not found");
    assert!(!api.test_xml().await.contains("p2"));
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let api = Api::with_test().await;
    let before = api.get("/assessment-tests/t").await.expect(200);
    assert_eq!(
        api.post(PARTS, &part_body("p")).await.error(409),
        "Test part already exists"
    );
    assert_eq!(
        api.post("/assessment-tests/x/test-parts", &part_body("p"))
            .await
            .error(404),
        "Assessment test not found"
    );
    let mut doubled = part_body("p2");
    doubled["qti-assessment-section"] =
        json!([{"identifier": "s", "title": "a"}, {"identifier": "s", "title": "b"}]);
    assert_eq!(
        api.post(PARTS, &doubled).await.refused_fields(),
        ["qti-assessment-section"]
    );
    let wrong = json!({"identifier": "p2", "navigationMode": "sideways", "qti-assessment-section": [{"title": "x"}]});
    assert_eq!(
        api.post(PARTS, &wrong).await.refused_fields(),
        [
            "navigationMode",
            "submissionMode",
            "qti-assessment-section[0].identifier"
        ]
    );
    assert_eq!(
        api.put(&format!("{PARTS}/p"), &part_body("q"))
            .await
            .refused_fields(),
        ["identifier"]
    );
    for (method, path) in [
        (Method::POST, PARTS.to_owned()),
        (Method::PUT, format!("{PARTS}/p")),
    ] {
        api.send_xml(method, &path, "<qti-test-part/>")
            .await
            .error(501);
    }
    assert_eq!(api.get("/assessment-tests/t").await.expect(200), before);
}

#[tokio::test]
async fn lists_take_filters_and_typed_parameters() {
    let api = Api::with_test().await;
    let empty = json!({
        "identifier": "empty",
        "navigationMode": "nonlinear",
        "submissionMode": "simultaneous",
        "qti-assessment-section": [],
    });
    api.post(PARTS, &empty).await.expect(201);
    api.put(
        "/assessment-tests/t/metadata",
        &json!({"metadata": {"subject": "Math", "grade": 5}}),
    )
    .await
    .expect(200);
    for (query, found) in [
        ("navigationMode=linear", vec!["p"]),
        ("submissionMode=simultaneous", vec!["empty"]),
        ("hasQuestions=true", vec!["p"]),
        ("hasQuestions=false", vec!["empty"]),
        ("subject=Math&grade=5&order=asc", vec!["p", "empty"]),
        ("subject=Art", vec![]),
        (
            "filter=navigationMode='nonlinear'%20OR%20identifier='x'",
            vec!["empty"],
        ),
        ("query=empt", vec!["empty"]),
    ] {
        assert_eq!(
            api.listed(&format!("{PARTS}?{query}")).await,
            found,
            "{query}"
        );
    }
    for wrong in ["navigationMode=up", "hasQuestions=maybe", "filter=a%20b"] {
        api.get(&format!("{PARTS}?{wrong}")).await.expect(400);
    }
}
