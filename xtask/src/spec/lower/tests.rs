use serde_json::{Value, json};

use super::lower;
use crate::spec::testing::{error, with_paths, with_schemas, yaml};

/// The schema `X`, lowered.
fn lowered(schema: &str) -> Value {
    let document = lower(with_schemas(&format!("X: {schema}"))).unwrap();
    document["components"]["schemas"]["X"].clone()
}

fn refused(schema: &str) -> String {
    error(lower(with_schemas(&format!("X: {schema}"))))
}

#[test]
fn the_version_becomes_3_0_3() {
    assert_eq!(lower(with_schemas("{}")).unwrap()["openapi"], "3.0.3");
}

#[test]
fn a_3_0_document_passes_through() {
    let mut document =
        with_schemas("X: {type: integer, minimum: 0, exclusiveMinimum: true, nullable: true}");
    document["openapi"] = json!("3.0.3");
    assert_eq!(lower(document.clone()).unwrap(), document);
}

#[test]
fn a_type_or_null_is_nullable() {
    assert_eq!(
        lowered("{type: [string, 'null']}"),
        yaml("{type: string, nullable: true}")
    );
    assert_eq!(
        lowered("{type: ['null', integer], minimum: 1}"),
        yaml("{type: integer, minimum: 1, nullable: true}")
    );
    assert_eq!(lowered("{type: [string]}"), yaml("{type: string}"));
}

#[test]
fn several_types_become_a_union_each_with_its_own_keywords() {
    assert_eq!(
        lowered("{type: [string, array, 'null'], minLength: 1, items: {type: string}}"),
        yaml(
            "{nullable: true, anyOf: [{type: string, minLength: 1}, {type: array, items: {type: string}}]}"
        )
    );
}

#[test]
fn a_union_with_null_is_nullable() {
    assert_eq!(
        lowered("{anyOf: [{type: string}, {type: 'null'}]}"),
        yaml("{type: string, nullable: true}")
    );
    assert_eq!(
        lowered("{oneOf: [{type: string}, {type: integer}, {type: 'null'}]}"),
        yaml("{oneOf: [{type: string}, {type: integer}], nullable: true}")
    );
}

#[test]
fn a_reference_or_null_is_a_nullable_reference() {
    let reference = "{$ref: '#/components/schemas/X'}";
    assert_eq!(
        lowered(&format!("{{anyOf: [{reference}, {{type: 'null'}}]}}")),
        yaml(&format!("{{allOf: [{reference}], nullable: true}}"))
    );
}

#[test]
fn a_constant_is_an_enum_of_one() {
    assert_eq!(lowered("{const: a}"), yaml("{type: string, enum: [a]}"));
    assert_eq!(
        lowered("{type: boolean, const: false}"),
        yaml("{type: boolean, enum: [false]}")
    );
}

#[test]
fn null_in_an_enum_is_nullable() {
    assert_eq!(
        lowered("{type: [string, 'null'], enum: [a, null]}"),
        yaml("{type: string, enum: [a], nullable: true}")
    );
}

#[test]
fn an_exclusive_bound_is_a_bound_and_a_flag() {
    assert_eq!(
        lowered("{type: integer, exclusiveMinimum: 0}"),
        yaml("{type: integer, minimum: 0, exclusiveMinimum: true}")
    );
    assert_eq!(
        lowered("{type: number, exclusiveMaximum: 1.5}"),
        yaml("{type: number, maximum: 1.5, exclusiveMaximum: true}")
    );
}

#[test]
fn of_two_bounds_the_tighter_one_holds() {
    assert_eq!(
        lowered("{type: integer, minimum: 5, exclusiveMinimum: 0}"),
        yaml("{type: integer, minimum: 5}")
    );
    assert_eq!(
        lowered("{type: integer, minimum: 0, exclusiveMinimum: 0}"),
        yaml("{type: integer, minimum: 0, exclusiveMinimum: true}")
    );
    assert_eq!(
        lowered("{type: integer, maximum: 9, exclusiveMaximum: 5}"),
        yaml("{type: integer, maximum: 5, exclusiveMaximum: true}")
    );
}

#[test]
fn what_stands_beside_a_reference_moves_around_it() {
    assert_eq!(
        lowered("{$ref: '#/components/schemas/X', description: why}"),
        yaml("{description: why, allOf: [{$ref: '#/components/schemas/X'}]}")
    );
}

#[test]
fn examples_and_comments_leave() {
    assert_eq!(
        lowered("{type: string, examples: [a, b], $comment: no}"),
        yaml("{type: string}")
    );
}

#[test]
fn encoded_content_is_a_format() {
    assert_eq!(
        lowered("{type: string, contentEncoding: base64}"),
        yaml("{type: string, format: byte}")
    );
    assert_eq!(
        lowered("{type: string, contentMediaType: application/octet-stream}"),
        yaml("{type: string, format: binary}")
    );
    assert_eq!(
        lowered("{type: string, contentMediaType: text/plain}"),
        yaml("{type: string}")
    );
    assert_eq!(
        refused("{type: string, contentEncoding: base64, format: uri}"),
        "schema `X`: `contentEncoding` beside another `format`: OpenAPI 3.0 cannot say this"
    );
}

