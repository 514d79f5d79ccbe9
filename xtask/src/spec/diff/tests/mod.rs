mod access;
mod values;

use serde_json::Value;

use super::diff;
use crate::spec::testing::with_paths;

const PATH: &str = "
/a:
  post:
    operationId: a
    parameters: [{in: query, name: q, schema: {type: string}}]
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Asked'}}}}
    responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Told'}}}}}
";

/// The changes of one operation from one text to another.
fn of_operation(old: &str, new: &str) -> Vec<String> {
    let schemas = "Asked: {type: object}\nTold: {type: object}";
    told(&with_paths(old, schemas), &with_paths(new, schemas))
}

/// The changes of a schema that only requests hold, and the same in one that only answers hold.
fn of_schema(old: &str, new: &str) -> [Vec<String>; 2] {
    let both = |schema: &str| with_paths(PATH, &format!("Asked: {schema}\nTold: {schema}"));
    let (asked, told) = told(&both(old), &both(new))
        .into_iter()
        .partition(|change| change.contains("`Asked`"));
    [asked, told]
}

/// Breaking changes begin with "!".
fn told(old: &Value, new: &Value) -> Vec<String> {
    let changes = diff(old, new);
    changes
        .iter()
        .map(|c| {
            format!(
                "{}`{}` {}",
                if c.breaking { "!" } else { "" },
                c.name,
                c.change
            )
        })
        .collect()
}

fn assert_schema(old: &str, new: &str, asked: &str, answered: &str) {
    assert_eq!(
        of_schema(old, new),
        [vec![asked.to_owned()], vec![answered.to_owned()]],
        "{old} to {new}"
    );
}

#[test]
fn equal_documents_have_no_change() {
    assert!(of_operation(PATH, PATH).is_empty());
}

#[test]
fn texts_are_no_change() {
    let described = PATH.replace("operationId: a", "operationId: a\n    description: new");
    assert!(of_operation(PATH, &described).is_empty());
}

#[test]
fn an_operation_more_is_compatible_and_one_less_breaking() {
    let more = format!("{PATH}/b: {{get: {{operationId: b, responses: {{'204': {{}}}}}}}}\n");
    assert_eq!(of_operation(PATH, &more), ["`b` added, GET /b"]);
    assert_eq!(of_operation(&more, PATH), ["!`b` removed"]);
}

#[test]
fn a_moved_operation_is_breaking() {
    assert_eq!(
        of_operation(PATH, &PATH.replace("/a:", "/z:")),
        ["!`a` moved from POST /a to POST /z"]
    );
}

#[test]
fn parameters_are_part_of_the_request() {
    let without = PATH.replace("{in: query, name: q, schema: {type: string}}", "");
    assert_eq!(
        of_operation(&without, PATH),
        ["`a` query parameter `q` added"]
    );
    assert_eq!(
        of_operation(PATH, &without),
        ["!`a` query parameter `q` removed"]
    );
    let required = PATH.replace("name: q,", "name: q, required: true,");
    assert_eq!(
        of_operation(&without, &required),
        ["!`a` required query parameter `q` added"]
    );
    assert_eq!(
        of_operation(PATH, &required),
        ["!`a` query parameter `q` became required"]
    );
    assert_eq!(
        of_operation(&required, PATH),
        ["`a` query parameter `q` became optional"]
    );
    let integer = PATH.replace(
        "name: q, schema: {type: string}",
        "name: q, schema: {type: integer}",
    );
    assert_eq!(
        of_operation(PATH, &integer),
        ["!`a` query parameter `q` is of type integer, was string"]
    );
}

#[test]
fn bodies_and_statuses_are_compared() {
    let bodyless = PATH.replace("    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Asked'}}}}\n", "");
    assert_eq!(of_operation(&bodyless, PATH)[0], "`a` request body added");
    assert_eq!(
        of_operation(PATH, &bodyless)[0],
        "!`a` request body removed"
    );
    let created = PATH.replace("'200'", "'201'");
    assert_eq!(
        of_operation(PATH, &created),
        ["!`a` response 200 removed", "!`a` response 201 added"]
    );
    let failing = PATH.replace("responses: {", "responses: {'404': {}, ");
    assert!(of_operation(PATH, &failing).is_empty());
}

