//! What concerns whole banks: references, baselines, and the forms of a report.

use super::*;

#[test]
fn what_concerns_several_entities_is_found() {
    let test = TEST.replace("identifier=\"i\"", "identifier=\"gone\"");
    let entities = [
        entity(Kind::Stimulus, "s", STIMULUS),
        entity(Kind::Stimulus, "s2", &STIMULUS.replace("\"s\"", "\"s2\"")),
        entity(Kind::Item, "i", ITEM),
        entity(Kind::Test, "t", &test),
    ];
    let report = report_of(&entities, &Options::default());
    let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "s2.xml:1:1: note[unreferenced]: stimulus s2: no item refers to the stimulus",
            "s2.xml:1:1: warning[double-content]: stimulus s2: says the same as \"s\"",
            "i.xml:1:1: note[unreferenced]: item i: no test refers to the item",
            "t.xml:2:1: error[reference-missing]: test t: there is no item \"gone\"",
        ]
    );
}

#[test]
fn selections_and_rubrics_that_the_next_json_write_would_drop_are_found() {
    let section = "<qti-assessment-section identifier=\"x\">";
    let lossy = TEST.replace(
        section,
        &format!("{section}\n<qti-selection select='1'/>\n<qti-rubric-block view='candidate'/>"),
    );
    let report = report_of(&[entity(Kind::Test, "t", &lossy)], &Options::default());
    let lost: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.rule == Rule::JsonWriteLoses)
        .collect();
    let lines: Vec<_> = lost
        .iter()
        .map(|finding| finding.place.as_ref().unwrap().line)
        .collect();
    assert_eq!(lines, [2, 3], "{report}");
    assert!(lost[0].message.contains("qti-selection"));
}

#[test]
fn a_baseline_makes_known_what_it_counted_and_misses_what_is_gone() {
    let no_alt = ITEM.replace(" alt=\"\"", "");
    let before = with_item(&no_alt);
    let baseline = serde_json::to_string(&before.counts).unwrap();
    let options = Options {
        baseline: Some(serde_json::from_str(&baseline).unwrap()),
        ..Options::default()
    };
    let of = |items: &[&str]| {
        let mut entities = vec![
            entity(Kind::Stimulus, "s", STIMULUS),
            entity(Kind::Test, "t", TEST),
        ];
        entities.extend(items.iter().map(|xml| entity(Kind::Item, "i", xml)));
        report_of(&entities, &options)
    };
    let same = of(&[&no_alt]);
    assert_eq!((same.worst(), same.findings.len()), (None, 1));
    let worse = of(&[&no_alt.replace("</p>", "<img src='b.png'/></p>")]);
    assert_eq!(
        (worse.worst(), worse.findings.len()),
        (Some(Severity::Warning), 2)
    );
    let gone = of(&[]);
    assert_eq!(gone.worst(), Some(Severity::Error));
    assert!(
        gone.to_string()
            .contains("error[count-fell]: items fell from 1 to 0"),
        "{gone}"
    );
}

#[test]
fn a_section_in_a_file_of_its_own_leads_nowhere() {
    let section = "<qti-assessment-section-ref identifier=\"more\" href=\"more.xml\"/>";
    let test = TEST.replace(
        "</qti-assessment-section>",
        &format!("</qti-assessment-section>{section}"),
    );
    let entities = [
        entity(Kind::Stimulus, "s", STIMULUS),
        entity(Kind::Item, "i", ITEM),
        entity(Kind::Test, "t", &test),
    ];
    let report = report_of(&entities, &Options::default());
    finds(
        &report,
        Rule::ReferenceMissing,
        2,
        "the section \"more\" is in a file of its own",
    );
}

#[test]
fn only_what_an_audit_counted_is_a_baseline() {
    let counts = serde_json::to_string(&with_item(ITEM).counts).unwrap();
    assert!(serde_json::from_str::<Counts>(&counts).is_ok());
    for other in [
        "{}",
        r#"{"items": 3}"#,
        r#"{"findings": {}, "name": "site"}"#,
        "[]",
        "null",
    ] {
        assert!(serde_json::from_str::<Counts>(other).is_err(), "{other}");
    }
}

#[test]
fn rules_can_be_left_out() {
    let options = Options {
        without: vec![Rule::Unreferenced, Rule::ReferenceMissing],
        ..Options::default()
    };
    assert_eq!(
        report_of(&[entity(Kind::Item, "i", ITEM)], &options).findings,
        []
    );
}

#[test]
fn a_sarif_log_names_rules_files_and_places() {
    let report = changed(" alt=\"\"", "");
    let log: serde_json::Value = serde_json::from_str(&report.to_sarif().unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "image-without-alt");
    let index = result["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(
        log["runs"][0]["tool"]["driver"]["rules"][index]["id"],
        "image-without-alt"
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "i.xml");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 7, "startColumn": 19})
    );
}

#[test]
fn a_finding_is_flat_json() {
    let json = serde_json::to_value(&changed(" alt=\"\"", "").findings).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({"rule": "image-without-alt", "severity": "warning", "kind": "item", "identifier": "i",
            "message": "the image \"a.png\" has no alternative text", "file": "i.xml", "line": 7, "column": 19, "known": false})
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_an_audit_panic(at in 0..ITEM.len(), length in 0..80_usize, put in "[<>/a-z'\" =&]{0,6}") {
        let end = (at + length).min(ITEM.len());
        let xml = format!("{}{put}{}", &ITEM[..at], &ITEM[end..]);
        let report = with_item(&xml);
        proptest::prop_assert!(report.to_sarif().is_ok() && rules(&report).len() <= Rule::ALL.len());
    }
}
