use std::borrow::Cow;

use serde_json::{Value, json};

use super::Filter;

fn matches(filter: &str, entity: &Value) -> bool {
    Filter::parse(filter)
        .unwrap()
        .matches(|name| entity.get(name).map(Cow::Borrowed))
}

#[test]
fn and_binds_tighter_than_or_and_parentheses_override_it() {
    let entity = json!({"a": 1, "b": 2, "c": 3});
    assert!(matches("a=1 OR b=0 AND c=0", &entity));
    assert!(!matches("(a=1 OR b=0) AND c=0", &entity));
    assert!(matches("a=0 AND b=0 OR c=3", &entity));
    assert!(!matches("a=0 AND (b=0 OR c=3)", &entity));
    assert!(matches("((a=1)) AND (b=2 AND (c=3 OR c=4))", &entity));
}

#[test]
fn every_operator_compares_numbers_as_numbers_and_text_as_text() {
    let entity = json!({"grade": "5", "points": 10, "title": "It's an Algebra item", "date": "2026-05-01T00:00:00.000Z"});
    for holds in [
        "grade=5",
        "grade='5'",
        "grade!=6",
        "points>9",
        "points>=10",
        "points<10.5",
        "points<=10",
        "title~'algebra'",
        "title='It''s an Algebra item'",
        "date>='2026-01-01'",
        "date<'2027'",
        "points>'9'",
    ] {
        assert!(matches(holds, &entity), "{holds}");
    }
    for fails in [
        "grade!=5",
        "points>10",
        "points<9",
        "title='algebra'",
        "title~'geometry'",
        "date<'2026'",
    ] {
        assert!(!matches(fails, &entity), "{fails}");
    }
}

#[test]
fn a_missing_field_equals_nothing_and_a_list_matches_by_its_entries() {
    let entity = json!({"metadata": {"subject": "Math", "tags": ["a", "b"], "deep": {"er": true}}, "nothing": null});
    assert!(matches(
        "metadata.subject='Math' AND metadata.tags='b' AND metadata.deep.er=true",
        &entity
    ));
    assert!(!matches("metadata.tags='c'", &entity));
    assert!(matches("metadata.tags!='c'", &entity));
    assert!(!matches("metadata.absent=1", &entity));
    assert!(matches("absent!=1", &entity));
    assert!(!matches("nothing=null", &entity));
}

#[test]
fn a_filter_that_cannot_be_read_says_where() {
    for (filter, message) in [
        ("", "expected a field at 0"),
        ("a", "expected =, !=, >, >=, <, <= or ~ at 1"),
        ("a=", "expected a value at 2"),
        ("a='b", "the quote at 2 is not closed"),
        ("(a=1", "expected a closing parenthesis at 4"),
        ("a=1)", "expected AND, OR or the end at 3"),
        ("a=1 b=2", "expected AND, OR or the end at 4"),
        ("a=1 AND", "expected a field at 7"),
        ("a!1", "'!' at 1 does not belong here"),
        ("a=1 & b=2", "'&' at 4 does not belong here"),
    ] {
        assert_eq!(Filter::parse(filter).unwrap_err(), message, "{filter}");
    }
    assert!(
        Filter::parse(&format!("{}a=1{}", "(".repeat(60), ")".repeat(60)))
            .unwrap_err()
            .contains("nested deeper")
    );
}
