//! What upstream adds arrives without a change of code; the overlay says what upstream does not.

use serde_json::json;

use crate::support::{Copy, error, upstream, yaml};

#[test]
fn an_operation_more_needs_no_code_but_a_word_on_its_repeat() {
    let mut document = upstream();
    document["paths"]["/widgets/{widgetId}"] = yaml(
        "
get:
  operationId: getWidget
  parameters:
  - {in: path, name: widgetId, required: true, schema: {type: string}}
  - {in: query, name: shape, schema: {type: string, enum: [round, flat]}}
  - {in: header, name: x-tint, schema: {type: string}}
  responses:
    '200':
      description: OK
      content: {application/json: {schema: {type: object, properties: {spokes: {type: array, items: {type: object, properties: {length: {type: number}}}}}}}}
    '404': {description: Not Found}
",
    );
    let copy = Copy::new();
    let before = copy.files();
    assert_eq!(
        error(copy.refresh(&document.to_string())),
        "operation `getWidget`: has `x-repeat: null`; overlay.yaml must say read, idempotent, create, never"
    );
    assert_eq!(copy.files(), before);
    copy.add_correction(
        "$.paths.*[?@.operationId == 'getWidget']",
        "{x-repeat: read}",
    );
    let report = copy.refresh(&document.to_string()).unwrap();
    assert_eq!(report.counts.operations, 39);
    for name in ["GetWidgetResult", "Shape", "Spoke"] {
        assert!(
            report.counts.types.contains(&name.to_owned()),
            "{:?}",
            report.counts.types
        );
    }
    let text = report.to_string();
    assert!(
        text.contains("compatible  operation `getWidget`: added, GET /widgets/{widgetId}"),
        "{text}"
    );
    assert!(
        text.contains("undocumented  operation `getWidget` parameter `shape`"),
        "{text}"
    );
    assert!(error(copy.verify()).contains("places have no description"));
}

#[test]
fn a_field_more_in_one_of_many_places_needs_no_code_but_an_owner() {
    let mut document = upstream();
    let part = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";
    let answer = &mut document["paths"][part]["get"]["responses"]["200"];
    answer["content"]["application/json"]["schema"]["properties"]["colour"] =
        json!({ "type": "string" });
    let copy = Copy::new();
    assert_eq!(
        error(copy.refresh(&document.to_string())),
        "schema `Section`.colour: has no owner; `x-owner` in overlay.yaml must name it"
    );
    copy.add_correction(
        "$..[?@['x-schema-name'] == 'Section']",
        "{x-owner: {writer: [colour]}}",
    );
    let report = copy.refresh(&document.to_string()).unwrap();
    let colour = &copy.document()["components"]["schemas"]["Section"]["properties"]["colour"];
    assert_eq!(*colour, json!({ "type": "string", "nullable": true }));
    let changes = report.changes.unwrap();
    assert_eq!(
        changes
            .iter()
            .map(|c| c.change.as_str())
            .collect::<Vec<_>>(),
        ["response 200.colour added"]
    );
    assert!(!changes.breaking());
    assert_eq!(report.counts.undocumented, ["schema `Section`.colour"]);
}

#[test]
fn an_enum_value_more_needs_no_code() {
    let text = upstream().to_string();
    let more = text.replace("\"upload\"]", "\"upload\",\"gap-match\"]");
    assert_ne!(text, more);
    let copy = Copy::new();
    let report = copy.refresh(&more).unwrap();
    let changes = report.changes.unwrap();
    // A client that takes upstream at its word knows no such value in an answer.
    assert!(
        changes
            .iter()
            .any(|change| change.name == "getAssessmentItem")
    );
    for change in changes.iter() {
        assert!(change.change.ends_with("type value \"gap-match\" added"));
        assert_eq!(change.breaking, change.change.starts_with("response "));
    }
    let values = &copy.document()["components"]["schemas"]["ItemType"]["enum"];
    assert!(values.as_array().unwrap().contains(&json!("gap-match")));
    copy.verify().unwrap();
}