#[test]
fn headers_of_answers_are_compared() {
    let with = PATH.replace(
        "{'200': {",
        "{'200': {headers: {ETag: {schema: {type: string}}}, ",
    );
    assert_eq!(
        of_operation(PATH, &with),
        ["`a` response 200 header `ETag` added"]
    );
    assert_eq!(
        of_operation(&with, PATH),
        ["!`a` response 200 header `ETag` removed"]
    );
    let integer = with.replace(
        "ETag: {schema: {type: string",
        "ETag: {schema: {type: integer",
    );
    assert_eq!(
        of_operation(&with, &integer),
        ["!`a` response 200 header `ETag` is of type integer, was string"]
    );
}

#[test]
fn callbacks_are_compared() {
    let with = |url: &str| {
        PATH.replace(
            "operationId: a",
            &format!("operationId: a\n    callbacks: {{done: {{'{url}': {{post: {{}}}}}}}}"),
        )
    };
    assert_eq!(
        of_operation(PATH, &with("x")),
        ["`a` callback `done` added"]
    );
    assert_eq!(
        of_operation(&with("x"), PATH),
        ["!`a` callback `done` removed"]
    );
    assert_eq!(
        of_operation(&with("x"), &with("y")),
        ["!`a` callback `done` is another"]
    );
}

#[test]
fn what_is_deprecated_is_told() {
    let operation = PATH.replace("operationId: a", "operationId: a\n    deprecated: true");
    let parameter = PATH.replace("name: q,", "name: q, deprecated: true,");
    for (deprecated, what) in [(operation, "`a`"), (parameter, "`a` query parameter `q`")] {
        assert_eq!(
            of_operation(PATH, &deprecated),
            [format!("{what} is deprecated")]
        );
        assert_eq!(
            of_operation(&deprecated, PATH),
            [format!("{what} is no longer deprecated")]
        );
    }
    assert_schema(
        "{properties: {a: {}}}",
        "{properties: {a: {deprecated: true}}}",
        "`Asked` a is `deprecated`",
        "`Told` a is `deprecated`",
    );
}

#[test]
fn how_a_parameter_is_written_is_part_of_the_request() {
    let exploded = PATH.replace("name: q,", "name: q, explode: false,");
    assert_eq!(
        of_operation(PATH, &exploded),
        ["!`a` query parameter `q` has `explode: false`, had null"]
    );
}

#[test]
fn a_field_that_may_not_be_written_or_read_breaks_those_who_do() {
    let (old, read, write) = (
        "{properties: {a: {}}}",
        "{properties: {a: {readOnly: true}}}",
        "{properties: {a: {writeOnly: true}}}",
    );
    assert_schema(
        old,
        read,
        "!`Asked` a is `readOnly`",
        "`Told` a is `readOnly`",
    );
    assert_schema(
        old,
        write,
        "`Asked` a is `writeOnly`",
        "!`Told` a is `writeOnly`",
    );
}

#[test]
fn a_property_more_is_compatible_unless_a_request_must_have_it() {
    let (old, new) = ("{properties: {a: {}}}", "{properties: {a: {}, b: {}}}");
    assert_schema(old, new, "`Asked` b added", "`Told` b added");
    assert_schema(new, old, "!`Asked` b removed", "!`Told` b removed");
    assert_schema(
        old,
        "{properties: {a: {}, b: {}}, required: [b]}",
        "!`Asked` b added, required",
        "`Told` b added, required",
    );
}

#[test]
fn requirements_bind_requests_and_promise_answers() {
    let (old, new) = (
        "{properties: {a: {}}}",
        "{properties: {a: {}}, required: [a]}",
    );
    assert_schema(
        old,
        new,
        "!`Asked` a became required",
        "`Told` a became required",
    );
    assert_schema(
        new,
        old,
        "`Asked` a became optional",
        "!`Told` a became optional",
    );
}

