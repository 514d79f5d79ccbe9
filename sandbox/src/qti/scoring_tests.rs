use super::{Answers, score};
use crate::qti::xml::parse;

fn scored(template: &str, declarations: &str, answers: &[(&str, &[&str])]) -> (f64, bool) {
    let item = parse(&format!(
        "<qti-assessment-item>{declarations}<qti-response-processing template='https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{template}.xml'/></qti-assessment-item>"
    ))
    .unwrap();
    let answers: Answers = answers
        .iter()
        .map(|(identifier, values)| {
            (
                (*identifier).to_owned(),
                values.iter().map(|value| (*value).to_owned()).collect(),
            )
        })
        .collect();
    let outcome = score(&item, &answers);
    (outcome.score, outcome.correct)
}

fn declaration(
    identifier: &str,
    cardinality: &str,
    base_type: &str,
    values: &[&str],
    mapping: &str,
) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<qti-value>{value}</qti-value>"))
        .collect();
    format!(
        "<qti-response-declaration identifier='{identifier}' cardinality='{cardinality}' base-type='{base_type}'><qti-correct-response>{values}</qti-correct-response>{mapping}</qti-response-declaration>"
    )
}

#[test]
fn match_correct_knows_single_multiple_and_ordered_answers() {
    for (cardinality, base_type, correct, given, is_correct) in [
        ("single", "identifier", &["A"][..], &["A"][..], true),
        ("single", "identifier", &["A"], &["B"], false),
        ("single", "identifier", &["A"], &[], false),
        ("single", "float", &["0.50"], &["0.5"], true),
        ("single", "string", &["York"], &["york"], false),
        ("single", "pair", &["A B"], &["B A"], true),
        ("single", "directedPair", &["A B"], &["B A"], false),
        ("multiple", "identifier", &["A", "C"], &["C", "A"], true),
        ("multiple", "identifier", &["A", "C"], &["A"], false),
        ("multiple", "identifier", &["A", "C"], &["A", "A"], false),
        (
            "multiple",
            "identifier",
            &["A", "C"],
            &["A", "C", "D"],
            false,
        ),
        (
            "ordered",
            "identifier",
            &["A", "B", "C"],
            &["A", "B", "C"],
            true,
        ),
        (
            "ordered",
            "identifier",
            &["A", "B", "C"],
            &["A", "C", "B"],
            false,
        ),
    ] {
        let declarations = declaration("R", cardinality, base_type, correct, "");
        let found = scored("match_correct", &declarations, &[("R", given)]);
        assert_eq!(
            found,
            (f64::from(u8::from(is_correct)), is_correct),
            "{cardinality} {correct:?} {given:?}"
        );
    }
}

#[test]
fn map_response_sums_each_value_once_within_its_bounds() {
    let mapping = "<qti-mapping default-value='-1' lower-bound='0' upper-bound='3'>\
        <qti-map-entry map-key='A' mapped-value='2'/><qti-map-entry map-key='B' mapped-value='2'/>\
        <qti-map-entry map-key='York' mapped-value='0.5' case-sensitive='false'/></qti-mapping>";
    let declarations = declaration("R", "multiple", "string", &["A", "B"], mapping);
    for (given, points) in [
        (&["A"][..], 2.0),
        (&["A", "A"], 2.0),
        (&["A", "B"], 3.0),
        (&["A", "Z"], 1.0),
        (&["Z"], 0.0),
        (&["york"], 0.5),
        (&["a"], 0.0),
        (&[], 0.0),
    ] {
        assert_eq!(
            scored("map_response", &declarations, &[("R", given)]).0,
            points,
            "{given:?}"
        );
    }
}

#[test]
fn an_item_with_two_inputs_is_correct_when_both_are() {
    let declarations = declaration("R1", "single", "identifier", &["A"], "")
        + &declaration("R2", "single", "identifier", &["B"], "");
    assert_eq!(
        scored(
            "match_correct",
            &declarations,
            &[("R1", &["A"]), ("R2", &["B"])]
        ),
        (1.0, true)
    );
    assert_eq!(
        scored("match_correct", &declarations, &[("R1", &["A"])]),
        (0.0, false)
    );
}

#[test]
fn rules_of_its_own_are_scored_by_correct_responses() {
    let declarations = declaration("R1", "single", "identifier", &["A"], "")
        + &declaration("R2", "single", "identifier", &["B"], "");
    assert_eq!(
        scored(
            "something_else",
            &declarations,
            &[("R1", &["A"]), ("R2", &["X"])]
        ),
        (1.0, false)
    );
}
