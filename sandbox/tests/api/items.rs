//! Items in both forms.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, item_body, item_xml};

const ITEMS: &str = "/assessment-items";

fn xml_form(identifier: &str) -> Value {
    json!({"format": "xml", "xml": item_xml(identifier), "metadata": {"subject": "Geography", "grade": 5, "DOK": [1, "x"]}})
}

#[tokio::test]
async fn an_item_from_xml_comes_back_with_what_its_xml_says() {
    let api = Api::start().await;
    let created = api.post(ITEMS, &xml_form("paris")).await.expect(201);
    assert_eq!(created["rawXml"], item_xml("paris"));
    assert_eq!(created["title"], "Capitals");
    assert_eq!(created["type"], "choice");
    assert_eq!(created["metadata"], xml_form("paris")["metadata"]);
    assert_eq!(
        created["responseDeclarations"],
        json!([{"identifier": "RESPONSE", "cardinality": "single", "baseType": "identifier", "correctResponse": {"value": ["A"]}}])
    );
    assert_eq!(
        created["responseProcessing"]["templateType"],
        "match_correct"
    );
    let content = &created["content"]["qti-assessment-item"];
    assert_eq!(
        content["qti-response-declaration"]["qti-correct-response"]["qti-value"],
        "A"
    );
    assert_eq!(
        content["qti-response-declaration"]["_attributes"]["base-type"],
        "identifier"
    );
    assert_eq!(
        created.get("stimulus"),
        None,
        "the link stands in the XML only"
    );
    assert_eq!(
        api.get("/assessment-items/paris").await.expect(200),
        created
    );
    let as_xml = api
        .request(Method::GET, "/assessment-items/paris")
        .header("content-type", "application/xml");
    assert_eq!(
        as_xml.send().await.unwrap().text().await.unwrap(),
        item_xml("paris")
    );
}

#[tokio::test]
async fn the_authoring_form_becomes_xml() {
    let api = Api::start().await;
    api.with_stimuli(&["passage"]).await;
    let mut body = item_body("paris");
    body["stimulus"] = json!({"identifier": "passage", "href": "stimuli/passage"});
    body["rubrics"] = json!([{"use": "scoring", "view": "scorer", "body": "<p>One point</p>"}]);
    body["preInteraction"] = json!("<p>Read on.</p>");
    body["modalFeedback"] = json!([{"outcomeIdentifier": "FEEDBACK", "identifier": "RIGHT", "showHide": "show", "content": "<p>Good</p>", "title": "Well done"}]);
    let created = api.post(ITEMS, &body).await.expect(201);
    let xml = created["rawXml"].as_str().unwrap();
    for piece in [
        "<qti-choice-interaction response-identifier=\"RESPONSE\" shuffle=\"true\" max-choices=\"1\">",
        "<qti-prompt>Which is the capital of <b>France</b>?</qti-prompt>",
        "<qti-simple-choice identifier=\"A\">Paris<qti-feedback-inline identifier=\"A\" outcome-identifier=\"HINT\" show-hide=\"show\">Yes.</qti-feedback-inline></qti-simple-choice>",
        "<qti-assessment-stimulus-ref identifier=\"passage\" href=\"stimuli/passage\"/>",
        "<qti-rubric-block use=\"scoring\" view=\"scorer\"><p>One point</p></qti-rubric-block>",
        "<p>Read on.</p>",
        "<qti-base-value base-type=\"identifier\">RIGHT</qti-base-value>",
        "<qti-set-outcome-value identifier=\"HINT\">",
    ] {
        assert!(xml.contains(piece), "{piece} in {xml}");
    }
    assert_eq!(created["responseProcessing"], body["responseProcessing"]);
    assert_eq!(created["modalFeedback"], body["modalFeedback"]);
    assert_eq!(created["feedbackInline"], json!([]), "in the XML only");
    assert_eq!(created.get("interaction"), None);
}

#[tokio::test]
async fn the_type_is_that_of_the_first_interaction_that_is_known() {
    let api = Api::start().await;
    for (name, kind) in [
        ("gap-match", "gap-match"),
        ("portable-custom", "portable-custom"),
        ("telepathy", "unknown"),
    ] {
        let xml =
            item_xml(name).replace("qti-choice-interaction", &format!("qti-{name}-interaction"));
        let created = api
            .post(ITEMS, &json!({"format": "xml", "xml": xml}))
            .await
            .expect(201);
        assert_eq!(created["type"], kind);
        assert_eq!(
            api.listed(&format!("{ITEMS}?type={kind}")).await,
            [name],
            "lists know it, too"
        );
    }
    let passage = item_xml("text").replace("qti-choice-interaction", "div");
    let created = api
        .post(ITEMS, &json!({"format": "xml", "xml": passage}))
        .await
        .expect(201);
    assert_eq!(created["type"], "unknown");
}

