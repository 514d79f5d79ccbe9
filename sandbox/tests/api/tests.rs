//! Tests as a whole.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, test_body};

const TESTS: &str = "/assessment-tests";

fn full_body() -> Value {
    let mut body = test_body("full");
    body["toolName"] = json!("author");
    body["toolVersion"] = json!("1.2");
    body["timeLimit"] = json!(1800);
    body["maxAttempts"] = json!(2);
    body["toolsEnabled"] = json!({"calculator": true});
    body["metadata"] = json!({"subject": "Math", "similar": [1, 2]});
    body["qti-outcome-declaration"] = json!([{
        "identifier": "SCORE", "cardinality": "single", "baseType": "float", "normalMaximum": 10, "defaultValue": {"value": 0},
    }]);
    body
}

#[tokio::test]
async fn a_test_comes_back_as_it_was_sent_with_what_the_server_adds() {
    let api = Api::start().await;
    let body = full_body();
    let created = api.post(TESTS, &body).await.expect(201);
    let sent = [
        "identifier",
        "title",
        "toolName",
        "timeLimit",
        "maxAttempts",
        "toolsEnabled",
        "metadata",
    ];
    for name in sent.into_iter().chain(["qti-outcome-declaration"]) {
        assert_eq!(created[name], body[name], "{name}");
    }
    assert_eq!(created["qtiVersion"], "3.0");
    assert_eq!(created["isValidXml"], true);
    assert_eq!(created["__v"], 0);
    assert_eq!(created["createdAt"], created["updatedAt"]);
    let raw_xml = created["rawXml"].as_str().unwrap();
    for piece in [
        "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\"",
        "<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\" normal-maximum=\"10\">",
        "<qti-time-limits max-time=\"1800\"/>",
        "<qti-item-session-control max-attempts=\"2\"/>",
        "<qti-assessment-item-ref identifier=\"i1\" href=\"http://127.0.0.1:",
    ] {
        assert!(raw_xml.contains(piece), "{piece} in {raw_xml}");
    }
    let content = &created["content"]["qti-assessment-test"];
    assert_eq!(content["_attributes"]["tool-name"], "author");
    assert_eq!(
        content["qti-outcome-declaration"]["qti-default-value"]["qti-value"],
        "0"
    );
    let item =
        &content["qti-test-part"][0]["qti-assessment-section"][0]["qti-assessment-item-ref"][0];
    assert_eq!(item["_attributes"]["identifier"], "i1", "lists of one");
    let section = &content["qti-test-part"][0]["qti-assessment-section"][0]["_attributes"];
    let attributes: Vec<&String> = section.as_object().unwrap().keys().collect();
    assert_eq!(attributes, ["identifier", "title", "visible"]);
    assert_eq!(api.get("/assessment-tests/full").await.expect(200), created);
}

#[tokio::test]
async fn an_answer_can_be_sent_back_and_changes_nothing_but_the_version() {
    let api = Api::start().await;
    let created = api.post(TESTS, &full_body()).await.expect(201);
    let mut updated = api
        .put("/assessment-tests/full", &created)
        .await
        .expect(200);
    assert_eq!(updated["__v"], 1);
    assert_eq!(updated["createdAt"], created["createdAt"]);
    updated["__v"] = created["__v"].clone();
    updated["updatedAt"] = created["updatedAt"].clone();
    assert_eq!(updated, created);
}

#[tokio::test]
async fn an_update_clears_what_it_leaves_out() {
    let api = Api::start().await;
    api.post(TESTS, &full_body()).await.expect(201);
    let bare = json!({"identifier": "full", "title": "Bare", "qti-test-part": []});
    let updated = api.put("/assessment-tests/full", &bare).await.expect(200);
    for gone in ["metadata", "timeLimit", "toolName"] {
        assert_eq!(updated.get(gone), None, "{gone}");
    }
    assert_eq!(updated["qti-test-part"], json!([]));
}

