//! The JSON authoring form of items: what it takes, and what the service loses of it.

use serde_json::{Value, json};

use crate::support::{Api, item_body};

const ITEMS: &str = "/assessment-items";

/// An item of this type with an interaction of these fields and this structure.
fn item(kind: &str, fields: &Value, structure: &Value, declaration: &Value) -> Value {
    let mut body = item_body(kind);
    body["type"] = json!(kind);
    body["format"] = json!("json");
    body["interaction"] = json!({"type": kind, "responseIdentifier": "RESPONSE"});
    for (name, value) in fields.as_object().unwrap() {
        body["interaction"][name] = value.clone();
    }
    body["interaction"]["questionStructure"] = structure.clone();
    body["interaction"]["questionStructure"]["prompt"] = json!("What do <b>you</b> say?");
    body["responseDeclarations"] = json!([declaration]);
    body["responseDeclarations"][0]["identifier"] = json!("RESPONSE");
    body
}

fn declared(cardinality: &str, base_type: &str, value: Value) -> Value {
    json!({"cardinality": cardinality, "baseType": base_type, "correctResponse": {"value": value}})
}

fn object(data: &str) -> Value {
    json!({"data": data, "width": 40, "height": 30, "type": "image/png", "mediaType": "image/png"})
}

/// For each type an item in the shape that the document shows for it, and pieces of the XML that it becomes.
fn documented() -> Vec<(Value, Vec<&'static str>)> {
    let spots = json!([{"identifier": "N", "shape": "circle", "coords": "3,4,2", "matchMax": 1, "label": "North"}]);
    let two = json!([{"identifier": "A", "content": "Ant"}, {"identifier": "B", "content": "Bee"}]);
    let targets = json!([{"identifier": "X", "content": "six legs"}]);
    let single = |value: &str| declared("single", "identifier", json!([value]));
    vec![
        (
            item(
                "choice",
                &json!({"shuffle": true, "maxChoices": 1, "minChoices": 0}),
                &json!({"choices": two}),
                &single("A"),
            ),
            vec![
                "shuffle=\"true\" max-choices=\"1\" min-choices=\"0\"",
                "<qti-simple-choice identifier=\"B\">Bee</qti-simple-choice>",
            ],
        ),
        (
            item(
                "order",
                &json!({"shuffle": true, "orientation": "vertical"}),
                &json!({"choices": two}),
                &declared("ordered", "identifier", json!(["B", "A"])),
            ),
            vec![
                "orientation=\"vertical\"",
                "<qti-value>B</qti-value>\n      <qti-value>A</qti-value>",
            ],
        ),
        (
            item(
                "inline-choice",
                &json!({}),
                &json!({"inlineChoices": two}),
                &single("A"),
            ),
            vec![
                "<p><qti-inline-choice-interaction response-identifier=\"RESPONSE\"><qti-inline-choice identifier=\"A\">",
            ],
        ),
        (
            item(
                "text-entry",
                &json!({"attributes": {"expected-length": 5, "pattern-mask": "[a-z]+", "placeholder": "Word"}}),
                &json!({}),
                &declared("single", "string", json!(["bee"])),
            ),
            vec!["expected-length=\"5\" pattern-mask=\"[a-z]+\" placeholder-text=\"Word\""],
        ),
        (
            item(
                "extended-text",
                &json!({}),
                &json!({"expectedLines": 10, "format": "plain"}),
                &declared("single", "string", json!([""])),
            ),
            vec!["expected-lines=\"10\" format=\"plain\""],
        ),
        (
            item(
                "match",
                &json!({"maxAssociations": 2}),
                &json!({"sourceChoices": two, "targetChoices": targets}),
                &declared("multiple", "directedPair", json!([["A", "X"], ["B", "X"]])),
            ),
            vec![
                "max-associations=\"2\"",
                "<qti-value>A X</qti-value>",
                "<qti-simple-associable-choice identifier=\"X\" match-max=\"1\">six legs<",
            ],
        ),
        (
            item(
                "associate",
                &json!({"maxAssociations": 1}),
                &json!({"sourceChoices": two, "targetChoices": targets}),
                &declared("multiple", "pair", json!([["A", "X"], "B X"])),
            ),
            vec![
                "<qti-value>A X</qti-value>",
                "<qti-value>B X</qti-value>",
                "identifier=\"B\" match-max=\"1\">Bee<",
                "identifier=\"X\"",
            ],
        ),
        (
            item(
                "hottext",
                &json!({"maxChoices": 0}),
                &json!({"text": "<p>A <hottext identifier=\"H\">loud</hottext> night</p>"}),
                &single("H"),
            ),
            vec!["<p>A <qti-hottext identifier=\"H\">loud</qti-hottext> night</p>"],
        ),
        (
            item(
                "slider",
                &json!({"lower-bound": 0, "upperBound": 9, "step": 1}),
                &json!({"object": object("scale.png")}),
                &declared("single", "float", json!(["4"])),
            ),
            vec!["lower-bound=\"0\" upper-bound=\"9\" step=\"1\""],
        ),
        (
            item(
                "media",
                &json!({"autostart": true, "minPlays": 0, "loop": false}),
                &json!({"object": object("film.mp4")}),
                &declared("single", "string", json!(["x"])),
            ),
            vec!["autostart=\"true\" min-plays=\"0\" loop=\"false\""],
        ),
        (
            item(
                "upload",
                &json!({}),
                &json!({"allowedTypes": ["application/pdf"], "maxSize": 1, "maxFiles": 1}),
                &declared("single", "string", json!([""])),
            ),
            vec!["<qti-value></qti-value>"],
        ),
        (
            item(
                "drawing",
                &json!({}),
                &json!({"canvas": {"width": 1, "height": 1}, "object": object("sheet.png")}),
                &declared("single", "file", json!([""])),
            ),
            vec![],
        ),
        (
            item(
                "select-point",
                &json!({"maxChoices": 2, "minChoices": 1}),
                &json!({"object": object("map.png")}),
                &declared("multiple", "point", json!(["1 2"])),
            ),
            vec![
                "max-choices=\"2\" min-choices=\"1\"",
                "<qti-value>1 2</qti-value>",
            ],
        ),
        (
            item(
                "hotspot",
                &json!({"maxChoices": 1}),
                &json!({"object": object("map.png"), "hotspots": spots}),
                &single("N"),
            ),
            vec![],
        ),
        (
            item(
                "graphic-order",
                &json!({"shuffle": true}),
                &json!({"object": object("map.png"), "orderChoices": spots}),
                &declared("ordered", "identifier", json!(["N"])),
            ),
            vec![],
        ),
        (
            item(
                "graphic-associate",
                &json!({"maxAssociations": 4}),
                &json!({"object": object("map.png"), "associableHotspots": spots}),
                &declared("multiple", "directedPair", json!(["N S"])),
            ),
            vec!["<qti-value>N S</qti-value>"],
        ),
        (
            item(
                "graphic-gap-match",
                &json!({"shuffle": false}),
                &json!({"object": object("map.png"), "gapImgs": spots, "associableHotspots": spots}),
                &declared("multiple", "directedPair", json!(["G N"])),
            ),
            vec!["<qti-value>G N</qti-value>"],
        ),
    ]
}

