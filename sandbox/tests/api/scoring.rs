//! What a response scores.

use serde_json::{Value, json};

use crate::support::{Api, item_body, item_xml};

const PROCESS: &str = "/assessment-items/i/process-response";

async fn with_item(body: &Value) -> Api {
    let api = Api::start().await;
    api.post("/assessment-items", body).await.expect(201);
    api
}

#[tokio::test]
async fn a_response_scores_one_point_if_it_is_the_correct_one() {
    let api = with_item(&json!({"format": "xml", "xml": item_xml("i")})).await;
    for (body, score, value) in [
        (
            json!({"identifier": "RESPONSE", "response": "A"}),
            1.0,
            "CORRECT",
        ),
        (
            json!({"identifier": "RESPONSE", "response": ["A"]}),
            1.0,
            "CORRECT",
        ),
        (json!({"identifier": "i", "response": "A"}), 1.0, "CORRECT"),
        (
            json!({"identifier": "RESPONSE", "response": "B"}),
            0.0,
            "INCORRECT",
        ),
        (
            json!({"identifier": "RESPONSE", "response": []}),
            0.0,
            "INCORRECT",
        ),
        (json!({"responses": {"RESPONSE": ["A"]}}), 1.0, "CORRECT"),
        (json!({"responses": {}}), 0.0, "INCORRECT"),
    ] {
        let answer = api.post(PROCESS, &body).await.expect(200);
        assert_eq!(
            answer,
            json!({"score": score, "feedback": {"identifier": "FEEDBACK", "value": value}}),
            "{body}"
        );
    }
}

#[tokio::test]
async fn feedback_has_the_names_of_the_items_response_processing() {
    let api = with_item(&item_body("i")).await;
    let answer = api
        .post(PROCESS, &json!({"identifier": "RESPONSE", "response": "A"}))
        .await
        .expect(200);
    assert_eq!(
        answer,
        json!({"score": 1.0, "feedback": {"identifier": "FEEDBACK", "value": "RIGHT"}})
    );
}

#[tokio::test]
async fn map_response_gives_a_point_for_each_correct_value() {
    let mut body = item_body("i");
    body["responseDeclarations"][0] = json!({
        "identifier": "RESPONSE", "cardinality": "multiple", "baseType": "identifier", "correctResponse": {"value": ["A", "C"]},
    });
    body["responseProcessing"]["templateType"] = json!("map_response");
    let api = with_item(&body).await;
    for (response, score, value) in [
        (json!(["A", "C"]), 2.0, "RIGHT"),
        (json!(["A"]), 1.0, "WRONG"),
        (json!(["B"]), 0.0, "WRONG"),
    ] {
        let answer = api
            .post(PROCESS, &json!({"responses": {"RESPONSE": response}}))
            .await
            .expect(200);
        assert_eq!(
            (&answer["score"], &answer["feedback"]["value"]),
            (&json!(score), &json!(value)),
            "{response}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_scored_is_told_why() {
    let api = with_item(&item_body("i")).await;
    let fine = json!({"identifier": "RESPONSE", "response": "A"});
    assert_eq!(
        api.post("/assessment-items/x/process-response", &fine)
            .await
            .error(404),
        "Assessment item not found"
    );
    for unknown in [
        json!({"identifier": "OTHER", "response": "A"}),
        json!({"responses": {"OTHER": "A"}}),
    ] {
        assert_eq!(
            api.post(PROCESS, &unknown).await.error(404),
            "Response declaration not found"
        );
    }
    for (wrong, field) in [
        (json!({}), "identifier"),
        (json!({"identifier": "RESPONSE"}), "response"),
        (json!({"responses": [1]}), "responses"),
    ] {
        assert_eq!(api.post(PROCESS, &wrong).await.refused_fields(), [field]);
    }
}

#[tokio::test]
async fn a_list_in_the_form_with_an_identifier_is_scored_wrongly_as_on_the_service() {
    for (cardinality, correct) in [
        ("multiple", json!(["A", "C"])),
        ("ordered", json!(["C", "A"])),
    ] {
        let mut body = item_body("i");
        body["responseDeclarations"][0] = json!({
            "identifier": "RESPONSE", "cardinality": cardinality, "baseType": "identifier", "correctResponse": {"value": correct},
        });
        let api = with_item(&body).await;
        for (form, score) in [
            (json!({"responses": {"RESPONSE": correct}}), 1.0),
            (json!({"identifier": "RESPONSE", "response": correct}), 0.0),
            (json!({"identifier": "i", "response": correct}), 0.0),
        ] {
            let answer = api.post(PROCESS, &form).await.expect(200);
            assert_eq!(answer["score"], score, "{cardinality}: {form}");
        }
    }
}

#[tokio::test]
async fn a_response_is_text_a_number_a_list_of_text_or_a_record() {
    let mut body = item_body("i");
    body["responseDeclarations"] = json!([
        {"identifier": "RESPONSE", "cardinality": "single", "baseType": "float", "correctResponse": {"value": ["0.5"]}},
        {"identifier": "PLACE", "cardinality": "record", "correctResponse": {"value": []}},
    ]);
    body["outcomeDeclarations"] =
        json!([{"identifier": "SCORE", "cardinality": "single", "baseType": "float"}]);
    body.as_object_mut().unwrap().remove("responseProcessing");
    body["interaction"]["questionStructure"]["choices"] = json!([]);
    let api = with_item(&body).await;
    for value in [json!("0.5"), json!(0.5), json!(["0.5"])] {
        for form in [
            json!({"responses": {"RESPONSE": value}}),
            json!({"identifier": "RESPONSE", "response": value}),
        ] {
            api.post(PROCESS, &form).await.expect(200);
        }
    }
    let record = json!({"street": "Main", "number": 7});
    for form in [
        json!({"responses": {"PLACE": record}}),
        json!({"identifier": "PLACE", "response": record}),
    ] {
        api.post(PROCESS, &form).await.expect(200);
    }
    for (wrong, fields) in [
        (
            json!({"responses": {"RESPONSE": true, "PLACE": null}}),
            vec!["responses.RESPONSE", "responses.PLACE"],
        ),
        (
            json!({"responses": {"RESPONSE": ["A", true, 1]}}),
            vec!["responses.RESPONSE[1]", "responses.RESPONSE[2]"],
        ),
        (
            json!({"identifier": "RESPONSE", "response": false}),
            vec!["response"],
        ),
    ] {
        assert_eq!(
            api.post(PROCESS, &wrong).await.refused_fields(),
            fields,
            "{wrong}"
        );
    }
}
