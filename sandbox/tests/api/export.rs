//! A bank that was read from the service can be written to an empty sandbox.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Api;

const NAMESPACE: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

/// Items with what genuine ones have and a strict reading would refuse.
fn items() -> Vec<String> {
    let item = |identifier: &str, inside: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<qti-assessment-item xmlns=\"{NAMESPACE}\" identifier=\"{identifier}\" title=\"T &amp; T\" adaptive=\"false\" time-dependent=\"false\">{inside}</qti-assessment-item>"
        )
    };
    let response = "<qti-response-declaration identifier=\"RESPONSE\" cardinality=\"multiple\" base-type=\"identifier\"><qti-correct-response><qti-value>A</qti-value><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>";
    let choice = "<qti-item-body><p>Pick <i>two</i>.</p><qti-choice-interaction response-identifier=\"RESPONSE\" max-choices=\"2\"><qti-simple-choice identifier=\"A\">a<qti-feedback-inline identifier=\"A\" outcome-identifier=\"HINT\" show-hide=\"show\">yes</qti-feedback-inline></qti-simple-choice><qti-simple-choice identifier=\"B\"/></qti-choice-interaction></qti-item-body>";
    let hint = "<qti-outcome-declaration identifier=\"HINT\" cardinality=\"single\" base-type=\"identifier\"/>";
    let sets = "<qti-response-processing><qti-set-outcome-value identifier=\"SCORE\"><qti-map-response identifier=\"RESPONSE\"/></qti-set-outcome-value><qti-set-outcome-value identifier=\"completion_status\"><qti-base-value base-type=\"identifier\">completed</qti-base-value></qti-set-outcome-value></qti-response-processing>";
    vec![
        item("unit:1:q-1", &format!("{response}{hint}{choice}{sets}")),
        item(
            "passage-only",
            "<qti-item-body><div>\n  <p>Read.</p>\n</div></qti-item-body>",
        ),
        item(
            "unheard-of",
            &format!(
                "{response}<qti-item-body><qti-telepathy-interaction response-identifier=\"RESPONSE\"/></qti-item-body>"
            ),
        ),
        item(
            "missing-passage",
            &format!(
                "{response}{hint}<qti-assessment-stimulus-ref identifier=\"gone\" href=\"stimuli/gone\"/>{choice}"
            ),
        ),
    ]
}

#[tokio::test]
async fn a_whole_export_loads_and_reads_back_the_same() {
    let source = Api::start().await;
    let test = json!({"identifier": "t", "title": "T", "toolName": "author", "metadata": {"grade": "5"}, "qti-test-part": [{
        "identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [{
            "identifier": "s", "title": "S", "visible": false, "qti-assessment-item-ref": [{"identifier": "unit:1:q-1"}, {"identifier": "not-there"}],
        }],
    }]});
    source.post("/assessment-tests", &test).await.expect(201);
    source.with_stimuli(&["passage"]).await;
    for xml in items() {
        let body = json!({"format": "xml", "xml": xml, "metadata": {"CCSS": "RL.1", "DOK": 2}});
        source.post("/assessment-items", &body).await.expect(201);
    }

    let target = Api::start().await;
    for (list, count) in [("/stimuli", 1), ("/assessment-items", 4)] {
        let page = source.get(&format!("{list}?limit=100")).await.expect(200);
        let entities = page["items"].as_array().unwrap();
        assert_eq!(entities.len(), count);
        for entity in entities {
            let body = json!({"format": "xml", "xml": entity["rawXml"], "metadata": entity.get("metadata").unwrap_or(&json!({}))});
            let loaded = target.post(list, &body).await.expect(201);
            for name in [
                "identifier",
                "title",
                "type",
                "rawXml",
                "content",
                "responseDeclarations",
                "responseProcessing",
            ] {
                assert_eq!(loaded.get(name), entity.get(name), "{name}");
            }
        }
    }
    let kept = source.get("/assessment-tests/t").await.expect(200);
    let xml = kept["rawXml"].as_str().unwrap();
    let loaded = target
        .send_xml(Method::POST, "/assessment-tests", xml)
        .await
        .expect(201);
    assert_eq!(loaded["rawXml"], kept["rawXml"]);
    assert_eq!(
        loaded["qti-test-part"][0]["qti-assessment-section"][0]["visible"],
        false
    );
}

#[tokio::test]
async fn a_selection_is_dropped_without_a_word() {
    let api = Api::start().await;
    let section =
        json!({"identifier": "s", "title": "S", "visible": true, "qti-selection": {"select": 2}});
    let test = json!({"identifier": "t", "title": "T", "qti-test-part": [{
        "identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [section],
    }]});
    let created = api.post("/assessment-tests", &test).await.expect(201);
    let shown = |test: &Value| test["qti-test-part"][0]["qti-assessment-section"][0].clone();
    assert_eq!(shown(&created).get("qti-selection"), None);
    let sections = "/assessment-tests/t/test-parts/p/sections";
    let updated = api
        .put(&format!("{sections}/s"), &section)
        .await
        .expect(200);
    assert_eq!(updated.get("qti-selection"), None);
    let xml = created["rawXml"].as_str().unwrap().replace(
        "visible=\"true\"/>",
        "visible=\"true\"><qti-selection select=\"2\"/></qti-assessment-section>",
    );
    assert!(xml.contains("qti-selection"));
    let updated = api
        .send_xml(Method::PUT, "/assessment-tests/t", &xml)
        .await
        .expect(200);
    assert!(
        !updated["rawXml"]
            .as_str()
            .unwrap()
            .contains("qti-selection")
    );
    assert_eq!(updated["rawXml"], created["rawXml"]);
}
