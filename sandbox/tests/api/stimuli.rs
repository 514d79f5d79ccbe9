//! Stimuli.

use serde_json::{Value, json};

use crate::support::Api;

const STIMULI: &str = "/stimuli";

fn body(identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "title": "A <walk> & a talk",
        "label": "passage",
        "language": "de",
        "stylesheet": {"href": "s.css", "type": "text/css"},
        "content": "<div><p>Once upon a time</p><br/></div>",
        "catalogInfo": [{"id": "c1", "support": "glossary", "content": "<p>time: Zeit</p>"}],
        "metadata": {"CCSS": "RL.1"},
    })
}

#[tokio::test]
async fn a_stimulus_comes_back_with_its_xml() {
    let api = Api::start().await;
    let created = api.post(STIMULI, &body("s")).await.expect(201);
    for name in [
        "identifier",
        "title",
        "label",
        "language",
        "stylesheet",
        "catalogInfo",
        "metadata",
    ] {
        assert_eq!(created[name], body("s")[name], "{name}");
    }
    let xml = created["rawXml"].as_str().unwrap();
    for piece in [
        "title=\"A &lt;walk&gt; &amp; a talk\"",
        "xml:lang=\"de\"",
        "/imsqti_stimulusv3p0p1_v1p0.xsd\"",
        "<qti-stimulus-body><div><p>Once upon a time</p><br/></div></qti-stimulus-body>",
        "<qti-card support=\"glossary\">",
    ] {
        assert!(xml.contains(piece), "{piece} in {xml}");
    }
    assert_eq!(
        created["content"]["qti-assessment-stimulus"]["qti-stimulus-body"]["div"]["p"],
        "Once upon a time"
    );
    assert_eq!(api.get("/stimuli/s").await.expect(200), created);
    let bare = api
        .put(
            "/stimuli/s",
            &json!({"identifier": "s", "title": "t", "content": "text"}),
        )
        .await
        .expect(200);
    assert_eq!(bare.get("language"), None, "none was given");
    assert_eq!(bare["catalogInfo"], json!([]));
    assert_eq!(bare.get("metadata"), None);
    assert_eq!(bare["__v"], 1);
    api.delete("/stimuli/s").await.expect(204);
    assert_eq!(api.get("/stimuli/s").await.error(404), "Stimulus not found");
}

#[tokio::test]
async fn xml_creates_a_stimulus_but_does_not_update_it() {
    let api = Api::start().await;
    let source = api.post(STIMULI, &body("s")).await.expect(201);
    let xml = source["rawXml"]
        .as_str()
        .unwrap()
        .replace("identifier=\"s\"", "identifier=\"x\"");
    let form = json!({"format": "xml", "xml": xml, "metadata": {"CCSS": "RL.1"}});
    let mut created = api.post(STIMULI, &form).await.expect(201);
    assert_eq!(created["rawXml"], xml);
    for name in ["identifier", "rawXml", "content", "createdAt", "updatedAt"] {
        created[name] = source[name].clone();
    }
    assert_eq!(created, source);
    api.put("/stimuli/x", &form).await.error(400);
}

#[tokio::test]
async fn content_must_be_well_formed() {
    let api = Api::start().await;
    for content in ["Tom & Jerry", "a<br>b", "<p>open", "&nbsp;", "<?php"] {
        let mut wrong = body("s");
        wrong["content"] = json!(content);
        assert_eq!(
            api.post(STIMULI, &wrong).await.refused_fields(),
            ["content"],
            "{content}"
        );
    }
    let mut wrong = body("s");
    wrong["catalogInfo"][0]["content"] = json!("<p>");
    assert_eq!(
        api.post(STIMULI, &wrong).await.refused_fields(),
        ["catalogInfo.content"]
    );
    assert_eq!(
        api.post(STIMULI, &json!({"identifier": 1}))
            .await
            .refused_fields(),
        ["identifier", "title", "content"]
    );
    assert_eq!(api.get(STIMULI).await.expect(200)["total"], 0);
}

#[tokio::test]
async fn conflicts_and_missing_ones_are_told() {
    let api = Api::start().await;
    api.post(STIMULI, &body("s")).await.expect(201);
    assert_eq!(
        api.post(STIMULI, &body("s")).await.error(409),
        "Stimulus already exists"
    );
    assert_eq!(
        api.put("/stimuli/x", &body("x")).await.error(404),
        "Stimulus not found"
    );
    assert_eq!(
        api.put("/stimuli/s", &body("x")).await.refused_fields(),
        ["identifier"]
    );
    assert_eq!(
        api.delete("/stimuli/x").await.error(404),
        "Stimulus not found"
    );
}

#[tokio::test]
async fn the_list_forgives_parameters_that_it_cannot_read() {
    let api = Api::start().await;
    for identifier in ["a", "b"] {
        api.post(STIMULI, &body(identifier)).await.expect(201);
    }
    assert_eq!(
        api.listed("/stimuli?sort=identifier&order=asc&limit=1&page=2")
            .await,
        ["b"]
    );
    assert_eq!(
        api.listed("/stimuli?page=x&sort=colour&order=up").await,
        ["b", "a"]
    );
    assert_eq!(api.listed("/stimuli?query=wlak").await, ["b", "a"]);
}