#[test]
fn what_says_nothing_about_values_leaves() {
    let notes = "$id: 'https://example.org/x', $schema: 'https://example.org/y', $anchor: x, $defs: {Y: {type: string}}";
    assert_eq!(
        lowered(&format!("{{{notes}, type: string}}")),
        yaml("{type: string}")
    );
    assert_eq!(
        lowered("{type: object, propertyNames: {type: string}}"),
        yaml("{type: object}")
    );
}

#[test]
fn unevaluated_properties_are_additional_ones_unless_schemas_are_composed() {
    assert_eq!(
        lowered("{type: object, unevaluatedProperties: false}"),
        yaml("{type: object, additionalProperties: false}")
    );
    assert_eq!(
        lowered("{anyOf: [{type: object}], unevaluatedProperties: {}}"),
        yaml("{anyOf: [{type: object}]}")
    );
    assert_eq!(
        refused("{anyOf: [{type: object}], unevaluatedProperties: false}"),
        "schema `X`: `unevaluatedProperties`: OpenAPI 3.0 cannot say this"
    );
}

#[test]
fn a_security_scheme_that_3_0_does_not_know_is_refused() {
    let mut document = with_schemas("{}");
    document["components"]["securitySchemes"] = yaml("Tls: {type: mutualTLS}");
    assert_eq!(
        error(lower(document)),
        "security scheme `Tls`: `mutualTLS`: OpenAPI 3.0 cannot say this"
    );
}

#[test]
fn true_and_false_are_schemas() {
    assert_eq!(
        lowered(
            "{type: object, properties: {any: true, none: false}, additionalProperties: false}"
        ),
        yaml("{type: object, properties: {any: {}, none: {not: {}}}, additionalProperties: false}")
    );
}

#[test]
fn an_array_of_anything_says_so() {
    assert_eq!(lowered("{type: array}"), yaml("{type: array, items: {}}"));
}

#[test]
fn schemas_of_operations_are_lowered_too() {
    let paths = "
/a:
  post:
    operationId: a
    parameters: [{in: query, name: q, schema: {type: [string, 'null']}}]
    requestBody: {content: {application/json: {schema: {const: 1}}}}
    responses: {'200': {content: {application/json: {schema: {type: array, items: {type: [integer, 'null']}}}}}}
";
    let document = lower(with_paths(paths, "{}")).unwrap();
    let operation = &document["paths"]["/a"]["post"];
    assert_eq!(
        operation["parameters"][0]["schema"],
        yaml("{type: string, nullable: true}")
    );
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(*schema, yaml("{type: integer, enum: [1]}"));
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(schema["items"], yaml("{type: integer, nullable: true}"));
}

#[test]
fn what_3_0_cannot_say_is_refused_with_its_place() {
    for keyword in [
        "prefixItems: [{type: string}]",
        "patternProperties: {a: {type: string}}",
        "propertyNames: {pattern: a}",
        "dependentRequired: {a: [b]}",
        "if: {type: string}",
        "contains: {type: string}",
        "unevaluatedItems: false",
        "$dynamicRef: '#a'",
    ] {
        let name = keyword.split(':').next().unwrap();
        assert_eq!(
            refused(&format!("{{properties: {{list: {{{keyword}}}}}}}")),
            format!("schema `X`.list: `{name}`: OpenAPI 3.0 cannot say this")
        );
    }
    assert_eq!(
        refused("{type: 'null'}"),
        "schema `X`: a value that is always null: OpenAPI 3.0 cannot say this"
    );
    assert_eq!(
        refused("{const: null}"),
        "schema `X`: `const: null`: OpenAPI 3.0 cannot say this"
    );
    assert_eq!(
        refused("{type: [string, integer], anyOf: [{minimum: 1}]}"),
        "schema `X`: several types beside `anyOf`: OpenAPI 3.0 cannot say this"
    );
}

#[test]
fn what_is_no_type_is_refused_with_its_place() {
    for (said, shown) in [
        ("file", "\"file\""),
        ("[string, [integer]]", "[\"integer\"]"),
        ("{a: b}", "{\"a\":\"b\"}"),
        ("null", "null"),
    ] {
        assert_eq!(
            refused(&format!("{{properties: {{a: {{type: {said}}}}}}}")),
            format!("schema `X`.a: {shown} is no `type`")
        );
    }
}

#[test]
fn webhooks_and_a_dialect_are_refused() {
    let mut document = with_schemas("{}");
    document["webhooks"] = json!({ "a": {} });
    assert_eq!(
        error(lower(document)),
        "webhooks: OpenAPI 3.0 cannot say this"
    );
    let mut document = with_schemas("{}");
    document["jsonSchemaDialect"] = json!("https://example.org/dialect");
    assert!(error(lower(document)).starts_with("jsonSchemaDialect: "));
}
