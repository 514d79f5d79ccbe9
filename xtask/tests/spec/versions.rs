//! Refresh takes the versions of upstream's document that are about, older ones than the committed one included.

use serde_json::{Value, json};
use xtask::spec;

use crate::support::{Copy, committed_document, error, upstream};

/// Fields that the documents of 2025 and early 2026 lack.
const NEWER_FIELDS: [&str; 3] = [
    "qti-pre-condition",
    "qti-branch-rule",
    "customInteractionTypeIdentifier",
];
/// The parameters that every version of a list has.
const PAGING: [&str; 5] = ["query", "page", "limit", "sort", "order"];

/// The report, and the document that a refresh from `input` writes.
fn refreshed(input: &str) -> (String, Value) {
    let copy = Copy::new();
    let report = copy.refresh(input).unwrap();
    assert_eq!(report.counts.beyond_limits(), [""; 0]);
    assert_eq!(report.unmatched.texts, [""; 0]);
    copy.verify().unwrap();
    (report.to_string(), copy.document())
}

/// Calls `visit` with every object of `value`.
fn each_object(value: &mut Value, visit: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            visit(map);
            map.values_mut().for_each(|value| each_object(value, visit));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| each_object(value, visit)),
        _ => {}
    }
}

/// The order of parameters has no meaning; what the overlay adds stands last.
fn without_order(mut document: Value) -> Value {
    each_object(&mut document, &mut |map| {
        if let Some(Value::Array(parameters)) = map.get_mut("parameters") {
            parameters.sort_by_key(|parameter| parameter["name"].to_string());
        }
    });
    document
}

fn without_query_parameters(goes: impl Fn(&str) -> bool) -> (usize, String) {
    let mut document = upstream();
    let mut gone = 0;
    each_object(&mut document, &mut |map| {
        if let Some(Value::Array(parameters)) = map.get_mut("parameters") {
            let before = parameters.len();
            parameters.retain(|parameter| {
                parameter["in"] != "query" || !parameter["name"].as_str().is_some_and(&goes)
            });
            gone += before - parameters.len();
        }
    });
    (gone, document.to_string())
}

#[test]
fn the_committed_version_refreshes() {
    let (report, document) = refreshed(&upstream().to_string());
    assert!(report.starts_with("no change\n"), "{report}");
    assert_eq!(document, committed_document());
}

#[test]
fn fields_that_a_version_lacks_are_there_all_the_same() {
    let mut older = upstream();
    each_object(&mut older, &mut |map| {
        if let Some(Value::Object(properties)) = map.get_mut("properties") {
            properties.retain(|name, _| !NEWER_FIELDS.contains(&name.as_str()));
        }
    });
    let older = older.to_string();
    for field in NEWER_FIELDS {
        assert!(!older.contains(field), "{field}");
    }
    let (report, document) = refreshed(&older);
    assert!(report.contains("qti-branch-rule removed"), "{report}");
    assert_eq!(document, committed_document());
}

#[test]
fn query_parameters_that_a_version_lacks_are_there_all_the_same() {
    let ten =
        without_query_parameters(|name| ["filter", "subject", "grade", "search"].contains(&name));
    let all = without_query_parameters(|name| !PAGING.contains(&name));
    for (expected, (gone, older)) in [(10, ten), (17, all)] {
        assert_eq!(gone, expected);
        let (report, document) = refreshed(&older);
        assert!(
            report.contains("query parameter `filter` removed"),
            "{report}"
        );
        assert_eq!(without_order(document), without_order(committed_document()));
    }
}

#[test]
fn the_report_names_the_corrections_that_a_version_does_not_need() {
    let (report, _) = refreshed(&upstream().to_string());
    let line = "not needed    overlay.yaml action 1 (The lists of items, tests and parts take a filter.)\n";
    assert!(report.contains(line), "{report}");
}

#[test]
fn texts_for_what_a_version_lacks_are_warnings_until_it_is_committed() {
    let mut other = upstream();
    each_object(&mut other, &mut |map| {
        if let Some(Value::Object(properties)) = map.get_mut("properties") {
            // One is described by a path of its own, the other with its type.
            properties.retain(|name, _| name != "toolName" && name != "lessonId");
        }
    });
    let copy = Copy::new();
    let report = copy.refresh(&other.to_string()).unwrap().to_string();
    for warning in [
        "left over     descriptions.yaml action ",
        "($.components.schemas.*.properties.toolName): `$.components.schemas.*.properties.toolName` matches nothing\n",
        "describes `lessonId`, which the document does not have\n",
    ] {
        assert!(report.contains(warning), "{report}");
    }
    let error = error(copy.verify());
    assert!(error.starts_with("descriptions.yaml action "), "{error}");
}

#[test]
fn a_required_field_more_of_a_request_is_breaking_wherever_it_is_asked_for() {
    let asked = json!({ "type": "string" });
    let ask = |schema: &mut Value| {
        schema["properties"]["nonce"] = asked.clone();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        schema["required"] = json!([required, vec![json!("nonce")]].concat());
    };
    let mut newer = upstream();
    let mut expected = Vec::new();
    each_object(&mut newer, &mut |map| {
        let Some(id) = map
            .get("operationId")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return;
        };
        let Some(body) = map.get_mut("requestBody") else {
            return;
        };
        let schema = &mut body["content"]["application/json"]["schema"];
        if schema.get("properties").is_some() {
            ask(schema);
            expected.push(format!(
                "operation `{id}`: request body.nonce added, required\n"
            ));
        }
    });
    for name in [
        "Stimulus",
        "AssessmentItem",
        "AssessmentTest",
        "TestPart",
        "Section",
    ] {
        ask(&mut newer["components"]["schemas"][name]);
        expected.push(format!("schema `{name}`: nonce added, required\n"));
    }
    assert!(expected.len() > 10, "{expected:?}");

    let copy = Copy::new();
    let before = copy.write("before.yaml", &upstream().to_string());
    let after = copy.write("after.yaml", &newer.to_string());
    for entity in ["TestPart", "Section"] {
        let target = format!("$..[?@['x-schema-name'] == '{entity}']");
        copy.add_correction(&target, "{x-owner: {writer: [nonce]}}");
    }
    let report = copy.refresh(&newer.to_string()).unwrap();
    let changes = report.changes.as_ref().unwrap();
    let text = changes.to_string();
    for line in expected {
        assert!(
            text.contains(&format!("breaking    {line}")),
            "{line}{text}"
        );
    }
    assert!(!text.contains("compatible"), "{text}");
    // Whoever asks `diff`, and whoever reads the weekly pull request, reads the same.
    let diff = spec::diff(&spec::read(&before).unwrap(), &spec::read(&after).unwrap());
    assert_eq!(diff.to_string(), text);
    assert!(report.to_markdown().starts_with(&diff.to_markdown()));
}

#[test]
fn two_operations_of_one_id_are_refused_by_every_command() {
    let text = upstream().to_string().replace(
        "\"operationId\":\"getSection\"",
        "\"operationId\":\"getStimulus\"",
    );
    let copy = Copy::new();
    let input = copy.write_input(&text);
    for error in [error(copy.refresh(&text)), error(spec::read(&input))] {
        assert!(
            error.contains("operation `getStimulus`: is the id of two operations"),
            "{error}"
        );
    }
}
