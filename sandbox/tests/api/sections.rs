//! Sections: what each operation answers and what it does to the test above.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, section_body};

const SECTIONS: &str = "/assessment-tests/t/test-parts/p/sections";
const SECTION: &str = "/assessment-tests/t/test-parts/p/sections/s";

#[tokio::test]
async fn a_section_can_be_created_read_updated_and_deleted() {
    let api = Api::with_test().await;
    let created = api
        .post(SECTIONS, &json!({"identifier": "s2", "title": "Core"}))
        .await
        .expect(201);
    assert_eq!(
        created,
        json!({
            "identifier": "s2", "title": "Core", "visible": true, "required": true, "fixed": false,
            "qti-assessment-item-ref": [],
        })
    );
    let path = format!("{SECTIONS}/s2");
    assert_eq!(api.get(&path).await.expect(200), created);
    let hidden = api
        .put(
            &path,
            &json!({"identifier": "s2", "title": "Core", "visible": false}),
        )
        .await;
    assert_eq!(hidden.expect(200)["visible"], false);
    assert!(api.delete(&path).await.expect(200)["message"].is_string());
    assert_eq!(api.get(&path).await.error(404), "Section not found");
}

#[tokio::test]
async fn an_update_replaces_the_whole_section() {
    let api = Api::with_test().await;
    let mut section = section_body("s");
    section["qti-branch-rule"] = json!([{"_attributes": {"target": "EXIT_SECTION"}}]);
    section["note"] = json!("kept");
    let updated = api.put(SECTION, &section).await.expect(200);
    assert_eq!(updated["qti-branch-rule"], section["qti-branch-rule"]);
    assert_eq!(updated["note"], "kept");
    let updated = api
        .put(SECTION, &json!({"identifier": "s", "title": "Bare"}))
        .await
        .expect(200);
    assert_eq!(updated["qti-assessment-item-ref"], json!([]));
    for gone in ["qti-branch-rule", "note", "sequence"] {
        assert_eq!(updated.get(gone), None, "{gone}");
    }
}

#[tokio::test]
async fn every_write_regenerates_the_xml_of_the_test_above() {
    let api = Api::with_test().await;
    let mut before = api.test_xml().await;
    let mut changed = async |what: &str, holds: &str, wanted: bool| {
        let after = api.test_xml().await;
        assert_ne!(before, after, "{what}");
        assert_eq!(after.contains(holds), wanted, "{what}: {after}");
        before = after;
    };
    api.post(
        SECTIONS,
        &json!({"identifier": "s2", "title": "Tom & Jerry"}),
    )
    .await
    .expect(201);
    changed("create", "title=\"Tom &amp; Jerry\"", true).await;
    api.put(
        &format!("{SECTIONS}/s2"),
        &json!({"identifier": "s2", "title": "x", "visible": false}),
    )
    .await
    .expect(200);
    changed("update", "title=\"x\" visible=\"false\"", true).await;
    api.delete(&format!("{SECTIONS}/s2")).await.expect(200);
    changed("delete", "s2", false).await;
    api.post(&format!("{SECTION}/items"), &json!({"identifier": "i4"}))
        .await
        .expect(201);
    changed("add", "identifier=\"i4\"", true).await;
    api.delete(&format!("{SECTION}/items/i4")).await.expect(204);
    changed("remove", "identifier=\"i4\"", false).await;
    let order =
        json!({"items": [{"identifier": "i3"}, {"identifier": "i2"}, {"identifier": "i1"}]});
    api.put(&format!("{SECTION}/items/order"), &order)
        .await
        .expect(200);
    changed("reorder", "identifier=\"i3\"", true).await;
}

#[tokio::test]
async fn an_identifier_that_is_taken_is_a_conflict_and_changes_nothing() {
    let api = Api::with_test().await;
    let before = api.get("/assessment-tests/t").await.expect(200);
    let taken = json!({"identifier": "s", "title": "Another"});
    assert_eq!(
        api.post(SECTIONS, &taken).await.error(409),
        "Section already exists"
    );
    assert_eq!(api.get("/assessment-tests/t").await.expect(200), before);
}

#[tokio::test]
async fn a_404_names_the_level_that_is_missing() {
    let api = Api::with_test().await;
    let body = section_body("s");
    let item = json!({"identifier": "i"});
    let order = json!({"items": [{"identifier": "i1"}]});
    for (path, error) in [
        (
            "/assessment-tests/x/test-parts/p/sections/s",
            "Assessment test not found",
        ),
        (
            "/assessment-tests/t/test-parts/x/sections/s",
            "Test part not found",
        ),
        (
            "/assessment-tests/t/test-parts/p/sections/x",
            "Section not found",
        ),
    ] {
        assert_eq!(api.get(path).await.error(404), error);
        assert_eq!(api.put(path, &body).await.error(404), error);
        assert_eq!(api.delete(path).await.error(404), error);
        assert_eq!(
            api.post(&format!("{path}/items"), &item).await.error(404),
            error
        );
        assert_eq!(
            api.put(&format!("{path}/items/order"), &order)
                .await
                .error(404),
            error
        );
        assert_eq!(
            api.delete(&format!("{path}/items/i1")).await.error(404),
            error
        );
    }
    let lists = [
        (
            "/assessment-tests/x/test-parts/p/sections",
            "Assessment test not found",
        ),
        (
            "/assessment-tests/t/test-parts/x/sections",
            "Test part not found",
        ),
    ];
    for (path, error) in lists {
        assert_eq!(api.get(path).await.error(404), error);
        assert_eq!(api.post(path, &body).await.error(404), error);
    }
}