#[tokio::test]
async fn an_item_may_set_score_and_completion_status_without_declaring_them() {
    let api = Api::start().await;
    let undeclared = |outcome: &str| {
        let rules = format!(
            "<qti-response-processing><qti-set-outcome-value identifier=\"{outcome}\"><qti-base-value base-type=\"float\">1</qti-base-value></qti-set-outcome-value></qti-response-processing>"
        );
        let xml = item_xml(outcome)
            .replace("<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\"/>", "")
            .replace("<qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>", &rules);
        assert!(xml.contains(&rules) && !xml.contains("qti-outcome-declaration"));
        json!({"format": "xml", "xml": xml})
    };
    for outcome in ["SCORE", "completion_status", "completionStatus"] {
        api.post(ITEMS, &undeclared(outcome)).await.expect(201);
    }
    assert_eq!(
        api.post(ITEMS, &undeclared("GRADE")).await.refused_fields(),
        ["xml"]
    );
}

#[tokio::test]
async fn response_processing_is_what_the_xml_says() {
    let api = Api::start().await;
    let set = |outcome: &str, kind: &str, value: &str| {
        format!(
            "<qti-set-outcome-value identifier=\"{outcome}\"><qti-base-value base-type=\"{kind}\">{value}</qti-base-value></qti-set-outcome-value>"
        )
    };
    let rules = format!(
        "<qti-response-processing><qti-response-condition><qti-response-if><qti-match><qti-variable identifier=\"RESPONSE\"/><qti-correct identifier=\"RESPONSE\"/></qti-match>{}{}</qti-response-if><qti-response-else>{}{}</qti-response-else></qti-response-condition></qti-response-processing>",
        set("SCORE", "float", "1"),
        set("VERDICT", "identifier", "YES"),
        set("SCORE", "float", "0"),
        set("VERDICT", "identifier", "NO"),
    );
    let template = "<qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>";
    let declared = "<qti-outcome-declaration identifier=\"VERDICT\" cardinality=\"single\" base-type=\"identifier\"/><qti-assessment-stimulus-ref";
    let xml = item_xml("i")
        .replace(template, &rules)
        .replace("<qti-assessment-stimulus-ref", declared);
    let created = api
        .post(ITEMS, &json!({"format": "xml", "xml": xml}))
        .await
        .expect(201);
    assert_eq!(
        created["responseProcessing"],
        json!({
            "templateType": "match_correct",
            "responseDeclarationIdentifier": "RESPONSE",
            "outcomeIdentifier": "VERDICT",
            "correctResponseIdentifier": "YES",
            "incorrectResponseIdentifier": "NO",
        })
    );
    let answer = api
        .post(
            "/assessment-items/i/process-response",
            &json!({"identifier": "RESPONSE", "response": "B"}),
        )
        .await
        .expect(200);
    assert_eq!(
        answer["feedback"],
        json!({"identifier": "VERDICT", "value": "NO"})
    );
}

#[tokio::test]
async fn an_identifier_is_free_again_after_the_deletion() {
    let api = Api::start().await;
    for identifier in ["i", "course:unit:1"] {
        api.post(ITEMS, &xml_form(identifier)).await.expect(201);
        let path = format!("{ITEMS}/{identifier}");
        api.delete(&path).await.expect(204);
        api.get(&path).await.error(404);
        let again = api.post(ITEMS, &item_body(identifier)).await.expect(201);
        assert_eq!((&again["__v"], again.get("metadata")), (&json!(0), None));
        assert_eq!(api.get(&path).await.expect(200), again);
    }
}

