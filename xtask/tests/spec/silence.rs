//! What upstream changes is told or refused, wherever it stands in the document.

use serde_json::{Value, json};

use crate::support::{Copy, error, upstream};

const SECTION: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";

/// Upstream's document with one change.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut document = upstream();
    change(&mut document);
    document.to_string()
}

#[test]
fn a_change_of_where_the_service_is_or_whom_it_lets_in_is_told() {
    const FLOW: &str = "/components/securitySchemes/OAuth2/flows/clientCredentials";
    let text = changed(|document| {
        document["info"]["version"] = json!("2.0.0");
        document["servers"] = json!([{ "url": "https://qti.example/api" }]);
        document["security"] = json!([{ "MCP": [] }]);
        let flow = document.pointer_mut(FLOW).unwrap();
        flow["tokenUrl"] = json!("https://auth.example/token");
        flow["scopes"] = json!({ "everything": "" });
        let path = &mut document["paths"][SECTION];
        path["servers"] = json!([{ "url": "https://sections.example" }]);
        path["get"]["security"] = json!([]);
        path["get"]["deprecated"] = json!(true);
        path["get"]["responses"]["200"]["headers"] =
            json!({ "ETag": { "schema": { "type": "string" } } });
        path["get"]["callbacks"] =
            json!({ "done": { "{$request.body#/url}": { "post": { "responses": {} } } } });
    });
    let copy = Copy::new();
    let before = copy.document();
    let report = copy.refresh(&text).unwrap().to_string();
    for line in [
        "compatible  document `version`: is 2.0.0, was 1.0.0",
        "breaking    document `servers`: server https://qti.alpha-1edtech.ai/api removed",
        "compatible  document `servers`: server https://qti.example/api added",
        "breaking    document `securitySchemes`: OAuth2.flows.clientCredentials.tokenUrl is https://auth.example/token, was ",
        "compatible  document `securitySchemes`: OAuth2.flows.clientCredentials.scopes.everything added",
        "breaking    document `security`: no longer lets in with `OAuth2`",
        "breaking    operation `getSection`: server https://qti.alpha-1edtech.ai/api removed",
        "compatible  operation `getSection`: lets in with nothing",
        "compatible  operation `getSection`: is deprecated",
        "compatible  operation `getSection`: response 200 header `ETag` added",
        "compatible  operation `getSection`: callback `done` added",
        "breaking    operation `updateSection`: server https://qti.alpha-1edtech.ai/api removed",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    assert_ne!(copy.document()["servers"], before["servers"]);
}

#[test]
fn an_entity_that_gets_fields_beside_its_own_is_refused_by_its_name() {
    let part = json!([{ "type": "object", "properties": { "zz": { "type": "string" } }, "required": ["zz"] }]);
    for (entity, named) in [
        ("Section", "Section"),
        ("AssessmentTest", "AssessmentTestInput"),
        ("Stimulus", "StimulusInput"),
    ] {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let text = changed(|document| {
                document["components"]["schemas"][entity][keyword] = part.clone();
            });
            let copy = Copy::new();
            let before = copy.files();
            let error = error(copy.refresh(&text));
            let place = format!("schema `{named}`: is composed by `{keyword}`; ");
            assert!(error.starts_with(&place), "{error}");
            assert_eq!(copy.files(), before);
        }
    }
}

#[test]
fn an_id_that_moves_to_another_method_takes_no_leave_to_repeat_with_it() {
    let text = changed(|document| {
        let path = &mut document["paths"][SECTION];
        let [get, delete] = ["get", "delete"].map(|method| path[method]["operationId"].clone());
        path["get"]["operationId"] = delete;
        path["delete"]["operationId"] = get;
    });
    let error = error(Copy::new().refresh(&text));
    assert!(
        error.ends_with(
            "has `x-repeat: null`; overlay.yaml must say read, idempotent, create, never"
        ),
        "{error}"
    );
}

#[test]
fn an_operation_that_stands_twice_in_json_is_refused_with_its_place() {
    let text = upstream().to_string();
    let twice = text.replacen(
        &format!("\"{SECTION}\":"),
        &format!("\"{SECTION}\":{{\"get\":{{}}}},\"{SECTION}\":"),
        1,
    );
    let copy = Copy::new();
    let before = copy.files();
    let error = error(copy.refresh(&twice));
    assert!(
        error.contains(&format!(
            "`{SECTION}` stands twice in one object at line 1 column "
        )),
        "{error}"
    );
    assert_eq!(copy.files(), before);
}

#[test]
fn a_difference_that_no_change_tells_is_to_be_looked_at() {
    let (untold, told) = (
        changed(|document| document["paths"][SECTION]["get"]["tags"] = json!(["Other"])),
        changed(|document| document["paths"][SECTION]["get"]["deprecated"] = json!(true)),
    );
    let line = "look at       upstream.yaml, which differs in what changes nothing for a client\n";
    for (text, expected) in [
        (untold, true),
        (told, false),
        (upstream().to_string(), false),
    ] {
        let report = Copy::new().refresh(&text).unwrap();
        assert_eq!(report.to_string().contains(line), expected, "{report}");
        assert_eq!(report.to_markdown().contains("- look at: "), expected);
    }
}
