//! Variables of rules: declared by the item, by QTI itself, or not at all.

use super::*;

/// What is found in an item with these rules in place of its template.
fn with_rules(rules: &str, without: &str) -> Vec<(Rule, String)> {
    let start = ITEM.find("<qti-response-processing").unwrap();
    let item = format!(
        "{}<qti-response-processing>{rules}</qti-response-processing></qti-assessment-item>",
        &ITEM[..start]
    );
    let undeclared = [Rule::ResponseUndeclared, Rule::OutcomeUndeclared];
    let found = with_item(&item.replace(without, "")).findings.into_iter();
    let found = found.filter(|finding| undeclared.contains(&finding.rule));
    found
        .map(|finding| (finding.rule, finding.message))
        .collect()
}

#[test]
fn what_qti_declares_itself_needs_no_declaration() {
    for identifier in ["numAttempts", "duration", "completionStatus", "QTI_CONTEXT"] {
        let rules = format!(
            "<qti-set-outcome-value identifier='SCORE'><qti-variable identifier='{identifier}'/></qti-set-outcome-value>"
        );
        assert_eq!(with_rules(&rules, "none"), [], "{identifier}");
    }
}

/// Genuine items add to a score that they do not declare, and the service stores them.
#[test]
fn an_outcome_that_is_not_declared_is_one_also_where_a_rule_reads_it() {
    let score = "<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\" normal-maximum=\"1\"/>";
    let adds = "<qti-set-outcome-value identifier='SCORE'><qti-sum><qti-variable identifier='SCORE'/>\
        <qti-variable identifier='TOTAL'/></qti-sum></qti-set-outcome-value>\
        <qti-lookup-outcome-value identifier='TOTAL'><qti-variable identifier='MAXSCORE'/></qti-lookup-outcome-value>";
    let found = with_rules(adds, score);
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(
        found
            .iter()
            .all(|(rule, _)| *rule == Rule::OutcomeUndeclared),
        "{found:?}"
    );
}

#[test]
fn a_variable_that_nothing_sets_is_a_response_that_is_not_declared() {
    let reads = "<qti-set-outcome-value identifier='SCORE'><qti-variable identifier='RESPONSE_2'/></qti-set-outcome-value>";
    let found = with_rules(reads, "none");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, Rule::ResponseUndeclared);
    assert!(found[0].1.contains("RESPONSE_2"));
}