#[tokio::test]
async fn each_of_the_17_types_is_taken_in_its_documented_shape() {
    let api = Api::start().await;
    api.with_stimuli(&["one", "two"]).await;
    let documented = documented();
    assert_eq!(documented.len(), 17);
    for (place, (mut body, pieces)) in documented.into_iter().enumerate() {
        let kind = body["type"].as_str().unwrap().to_owned();
        for (template, stimulus) in [
            ("match_correct", json!({"identifier": "one"})),
            (
                "map_response",
                json!([{"identifier": "one"}, {"identifier": "two"}]),
            ),
        ] {
            body["identifier"] = json!(format!("{kind}-{template}"));
            body["responseProcessing"]["templateType"] = json!(template);
            body["stimulus"] = stimulus.clone();
            let created = api.post(ITEMS, &body).await.expect(201);
            assert_eq!(created["type"], kind, "{place}");
            let xml = created["rawXml"].as_str().unwrap();
            for piece in &pieces {
                assert!(xml.contains(piece), "{kind}: {piece} in {xml}");
            }
            assert!(xml.contains("What do <b>you</b> say?"), "{kind}: {xml}");
            let references = xml.matches("<qti-assessment-stimulus-ref").count();
            assert_eq!(references, stimulus.as_array().map_or(1, Vec::len));
            let validated = json!({"xml": xml, "schema": "item"});
            assert_eq!(
                api.post("/validate", &validated).await.expect(200)["validationErrors"],
                json!([]),
                "{kind}"
            );
        }
    }
}

