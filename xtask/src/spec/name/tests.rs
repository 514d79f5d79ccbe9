use serde_json::Value;

use super::name;
use crate::spec::testing::{error, with_paths, yaml};

/// A document with one operation a path, each answering the schema given.
fn answering(answers: &[&str], schemas: &str) -> Value {
    let mut paths = String::new();
    for (index, schema) in answers.iter().enumerate() {
        let letter = char::from(b'a' + index as u8);
        paths += &format!(
            "/{letter}: {{get: {{operationId: get_{letter}, responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}}}}}\n"
        );
    }
    with_paths(&paths, schemas)
}

fn schemas(document: &Value) -> Vec<&str> {
    document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

const BOOK: &str =
    "{type: object, properties: {author: {type: object, properties: {name: {type: string}}}}}";

#[test]
fn equal_inline_schemas_become_one_type_named_after_the_property() {
    let named = name(answering(&[BOOK, BOOK], "{}")).unwrap();
    assert_eq!(schemas(&named), ["Author", "GetAResult", "GetBResult"]);
    let author = &named["components"]["schemas"]["GetAResult"]["properties"]["author"];
    assert_eq!(*author, yaml("{$ref: '#/components/schemas/Author'}"));
}

#[test]
fn the_overlay_names_what_it_likes() {
    let book = "{x-schema-name: Book, type: object, properties: {id: {type: string}}}";
    let named = name(answering(&[book], "{}")).unwrap();
    assert_eq!(
        named["components"]["schemas"],
        yaml("Book: {type: object, properties: {id: {type: string}}}")
    );
}

#[test]
fn entries_of_a_list_are_named_in_the_singular() {
    let list = "{type: object, x-schema-name: List, properties: {entries: {type: array, items: {enum: [a], type: string}}}}";
    assert_eq!(
        schemas(&name(answering(&[list], "{}")).unwrap()),
        ["Entry", "List"]
    );
}

#[test]
fn schemas_of_one_name_unite_and_require_what_all_require() {
    let named = name(answering(
        &[
            "{x-schema-name: B, type: object, properties: {id: {type: string}, a: {type: string}}, required: [id, a]}",
            "{x-schema-name: B, type: object, properties: {id: {type: string}, b: {type: string}}, required: [id, b]}",
        ],
        "{}",
    ))
    .unwrap();
    let all = "{type: object, properties: {id: {type: string}, a: {type: string}, b: {type: string}}, required: [id]}";
    assert_eq!(named["components"]["schemas"]["B"], yaml(all));
}

#[test]
fn enums_of_one_name_have_the_values_of_all() {
    let named = name(answering(
        &[
            "{x-schema-name: E, type: string, enum: [a, b]}",
            "{x-schema-name: E, type: string, enum: [b, c]}",
        ],
        "{}",
    ))
    .unwrap();
    assert_eq!(
        named["components"]["schemas"]["E"]["enum"],
        yaml("[a, b, c]")
    );
}

#[test]
fn a_place_where_upstream_added_a_field_stays_the_same_type() {
    let more = BOOK.replace(
        "name: {type: string}",
        "name: {type: string}, born: {type: integer}",
    );
    let named = name(answering(&[BOOK, &more], "{}")).unwrap();
    let author = &named["components"]["schemas"]["Author"]["properties"];
    assert_eq!(
        *author,
        yaml("{name: {type: string}, born: {type: integer}}")
    );
}

#[test]
fn different_schemas_of_one_property_name_need_a_word_from_the_overlay() {
    let other = BOOK.replace("name: {", "alias: {");
    let error = error(name(answering(&[BOOK, &other], "{}")));
    assert!(error.starts_with(
        "operation `get_b` response 200.author: is another `Author` than operation `get_a`"
    ));
    assert!(error.ends_with("set `x-schema-name` in overlay.yaml"));
}

#[test]
fn schemas_of_one_name_that_contradict_each_other_are_refused() {
    let error = error(name(answering(
        &[
            "{x-schema-name: B, type: object, properties: {id: {type: string}}}",
            "{x-schema-name: B, type: object, properties: {id: {type: integer}}}",
        ],
        "{}",
    )));
    assert_eq!(
        error,
        "operation `get_b` response 200: disagrees with operation `get_a` response 200 on property `id` of `B`: \
         {\"type\":\"integer\"} and {\"type\":\"string\"}; an action of overlay.yaml must make them equal"
    );
}

#[test]
fn a_renamed_component_takes_its_references_along() {
    let book = "Book: {x-schema-name: Volume, type: object, properties: {next: {$ref: '#/components/schemas/Book'}}}";
    let named = name(answering(&["{$ref: '#/components/schemas/Book'}"], book)).unwrap();
    let volume =
        "Volume: {type: object, properties: {next: {$ref: '#/components/schemas/Volume'}}}";
    assert_eq!(named["components"]["schemas"], yaml(volume));
}

#[test]
fn nullable_stays_where_it_is_used() {
    let b = "{x-schema-name: B, type: object, properties: {a: {x-schema-name: A, type: string, enum: [x], nullable: true}}}";
    let named = name(answering(&[b], "{}")).unwrap();
    let schemas = &named["components"]["schemas"];
    assert_eq!(schemas["A"], yaml("{type: string, enum: [x]}"));
    assert_eq!(
        schemas["B"]["properties"]["a"],
        yaml("{allOf: [{$ref: '#/components/schemas/A'}], nullable: true}")
    );
}

#[test]
fn a_part_of_a_composition_is_no_type_of_its_own() {
    let cat = "Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {claws: {type: integer}}}]}";
    let pet = "Pet: {type: object, properties: {name: {type: string}}}";
    let named = name(answering(
        &["{$ref: '#/components/schemas/Cat'}"],
        &format!("{cat}\n{pet}"),
    ))
    .unwrap();
    assert_eq!(schemas(&named), ["Cat", "Pet"]);
}

#[test]
fn another_name_of_a_component_is_replaced_by_its_own() {
    let reference = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
    let aliases = format!(
        "A: {}\nB: {{allOf: [{}]}}\nC: {{x-schema-name: Book, type: object, properties: {{next: {}}}}}",
        reference("B"),
        reference("C"),
        reference("A")
    );
    let named = name(answering(&[&reference("A")], &aliases)).unwrap();
    let book = "Book: {type: object, properties: {next: {$ref: '#/components/schemas/Book'}}}";
    assert_eq!(named["components"]["schemas"], yaml(book));
}

#[test]
fn the_overlay_may_give_a_component_the_name_that_another_has_for_it() {
    let schemas = "Book: {$ref: '#/components/schemas/BaseBook'}\nBaseBook: {x-schema-name: Book, type: object}";
    let named = name(answering(&["{$ref: '#/components/schemas/Book'}"], schemas)).unwrap();
    assert_eq!(named["components"]["schemas"], yaml("Book: {type: object}"));
}

#[test]
fn a_default_that_is_kept_is_the_same_wherever_the_type_is() {
    let book = |default: &str| {
        format!(
            "{{x-schema-name: B, type: object, properties: {{on: {{type: boolean, {default}}}}}}}"
        )
    };
    let named = |one: &str, other: &str| name(answering(&[&book(one), &book(other)], "{}"));
    let kept = |default: &str| format!("x-keep-default: true, default: {default}");
    assert_eq!(
        error(named(&kept("true"), &kept("false"))),
        "operation `get_b` response 200: disagrees with operation `get_a` response 200 on the default of `on` of `B`: \
         false and true; an action of overlay.yaml must make them equal"
    );
    assert!(named(&kept("true"), "x-keep-default: true").is_ok());
    assert!(named("default: true", "default: false").is_ok());
}

#[test]
fn a_name_of_itself_is_refused() {
    let aliases = "A: {$ref: '#/components/schemas/B'}\nB: {$ref: '#/components/schemas/A'}";
    assert_eq!(
        error(name(answering(&["{}"], aliases))),
        "schema `A`: refers to itself"
    );
}

#[test]
fn components_that_nobody_uses_leave() {
    let named = name(answering(
        &["{type: string}"],
        "Old: {type: object, properties: {id: {type: string}}}",
    ))
    .unwrap();
    assert!(schemas(&named).is_empty());
}

#[test]
fn a_reference_of_the_overlay_to_nothing_is_refused() {
    let error = error(name(answering(
        &["{$ref: '#/components/schemas/Nothing'}"],
        "{}",
    )));
    assert_eq!(
        error,
        "schema `Nothing`: is referred to, but nothing has this name"
    );
}