#[tokio::test]
async fn an_update_replaces_the_whole_item_and_an_answer_cannot_be_sent_back() {
    let api = Api::start().await;
    let created = api.post(ITEMS, &xml_form("i")).await.expect(201);
    assert_eq!(
        api.put("/assessment-items/i", &created)
            .await
            .refused_fields(),
        ["rawXml"]
    );
    let updated = api
        .put(
            "/assessment-items/i",
            &json!({"format": "xml", "xml": item_xml("i").replace("Lyon", "Nice")}),
        )
        .await
        .expect(200);
    assert!(updated["rawXml"].as_str().unwrap().contains("Nice"));
    assert_eq!(updated.get("metadata"), None);
    assert_eq!(updated["__v"], 1);
    assert_eq!(updated["createdAt"], created["createdAt"]);
    let mut body = item_body("i");
    body.as_object_mut().unwrap().remove("identifier");
    let updated = api.put("/assessment-items/i", &body).await.expect(200);
    assert!(!updated["rawXml"].as_str().unwrap().contains("stimulus-ref"));
    assert_eq!(
        api.put("/assessment-items/i", &xml_form("other"))
            .await
            .refused_fields(),
        ["identifier"]
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    api.post(ITEMS, &xml_form("i")).await.expect(201);
    let before = api.get(ITEMS).await.expect(200);
    assert_eq!(
        api.post(ITEMS, &item_body("i")).await.error(409),
        "Assessment item already exists"
    );
    let changed = |change: fn(&mut Value)| {
        let mut body = item_body("new");
        change(&mut body);
        body
    };
    for (body, field) in [
        (json!({"format": "xml"}), "xml"),
        (
            json!({"format": "xml", "xml": "<qti-assessment-item"}),
            "xml",
        ),
        (
            json!({"format": "xml", "xml": item_xml("new").replace("base-type=\"float\"/>", "base-type=\"float\">")}),
            "xml",
        ),
        (json!({"format": "yaml"}), "format"),
        (json!({"title": "x", "type": "choice"}), "identifier"),
        (changed(|body| body["type"] = json!("telepathy")), "type"),
        (
            changed(|body| body["interaction"]["questionStructure"]["prompt"] = json!("3 < 5")),
            "interaction.questionStructure.prompt",
        ),
        (
            changed(|body| body["responseProcessing"]["outcomeIdentifier"] = json!("UNDECLARED")),
            "body",
        ),
        (
            changed(|body| body["interaction"]["responseIdentifier"] = json!("UNDECLARED")),
            "body",
        ),
        (
            changed(|body| body["responseDeclarations"][0]["cardinality"] = json!("many")),
            "responseDeclarations[0].cardinality",
        ),
    ] {
        assert_eq!(
            api.post(ITEMS, &body).await.refused_fields(),
            [field],
            "{body}"
        );
    }
    for (method, path) in [
        (Method::GET, "/assessment-items/x"),
        (Method::DELETE, "/assessment-items/x"),
    ] {
        assert_eq!(
            api.send(api.request(method, path)).await.error(404),
            "Assessment item not found"
        );
    }
    assert_eq!(
        api.put("/assessment-items/x", &item_body("x"))
            .await
            .error(404),
        "Assessment item not found"
    );
    assert_eq!(api.get(ITEMS).await.expect(200), before);
    api.delete("/assessment-items/i").await.expect(204);
    api.get("/assessment-items/i").await.expect(404);
}

#[tokio::test]
async fn metadata_is_replaced_where_the_item_exists_and_creates_it_where_not() {
    let api = Api::start().await;
    let created = api.post(ITEMS, &xml_form("i")).await.expect(201);
    let mut body = item_body("i");
    body["metadata"] = json!({"subject": "History"});
    let changed = api
        .post("/assessment-items/metadata", &body)
        .await
        .expect(201);
    assert_eq!(changed["metadata"], body["metadata"]);
    assert_eq!(changed["rawXml"], created["rawXml"]);
    let new = api
        .post("/assessment-items/metadata", &item_body("new"))
        .await
        .expect(201);
    assert_eq!(api.get("/assessment-items/new").await.expect(200), new);
    api.post("/assessment-items/metadata", &json!({}))
        .await
        .expect(400);
}

#[tokio::test]
async fn an_item_called_metadata_is_an_item() {
    let api = Api::start().await;
    api.post(ITEMS, &xml_form("metadata")).await.expect(201);
    assert_eq!(
        api.get("/assessment-items/metadata").await.expect(200)["identifier"],
        "metadata"
    );
    api.put("/assessment-items/metadata", &xml_form("metadata"))
        .await
        .expect(200);
    api.post("/assessment-items/other", &xml_form("other"))
        .await
        .error(404);
    api.delete("/assessment-items/metadata").await.expect(204);
}

#[tokio::test]
async fn lists_take_filters_and_typed_parameters() {
    let api = Api::start().await;
    api.post(ITEMS, &xml_form("a")).await.expect(201);
    let mut body = item_body("b");
    body["type"] = json!("order");
    body["metadata"] = json!({"subject": "Math", "difficulty": "easy"});
    api.post(ITEMS, &body).await.expect(201);
    for (query, found) in [
        ("order=asc", vec!["a", "b"]),
        ("subject=Math", vec!["b"]),
        ("grade=5", vec!["a"]),
        ("type=order", vec!["b"]),
        ("search=capitals&sort=type&order=asc", vec!["a", "b"]),
        ("search=nowhere", vec![]),
        (
            "filter=metadata.difficulty='easy'%20AND%20type='order'",
            vec!["b"],
        ),
        ("filter=metadata.DOK='x'", vec!["a"]),
    ] {
        assert_eq!(
            api.listed(&format!("{ITEMS}?{query}")).await,
            found,
            "{query}"
        );
    }
    let refused = api
        .get(&format!("{ITEMS}?page=none&filter=("))
        .await
        .expect(400);
    assert_eq!(refused["code"], "VALIDATION_ERROR");
    assert_eq!(refused["meta"]["issues"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_questions_of_a_test_are_its_items_in_order() {
    let api = Api::with_test().await;
    for identifier in ["i3", "i1"] {
        api.post(ITEMS, &xml_form(identifier)).await.expect(201);
    }
    let questions = api.get("/assessment-tests/t/questions").await.expect(200);
    assert_eq!(questions["assessmentTest"], "t");
    assert_eq!(questions["totalQuestions"], 2);
    let first = &questions["questions"][0];
    assert_eq!(first["reference"]["identifier"], "i1");
    assert_eq!(first["reference"]["testPart"], "p");
    assert_eq!(first["reference"]["section"], "s");
    assert_eq!(
        first["question"],
        api.get("/assessment-items/i1").await.expect(200)
    );
    assert_eq!(questions["questions"][1]["question"]["identifier"], "i3");
    assert_eq!(
        api.get("/assessment-tests/x/questions").await.error(404),
        "Assessment test not found"
    );
}