#[test]
fn alternatives_widen() {
    let (old, new) = (
        "{oneOf: [{type: string}]}",
        "{oneOf: [{type: string}, {type: integer}]}",
    );
    let change = "alternative {\"type\":\"integer\"} added";
    assert_schema(
        old,
        new,
        &format!("`Asked` {change}"),
        &format!("!`Told` {change}"),
    );
}

#[test]
fn changes_inside_lists_and_objects_say_where() {
    assert_schema(
        "{properties: {a: {type: array, items: {properties: {b: {type: string}}}}}}",
        "{properties: {a: {type: array, items: {properties: {b: {type: boolean}}}}}}",
        "!`Asked` a[].b is of type boolean, was string",
        "!`Told` a[].b is of type boolean, was string",
    );
}

#[test]
fn a_change_of_a_shared_type_is_told_once_and_held_to_both_directions() {
    let shared = |kind: &str| {
        let holder = "{properties: {x: {$ref: '#/components/schemas/X'}}}";
        with_paths(
            PATH,
            &format!("Asked: {holder}\nTold: {holder}\nX: {{enum: [{kind}]}}"),
        )
    };
    assert_eq!(
        told(&shared("a, b"), &shared("b, c")),
        ["!`X` value \"c\" added", "!`X` value \"a\" removed"]
    );
}

#[test]
fn what_an_operation_asks_beside_a_shared_type_is_its_own_change() {
    let asking = |more: &str| {
        let holder = "{$ref: '#/components/schemas/Asked'}";
        let beside = format!("{{allOf: [{holder}], {more}}}");
        let schemas = "Asked: {type: object}\nTold: {type: object}";
        with_paths(&PATH.replace(holder, &beside), schemas)
    };
    assert_eq!(
        told(
            &asking("properties: {b: {}}"),
            &asking("properties: {b: {}, c: {}}, required: [b, c]")
        ),
        [
            "!`a` request body.b became required",
            "!`a` request body.c added, required"
        ]
    );
}

#[test]
fn a_renamed_type_of_the_same_shape_is_compatible() {
    let named = |name: &str| {
        let holder = format!("{{properties: {{x: {{$ref: '#/components/schemas/{name}'}}}}}}");
        with_paths(
            PATH,
            &format!(
                "Asked: {holder}\nTold: {holder}\n{name}: {{type: object, properties: {{a: {{}}}}}}"
            ),
        )
    };
    assert_eq!(told(&named("X"), &named("Y")), ["`X` removed", "`Y` added"]);
}

#[test]
fn types_that_hold_themselves_are_compared_once() {
    let named = |name: &str, kind: &str| {
        let schema = format!(
            "{{properties: {{next: {{$ref: '#/components/schemas/{name}'}}, a: {{type: {kind}}}}}}}"
        );
        with_paths(
            PATH,
            &format!(
                "Asked: {{}}\nTold: {{properties: {{x: {{$ref: '#/components/schemas/{name}'}}}}}}\n{name}: {schema}"
            ),
        )
    };
    let changes = told(&named("X", "string"), &named("Y", "integer"));
    assert_eq!(
        changes,
        [
            "!`Told` x.a is of type integer, was string",
            "`X` removed",
            "`Y` added"
        ]
    );
}

#[test]
fn changes_come_as_text_json_and_markdown() {
    let schemas = "Asked: {type: object}\nTold: {type: object}";
    let old = with_paths(PATH, schemas);
    let changes = diff(&old, &with_paths("{}", schemas));
    assert_eq!(
        changes.to_string(),
        "breaking    operation `a`: removed\nchanges: 1, breaking: 1"
    );
    let json: Value = serde_json::from_str(&changes.to_json()).unwrap();
    let change = serde_json::json!({ "kind": "operation", "name": "a", "change": "removed", "breaking": true });
    assert_eq!(json, serde_json::json!([change]));
    assert_eq!(
        changes.to_markdown(),
        "## Operations\n\n| name | change | for a client |\n| --- | --- | --- |\n| `a` | removed | breaking |\n"
    );
    let none = diff(&old, &old);
    assert_eq!(
        (none.to_string(), none.to_json(), none.to_markdown()),
        ("no change".into(), "[]".into(), "No change.\n".into())
    );
    assert!(changes.breaking() && !none.breaking());
}
