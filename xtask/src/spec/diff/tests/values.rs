//! Values that a schema takes more or less of.

use super::{assert_schema, of_schema};

#[test]
fn null_is_a_value_more() {
    let (old, new) = (
        "{properties: {a: {type: string}}}",
        "{properties: {a: {type: string, nullable: true}}}",
    );
    assert_schema(
        old,
        new,
        "`Asked` a became nullable",
        "!`Told` a became nullable",
    );
    assert_schema(
        new,
        old,
        "!`Asked` a is no longer nullable",
        "`Told` a is no longer nullable",
    );
}

#[test]
fn an_enum_value_more_surprises_readers_and_one_less_refuses_writers() {
    let (old, new) = ("{type: string, enum: [a]}", "{type: string, enum: [a, b]}");
    assert_schema(
        old,
        new,
        "`Asked` value \"b\" added",
        "!`Told` value \"b\" added",
    );
    assert_schema(
        new,
        old,
        "!`Asked` value \"b\" removed",
        "`Told` value \"b\" removed",
    );
}

#[test]
fn an_open_enum_takes_new_values() {
    let (old, new) = (
        "{type: string, enum: [a], x-open-enum: true}",
        "{type: string, enum: [a, b], x-open-enum: true}",
    );
    assert_schema(
        old,
        new,
        "`Asked` value \"b\" added to an open enum",
        "`Told` value \"b\" added to an open enum",
    );
}

#[test]
fn another_type_is_breaking_unless_it_holds_or_is_held() {
    assert_schema(
        "{type: string}",
        "{type: integer}",
        "!`Asked` is of type integer, was string",
        "!`Told` is of type integer, was string",
    );
    assert_schema(
        "{type: integer}",
        "{type: number}",
        "`Asked` is a number, was an integer",
        "!`Told` is a number, was an integer",
    );
    assert_schema(
        "{type: number}",
        "{type: integer}",
        "!`Asked` is an integer, was a number",
        "`Told` is an integer, was a number",
    );
    assert_schema(
        "{type: string}",
        "{}",
        "`Asked` is of any type, was string",
        "!`Told` is of any type, was string",
    );
}

#[test]
fn rules_for_values_narrow_and_their_absence_widens() {
    let (old, new) = (
        "{type: array, items: {}}",
        "{type: array, items: {}, minItems: 1}",
    );
    assert_schema(
        old,
        new,
        "!`Asked` got `minItems: 1`",
        "`Told` got `minItems: 1`",
    );
    assert_schema(
        new,
        old,
        "`Asked` lost `minItems: 1`",
        "!`Told` lost `minItems: 1`",
    );
}

#[test]
fn a_rule_is_told_whatever_its_value_unless_that_allows_everything() {
    for rule in [
        "exclusiveMinimum: true",
        "exclusiveMaximum: 5",
        "uniqueItems: true",
        "multipleOf: 2",
        "not: {}",
        "additionalProperties: false",
    ] {
        assert_schema(
            "{}",
            &format!("{{{rule}}}"),
            &format!("!`Asked` got `{rule}`"),
            &format!("`Told` got `{rule}`"),
        );
    }
    for nothing in [
        "exclusiveMinimum: false",
        "uniqueItems: false",
        "additionalProperties: true",
        "additionalProperties: {}",
    ] {
        let told = of_schema("{}", &format!("{{{nothing}}}"));
        assert_eq!(told, [vec![], vec![] as Vec<String>], "{nothing}");
    }
}

#[test]
fn another_default_changes_what_is_left_out_in_requests_and_answers() {
    assert_schema(
        "{properties: {a: {default: true}}}",
        "{properties: {a: {default: false}}}",
        "!`Asked` a has default false, had true",
        "!`Told` a has default false, had true",
    );
}