#[tokio::test]
async fn xml_is_taken_given_and_regenerated_after_a_change_below() {
    let api = Api::with_test().await;
    let xml = api
        .test_xml()
        .await
        .replace("identifier=\"t\"", "identifier=\"x\"");
    let xml = xml.replace("<qti-test-part", "<!-- mine --><qti-test-part");
    let created = api.send_xml(Method::POST, TESTS, &xml).await.expect(201);
    assert_eq!(created["rawXml"], xml);
    assert_eq!(
        created["qti-test-part"][0]["qti-assessment-section"][0]["visible"],
        true
    );
    let as_xml = api
        .request(Method::GET, "/assessment-tests/x")
        .header("content-type", "application/xml");
    let given = as_xml.send().await.unwrap();
    assert!(
        given.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/xml")
    );
    assert_eq!(given.text().await.unwrap(), xml);
    api.delete("/assessment-tests/x/test-parts/p/sections/s/items/i1")
        .await
        .expect(204);
    let after = api.get("/assessment-tests/x").await.expect(200)["rawXml"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!after.contains("mine") && !after.contains("i1"));
    assert_eq!(
        api.send_xml(Method::PUT, "/assessment-tests/x", &xml)
            .await
            .expect(200)["rawXml"],
        xml
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let api = Api::with_test().await;
    let before = api.get(TESTS).await.expect(200);
    assert_eq!(
        api.post(TESTS, &test_body("t")).await.error(409),
        "Assessment test already exists"
    );
    assert_eq!(
        api.post(TESTS, &json!({"title": 3})).await.refused_fields(),
        ["identifier", "title", "qti-test-part"]
    );
    for xml in [
        "<qti-assessment-test",
        "<a/>",
        "<qti-assessment-test identifier='x'/>",
        "<qti-assessment-test identifier='x' title='y'><qti-test-part identifier='p'/></qti-assessment-test>",
    ] {
        api.send_xml(Method::POST, TESTS, xml).await.expect(400);
    }
    let mut doubled = test_body("x");
    doubled["qti-test-part"] = json!([doubled["qti-test-part"][0], doubled["qti-test-part"][0]]);
    assert_eq!(
        api.post(TESTS, &doubled).await.refused_fields(),
        ["qti-test-part"]
    );
    assert_eq!(
        api.put("/assessment-tests/t", &test_body("u"))
            .await
            .refused_fields(),
        ["identifier"]
    );
    assert_eq!(
        api.put("/assessment-tests/t/metadata", &json!({"metadata": 1}))
            .await
            .refused_fields(),
        ["metadata"]
    );
    for (path, body) in [
        ("/assessment-tests/x", test_body("x")),
        ("/assessment-tests/x/metadata", json!({"metadata": {}})),
    ] {
        assert_eq!(
            api.put(path, &body).await.error(404),
            "Assessment test not found"
        );
    }
    assert_eq!(api.get(TESTS).await.expect(200), before);
    api.delete("/assessment-tests/t").await.expect(204);
    assert_eq!(
        api.delete("/assessment-tests/t").await.error(404),
        "Assessment test not found"
    );
}

#[tokio::test]
async fn lists_take_the_whole_filter_grammar_and_typed_parameters() {
    let api = Api::start().await;
    for (identifier, title, subject, grade) in [
        ("a", "Fractions", "Math", json!("5")),
        ("b", "Poems", "Reading", json!(5)),
        ("c", "Equations", "Math", json!(8)),
    ] {
        let mut body = test_body(identifier);
        body["title"] = json!(title);
        body["metadata"] = json!({"subject": subject, "grade": grade});
        api.post(TESTS, &body).await.expect(201);
    }
    for (query, found) in [
        ("subject:Math", "ac"),
        ("grade:5", "ab"),
        ("subject:Math;grade:8", "c"),
        ("navigationMode:linear", "abc"),
        ("navigationMode:nonlinear", ""),
        ("hasQuestions:false", ""),
        ("query:equatoins", "c"),
        (
            "filter:title='Poems' OR metadata.subject='Math' AND metadata.grade>5",
            "bc",
        ),
        (
            "filter:(title='Poems' OR metadata.subject='Math') AND metadata.grade>5",
            "c",
        ),
        ("filter:title~'o' AND title!='Poems'", "ac"),
        ("filter:identifier>='b'", "bc"),
        ("sort:title", "cab"),
    ] {
        let pairs: Vec<(&str, &str)> = query
            .split(';')
            .map(|pair| pair.split_once(':').unwrap())
            .collect();
        let page = api
            .send(
                api.request(Method::GET, TESTS)
                    .query(&[("order", "asc")])
                    .query(&pairs),
            )
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        let listed: String = items
            .iter()
            .map(|item| item["identifier"].as_str().unwrap())
            .collect();
        assert_eq!(listed, found, "{query}");
    }
}