#[tokio::test]
async fn a_body_that_is_wrong_is_told_every_field_and_changes_nothing() {
    let api = Api::with_test().await;
    let before = api.get("/assessment-tests/t").await.expect(200);
    let with_items =
        |items: Value| json!({"identifier": "a", "title": "A", "qti-assessment-item-ref": items});
    let cases: [(Value, &[&str]); 8] = [
        (json!({}), &["identifier", "title"]),
        (
            json!({"identifier": "", "title": 1}),
            &["identifier", "title"],
        ),
        (
            json!({"identifier": "a", "title": "A", "visible": "yes", "sequence": 0}),
            &["visible", "sequence"],
        ),
        (
            json!({"identifier": "a", "title": "A", "sequence": 1.5}),
            &["sequence"],
        ),
        (
            json!({"identifier": "a", "title": "bell \u{7}"}),
            &["title"],
        ),
        (
            with_items(json!([{}, 3])),
            &[
                "qti-assessment-item-ref[0].identifier",
                "qti-assessment-item-ref[1]",
            ],
        ),
        (
            with_items(json!([{"identifier": "i"}, {"identifier": "i"}])),
            &["qti-assessment-item-ref"],
        ),
        (json!([]), &["body"]),
    ];
    for (body, fields) in cases {
        assert_eq!(
            api.post(SECTIONS, &body).await.refused_fields(),
            fields,
            "{body}"
        );
    }
    assert_eq!(
        api.put(SECTION, &section_body("renamed"))
            .await
            .refused_fields(),
        ["identifier"]
    );
    let broken = api
        .request(Method::PUT, SECTION)
        .header("content-type", "application/json")
        .body("{\"identifier\":");
    assert_eq!(api.send(broken).await.refused_fields(), ["body"]);
    assert_eq!(
        api.send(api.request(Method::POST, SECTIONS))
            .await
            .refused_fields(),
        ["body"]
    );
    assert_eq!(api.get("/assessment-tests/t").await.expect(200), before);
}

#[tokio::test]
async fn xml_is_not_supported() {
    let api = Api::with_test().await;
    for (method, path) in [(Method::POST, SECTIONS), (Method::PUT, SECTION)] {
        api.send_xml(method, path, "<qti-assessment-section/>")
            .await
            .error(501);
    }
}

#[tokio::test]
async fn sections_stand_in_the_order_of_their_sequence() {
    let api = Api::with_test().await;
    for (identifier, sequence) in [("third", 3), ("second", 2)] {
        let body = json!({"identifier": identifier, "title": "x", "sequence": sequence});
        api.post(SECTIONS, &body).await.expect(201);
    }
    api.post(SECTIONS, &json!({"identifier": "last", "title": "x"}))
        .await
        .expect(201);
    let part = api
        .get("/assessment-tests/t/test-parts/p")
        .await
        .expect(200);
    let sections = part["qti-assessment-section"].as_array().unwrap();
    let order: Vec<&str> = sections
        .iter()
        .map(|section| section["identifier"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["s", "second", "third", "last"]);
}

#[tokio::test]
async fn lists_are_paged_sorted_and_searched() {
    let api = Api::with_test().await;
    for number in 1..=11 {
        let body = json!({"identifier": format!("n{number:02}"), "title": format!("Chapter {}", 20 - number)});
        api.post(SECTIONS, &body).await.expect(201);
    }
    let first = api.get(SECTIONS).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 10);
    assert_eq!(first["items"][0]["identifier"], "n11");
    let envelope =
        ["total", "page", "pages", "limit", "sort", "order"].map(|name| first[name].clone());
    assert_eq!(json!(envelope), json!([12, 1, 2, 10, "createdAt", "desc"]));
    assert_eq!(
        api.listed(&format!("{SECTIONS}?page=2")).await,
        ["n01", "s"]
    );
    assert_eq!(
        api.listed(&format!("{SECTIONS}?sort=title&order=asc&limit=2"))
            .await,
        ["n10", "n09"]
    );
    assert_eq!(
        api.listed(&format!("{SECTIONS}?sort=identifier&limit=1&page=12"))
            .await,
        ["n01"]
    );
    assert_eq!(
        api.listed(&format!("{SECTIONS}?query=chapter%2012")).await,
        ["n08"]
    );
    assert!(api.listed(&format!("{SECTIONS}?page=99")).await.is_empty());
    for wrong in ["page=0", "page=x", "limit=-1", "sort=colour", "order=up"] {
        api.get(&format!("{SECTIONS}?{wrong}")).await.expect(400);
    }
}
