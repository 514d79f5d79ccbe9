//! Composition: what a type holds stands in one schema, where the later steps look for it.
//!
//! They take fields and requirements from a type's own `properties` and `required`. A field in a part of an `allOf`
//! would have no owner and no text, and an answer without it could not be read. An answer that is one of several
//! schemas could not be read once the service sends another.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::name::HAND_WRITTEN;
use super::visit::{self, SCHEMAS, object, operations, subschemas};

const WAYS_OUT: &str = "an action of overlay.yaml must put it into one schema, or have the type written by hand \
                        (`x-hand-written`)";

/// Keywords that may stand beside the one reference of an `allOf`: they are about its use.
const BESIDE_REFERENCE: [&str; 6] = [
    "default",
    "deprecated",
    "description",
    "nullable",
    "readOnly",
    "writeOnly",
];

/// Refuses a schema that is composed of others, by its place.
pub(crate) fn refuse_composed(mut document: Document) -> Result<Document> {
    let answered = visit::reachable(
        &document,
        operations(&document).map(|operation| &operation.value["responses"]),
    );
    for (place, schema) in visit::root_schemas(&mut document) {
        let name = visit::component_of(&place);
        let in_answers = match name {
            Some(name) => answered.contains(name),
            None => place.contains("` response "),
        };
        // Of a type that is only a use of another, nothing would find the fields.
        if let (Some(_), Some(keyword)) = (name, use_of_another(schema)) {
            return Err(refusal(&place, keyword));
        }
        refuse_within(&place, schema, in_answers)?;
    }
    Ok(document)
}

fn refuse_within(place: &str, schema: &mut Value, in_answers: bool) -> Result<()> {
    if schema[HAND_WRITTEN] == true {
        return Ok(());
    }
    if let Some(keyword) = composed_by(schema, in_answers) {
        return Err(refusal(place, keyword));
    }
    subschemas(schema)
        .into_iter()
        .try_for_each(|(role, inner)| refuse_within(&role.place(place), inner, in_answers))
}

fn use_of_another(schema: &Value) -> Option<&'static str> {
    ["allOf", "$ref"]
        .into_iter()
        .find(|keyword| !schema[keyword].is_null())
}

fn refusal(place: &str, keyword: &str) -> Error {
    Error::new(place, format!("is composed by `{keyword}`; {WAYS_OUT}"))
}

fn composed_by(schema: &Value, in_answers: bool) -> Option<&'static str> {
    let parts = |keyword: &str| schema[keyword].as_array();
    if !schema["not"].is_null() {
        return Some("not");
    }
    if let Some(parts) = parts("allOf") {
        let is_use = matches!(parts.as_slice(), [only] if is_reference(only))
            && object(schema)
                .all(|(key, _)| key == "allOf" || BESIDE_REFERENCE.contains(&key.as_str()));
        if !is_use {
            return Some("allOf");
        }
    }
    // A request is written by the caller, who knows which of the forms it has.
    ["anyOf", "oneOf"].into_iter().find(|keyword| {
        let has_fields = |schema: &Value| schema["properties"].is_object();
        parts(keyword).is_some_and(|branches| {
            in_answers || has_fields(schema) || branches.iter().any(has_fields)
        })
    })
}

fn is_reference(schema: &Value) -> bool {
    schema["$ref"]
        .as_str()
        .is_some_and(|target| target.starts_with(SCHEMAS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths};

    /// `Asked` stands in a request only, `Told` in an answer.
    fn outcome(asked: &str, told: &str) -> Result<Document> {
        let body = |name: &str| {
            format!(
                "{{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}"
            )
        };
        let (asked_body, told_body) = (body("Asked"), body("Told"));
        let paths = format!(
            "/a: {{post: {{operationId: a, requestBody: {asked_body}, responses: {{'200': {told_body}}}}}}}"
        );
        refuse_composed(with_paths(
            &paths,
            &format!("Asked: {asked}\nTold: {told}\nOther: {{type: object}}"),
        ))
    }

    #[test]
    fn fields_that_stand_elsewhere_than_in_their_type_are_refused_by_its_name() {
        let part = "[{type: object, properties: {zz: {type: string}}, required: [zz]}]";
        let reference = "{$ref: '#/components/schemas/Other'}";
        for (schema, place) in [
            (
                format!("{{properties: {{a: {{}}}}, allOf: {part}}}"),
                "allOf",
            ),
            (
                format!("{{properties: {{a: {{}}}}, oneOf: {part}}}"),
                "oneOf",
            ),
            (
                format!("{{properties: {{a: {{}}}}, anyOf: {part}}}"),
                "anyOf",
            ),
            (
                "{properties: {a: {}}, not: {required: [b]}}".to_owned(),
                "not",
            ),
            (
                format!("{{allOf: [{reference}, {{required: [b]}}]}}"),
                "allOf",
            ),
            (
                format!("{{allOf: [{reference}], properties: {{a: {{}}}}}}"),
                "allOf",
            ),
            (format!("{{allOf: [{reference}]}}"), "allOf"),
            (reference.to_owned(), "$ref"),
            (format!("{{oneOf: {part}}}"), "oneOf"),
        ] {
            let expected =
                |name: &str| format!("schema `{name}`: is composed by `{place}`; {WAYS_OUT}");
            assert_eq!(error(outcome(&schema, "{}")), expected("Asked"), "{schema}");
            assert_eq!(error(outcome("{}", &schema)), expected("Told"), "{schema}");
        }
    }

    #[test]
    fn compositions_inside_of_a_type_are_refused_by_their_place() {
        let part = "{allOf: [{$ref: '#/components/schemas/Other'}, {type: object}]}";
        for (schema, place) in [
            (format!("{{properties: {{a: {part}}}}}"), "Told.a"),
            (
                format!("{{properties: {{a: {{type: array, items: {part}}}}}}}"),
                "Told.a[]",
            ),
            (format!("{{additionalProperties: {part}}}"), "Told.*"),
        ] {
            let (name, rest) = place.split_at(4);
            let error = error(outcome("{}", &schema));
            assert!(
                error.starts_with(&format!("schema `{name}`{rest}: is composed by `allOf`; ")),
                "{error}"
            );
        }
    }

    #[test]
    fn an_answer_has_no_alternatives_and_a_request_may_have_some() {
        for alternatives in [
            "{oneOf: [{type: string}, {type: integer}]}",
            "{properties: {a: {anyOf: [{$ref: '#/components/schemas/Other'}, {type: string}]}}}",
        ] {
            assert!(outcome(alternatives, "{}").is_ok(), "{alternatives}");
            assert!(error(outcome("{}", alternatives)).starts_with("schema `Told`"));
        }
    }

    #[test]
    fn the_use_of_a_type_and_what_is_written_by_hand_are_no_compositions() {
        for schema in [
            "{properties: {a: {allOf: [{$ref: '#/components/schemas/Other'}], nullable: true}}}",
            "{x-hand-written: true, oneOf: [{type: string}, {type: object, properties: {a: {}}}]}",
        ] {
            assert!(outcome(schema, schema).is_ok(), "{schema}");
        }
    }
}