#[tokio::test]
async fn what_the_service_loses_is_lost_here_too() {
    let api = Api::start().await;
    for (body, _) in documented() {
        let kind = body["type"].as_str().unwrap();
        let created = api.post(ITEMS, &body).await.expect(201);
        let xml = created["rawXml"].as_str().unwrap();
        for lost in [
            "<object",
            "hotspot-choice",
            "associable-hotspot",
            "gap-img",
            "canvas",
            "application/pdf",
        ] {
            assert!(!xml.contains(lost), "{kind}: {lost} in {xml}");
        }
        // Feedback at the top of the form has no place in the XML.
        assert_eq!(created["feedbackInline"], json!([]), "{kind}");
    }
    let pair = declared("multiple", "directedPair", json!(["i1 c1"]));
    let sets = json!({"sourceChoices": [{"identifier": "i1", "content": "a"}], "targetChoices": [{"identifier": "c1", "content": "b"}]});
    let body = item("match", &json!({}), &sets, &pair);
    let updated = api.put("/assessment-items/match", &body).await.expect(200);
    assert_eq!(
        updated["responseDeclarations"][0]["correctResponse"]["value"],
        json!(["i 1"]),
        "the service takes a pair in one text apart by its characters"
    );
}

#[tokio::test]
async fn a_stimulus_that_does_not_exist_is_refused() {
    let api = Api::start().await;
    let mut body = item_body("i");
    for stimulus in [
        json!({"identifier": "nowhere"}),
        json!([{"identifier": "there"}, {"identifier": "nowhere"}]),
    ] {
        body["stimulus"] = stimulus;
        let refused = api.post(ITEMS, &body).await.error(400);
        assert_eq!(refused, "Stimulus(s) not found");
    }
    api.get("/assessment-items/i").await.error(404);
    body.as_object_mut().unwrap().remove("stimulus");
    let created = api.post(ITEMS, &body).await.expect(201);
    body["stimulus"] = json!({"identifier": "nowhere"});
    api.put("/assessment-items/i", &body).await.error(400);
    assert_eq!(
        api.get("/assessment-items/i").await.expect(200),
        created,
        "an update that is refused changes nothing"
    );
    api.with_stimuli(&["nowhere"]).await;
    api.put("/assessment-items/i", &body).await.expect(200);
}

#[tokio::test]
async fn a_record_among_the_outcomes_needs_a_base_type_only_when_the_item_is_created() {
    let api = Api::start().await;
    let with = |outcome: Value| {
        let mut body = item_body("i");
        body["outcomeDeclarations"]
            .as_array_mut()
            .unwrap()
            .push(outcome);
        body
    };
    let bare = json!({"identifier": "PLACE", "cardinality": "record"});
    let empty = json!({"identifier": "PLACE", "cardinality": "record", "baseType": ""});
    for outcome in [&bare, &empty] {
        assert_eq!(
            api.post(ITEMS, &with(outcome.clone()))
                .await
                .refused_fields(),
            ["outcomeDeclarations[2].baseType"]
        );
    }
    let named = json!({"identifier": "PLACE", "cardinality": "record", "baseType": "string"});
    api.post(ITEMS, &with(named)).await.expect(201);
    for outcome in [&bare, &empty] {
        let updated = api
            .put("/assessment-items/i", &with(outcome.clone()))
            .await
            .expect(200);
        assert_eq!(updated["outcomeDeclarations"][3], empty);
    }
    let wrong = json!({"identifier": "X", "cardinality": "single", "baseType": "text"});
    for body in [
        with(wrong),
        with(json!({"identifier": "X", "cardinality": "single", "baseType": ""})),
    ] {
        assert_eq!(
            api.put("/assessment-items/i", &body).await.refused_fields(),
            ["outcomeDeclarations[2].baseType"]
        );
    }
}
