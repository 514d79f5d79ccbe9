//! Each rule finds what it is about, where it stands, and nothing in content that is right.

use std::collections::BTreeSet;

use super::*;
use crate::entity::{Identifier, Key};

mod banks;
mod variables;

const ITEM: &str = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="I" xml:lang="en">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="1"/>
<qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>
<qti-assessment-stimulus-ref identifier="s" href="s.xml"/>
<qti-item-body><p><img src="a.png" alt=""/></p>
<qti-choice-interaction response-identifier="RESPONSE" max-choices="1"><qti-simple-choice identifier="A">Milan</qti-simple-choice>
<qti-simple-choice identifier="B">Rome</qti-simple-choice></qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"#;
const STIMULUS: &str = r#"<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="s" xml:lang="en"><qti-stimulus-body><p>x</p></qti-stimulus-body></qti-assessment-stimulus>"#;
const TEST: &str = r#"<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="t" title="T"><qti-test-part identifier="p"><qti-assessment-section identifier="x">
<qti-assessment-item-ref identifier="i" href="i.xml"/></qti-assessment-section></qti-test-part></qti-assessment-test>"#;

fn entity(kind: Kind, identifier: &str, xml: &str) -> Entity {
    Entity::new(Key::new(kind, Identifier::new(identifier).unwrap()), xml)
}

fn report_of(entities: &[Entity], options: &Options) -> Report {
    let mut auditor = Auditor::default();
    for entity in entities {
        auditor.add(entity, Some(&format!("{}.xml", entity.key.identifier)));
    }
    auditor.finish(options)
}

/// The findings in a whole bank with this item.
fn with_item(xml: &str) -> Report {
    let entities = [
        entity(Kind::Stimulus, "s", STIMULUS),
        entity(Kind::Item, "i", xml),
        entity(Kind::Test, "t", TEST),
    ];
    report_of(&entities, &Options::default())
}

#[track_caller]
fn changed(from: &str, to: &str) -> Report {
    assert!(ITEM.contains(from), "{from}");
    with_item(&ITEM.replacen(from, to, 1))
}

fn rules(report: &Report) -> BTreeSet<Rule> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

#[track_caller]
fn finds(report: &Report, rule: Rule, line: usize, message: &str) {
    let found = report.findings.iter().find(|finding| finding.rule == rule);
    let found = found.unwrap_or_else(|| panic!("no {rule} in\n{report}"));
    assert_eq!(
        found.place.as_ref().map(|place| place.line),
        Some(line),
        "{found}"
    );
    assert!(found.message.contains(message), "{found}");
}

#[test]
fn content_that_is_right_has_no_findings() {
    let report = with_item(ITEM);
    assert_eq!(report.findings, [], "{report}");
    assert_eq!(report.worst(), None);
    assert_eq!(
        (
            report.counts.stimuli,
            report.counts.items,
            report.counts.tests
        ),
        (1, 1, 1)
    );
    assert_eq!(report.counts.interactions["choice"], 1);
}

#[test]
fn each_fault_of_an_item_is_found_where_it_stands() {
    let value = "<qti-value>B</qti-value>";
    let feedback = |outcome: &str| {
        format!(
            "</qti-item-body><qti-modal-feedback outcome-identifier='{outcome}' identifier='A'>No</qti-modal-feedback>"
        )
    };
    let processing = "<qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>";
    for (from, to, rule, line, message) in [
        ("</p>", "", Rule::XmlUnreadable, 9, "end tag"),
        ("imsqtiasi_v3p0", "imsqti_v2p1", Rule::NotQti3, 1, "QTI 2.x"),
        (
            "identifier=\"i\"",
            "identifier=\"j\"",
            Rule::IdentifierMismatch,
            1,
            "\"j\"",
        ),
        (
            "identifier=\"s\"",
            "identifier=\"gone\"",
            Rule::ReferenceMissing,
            6,
            "\"gone\"",
        ),
        (
            "identifier=\"A\"",
            "identifier=\"B\"",
            Rule::DoubleIdentifier,
            9,
            "\"B\"",
        ),
        (
            "response-identifier=\"RESPONSE\"",
            "response-identifier=\"R2\"",
            Rule::ResponseUndeclared,
            8,
            "\"R2\"",
        ),
        (
            "response-identifier=\"RESPONSE\"",
            "response-identifier=\"R2\"",
            Rule::ResponseUnused,
            2,
            "\"RESPONSE\"",
        ),
        (
            "identifier=\"SCORE\"",
            "identifier=\"POINTS\"",
            Rule::OutcomeUndeclared,
            10,
            "\"SCORE\"",
        ),
        (
            "</qti-item-body>",
            &feedback("OTHER"),
            Rule::OutcomeUndeclared,
            9,
            "\"OTHER\"",
        ),
        (
            "<qti-correct-response><qti-value>B</qti-value></qti-correct-response>",
            "",
            Rule::KeyMissing,
            2,
            "neither",
        ),
        (
            value,
            "<qti-value>C</qti-value>",
            Rule::KeyNotAChoice,
            3,
            "\"C\"",
        ),
        (
            value,
            "<qti-value>Rome</qti-value>",
            Rule::KeyNotAChoice,
            3,
            "identifier is \"B\"",
        ),
        (
            value,
            "<qti-value>A</qti-value><qti-value>B</qti-value>",
            Rule::KeyNotPossible,
            2,
            "has 2",
        ),
        (
            processing,
            "",
            Rule::ProcessingMissing,
            2,
            "no response processing",
        ),
        (
            "normal-maximum=\"1\"",
            "normal-maximum=\"2\"",
            Rule::KeyNotFullScore,
            2,
            "scores 1 of 2",
        ),
        (
            "</qti-item-body>",
            &feedback("FEEDBACK"),
            Rule::FeedbackNeverShown,
            9,
            "FEEDBACK",
        ),
        (" alt=\"\"", "", Rule::ImageWithoutAlt, 7, "\"a.png\""),
        (" xml:lang=\"en\"", "", Rule::LanguageMissing, 1, "xml:lang"),
    ] {
        finds(&changed(from, to), rule, line, message);
    }
}

#[test]
fn inline_choices_keyed_by_their_text_are_told_their_identifier() {
    let item = ITEM
        .replace("qti-simple-choice", "qti-inline-choice")
        .replace("qti-choice-interaction", "qti-inline-choice-interaction")
        .replace(">B<", ">Rome<");
    finds(
        &with_item(&item),
        Rule::KeyNotAChoice,
        3,
        "text of a choice, whose identifier is \"B\"",
    );
}

#[test]
fn pairs_are_checked_by_half_and_by_direction() {
    let gaps = |key: &str| {
        let start = ITEM.find("<qti-choice-interaction").unwrap();
        let end = ITEM.find("</qti-item-body>").unwrap();
        let interaction = "<qti-gap-match-interaction response-identifier='RESPONSE'><qti-gap-text identifier='w' match-max='1'>wet</qti-gap-text>\
                           <p><qti-gap identifier='g'/></p></qti-gap-match-interaction>";
        let item = format!("{}{interaction}{}", &ITEM[..start], &ITEM[end..]);
        let declared = "cardinality=\"multiple\" base-type=\"directedPair\"";
        let item = item.replace(
            "cardinality=\"single\" base-type=\"identifier\">",
            &format!("{declared}>"),
        );
        with_item(&item.replace(">B<", &format!(">{key}<")))
    };
    assert_eq!(gaps("w g").findings, []);
    finds(&gaps("g w"), Rule::KeyNotAChoice, 3, "wrong way round");
    finds(&gaps("w h"), Rule::KeyNotAChoice, 3, "\"h\"");
    finds(&gaps("w"), Rule::KeyNotAChoice, 3, "not a pair");
    finds(
        &gaps("w g</qti-value><qti-value>w g"),
        Rule::KeyNotPossible,
        2,
        "match-max",
    );
}

/// An item that maps a choice of several.
fn mapped(maximum: &str, most: u32, mapping: &str) -> Report {
    let item = ITEM
        .replace(" normal-maximum=\"1\"", maximum)
        .replace("max-choices=\"1\"", &format!("max-choices=\"{most}\""))
        .replace("match_correct", "map_response")
        .replacen("cardinality=\"single\"", "cardinality=\"multiple\"", 1)
        .replace(
            "</qti-correct-response>",
            &format!("</qti-correct-response><qti-mapping {mapping}</qti-mapping>"),
        );
    with_item(&item)
}

#[test]
fn a_mapped_key_must_score_more_than_any_other_answer() {
    let entry =
        |key: &str, value: &str| format!("<qti-map-entry map-key='{key}' mapped-value='{value}'/>");
    let right = format!("default-value='0'>{}{}", entry("B", "1"), entry("A", "-1"));
    assert_eq!(mapped("", 0, &right).findings, []);
    let better = format!("default-value='0'>{}{}", entry("B", "1"), entry("A", "2"));
    finds(
        &mapped("", 0, &better),
        Rule::KeyNotFullScore,
        2,
        "\"A, B\" scores 3",
    );
    finds(
        &mapped("", 1, &better),
        Rule::KeyNotFullScore,
        2,
        "\"A\" scores 2",
    );
    // Whoever ticks all gets full marks.
    let lenient = format!("default-value='0'>{}", entry("B", "1"));
    finds(
        &mapped("", 0, &lenient),
        Rule::WrongAnswerFullScore,
        2,
        "\"A, B\"",
    );
    assert_eq!(mapped("", 1, &lenient).findings, []);
    finds(
        &mapped(" normal-maximum=\"3\"", 1, &lenient),
        Rule::KeyNotFullScore,
        2,
        "1 of 3",
    );
    let generous = format!("default-value='1'>{}", entry("B", "1"));
    finds(
        &mapped("", 1, &generous),
        Rule::WrongAnswerFullScore,
        2,
        "\"A\" scores 1",
    );
    finds(&mapped("", 1, ">"), Rule::KeyNotFullScore, 2, "scores 0");
}

#[test]
fn points_score_by_the_areas_that_they_hit() {
    let points = |key: &str, default: &str| {
        let start = ITEM.find("<qti-choice-interaction").unwrap();
        let end = ITEM.find("</qti-item-body>").unwrap();
        let interaction = "<qti-select-point-interaction response-identifier='RESPONSE' max-choices='1'><img src='m' alt='m'/></qti-select-point-interaction>";
        let areas = format!(
            "</qti-correct-response><qti-area-mapping default-value='{default}'><qti-area-map-entry shape='circle' coords='50,50,10' mapped-value='1'/></qti-area-mapping>"
        );
        let item = format!("{}{interaction}{}", &ITEM[..start], &ITEM[end..])
            .replace("base-type=\"identifier\">", "base-type=\"point\">")
            .replace("match_correct", "map_response_point")
            .replace("</qti-correct-response>", &areas)
            .replace(">B<", &format!(">{key}<"));
        with_item(&item)
    };
    assert_eq!(points("55 45", "0").findings, []);
    finds(&points("70 70", "0"), Rule::KeyNotFullScore, 2, "scores 0");
    finds(
        &points("55 45", "1"),
        Rule::WrongAnswerFullScore,
        2,
        "\"-1 -1\"",
    );
}

#[test]
fn feedback_is_shown_if_a_rule_can_set_its_outcome() {
    let item = |set: &str| {
        let rules = format!(
            "<qti-response-processing><qti-set-outcome-value identifier='FEEDBACK'>{set}</qti-set-outcome-value>\
            <qti-set-outcome-value identifier='SCORE'><qti-map-response identifier='RESPONSE'/></qti-set-outcome-value></qti-response-processing>"
        );
        let start = ITEM.find("<qti-response-processing").unwrap();
        let feedback = "</qti-item-body><qti-modal-feedback outcome-identifier='FEEDBACK' identifier='A' show-hide='show'>No</qti-modal-feedback>";
        let xml = format!("{}{rules}</qti-assessment-item>", &ITEM[..start]);
        with_item(&xml.replace("</qti-item-body>", feedback))
    };
    for shown in [
        "<qti-variable identifier='RESPONSE'/>",
        "<qti-base-value base-type='identifier'>A</qti-base-value>",
        "<qti-custom-operator class='x'/>",
    ] {
        assert_eq!(item(shown).findings, [], "{shown}");
    }
    for hidden in [
        "<qti-base-value base-type='identifier'>C</qti-base-value>",
        "<qti-correct identifier='RESPONSE'/>",
    ] {
        finds(&item(hidden), Rule::FeedbackNeverShown, 9, "to \"A\"");
    }
}

#[test]
fn a_key_that_rules_make_or_hold_is_a_key() {
    let no_key = "<qti-correct-response><qti-value>B</qti-value></qti-correct-response>";
    let template = "<qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>";
    let rules = "<qti-response-processing><qti-response-condition><qti-response-if><qti-match><qti-variable identifier='RESPONSE'/>\
                 <qti-base-value base-type='identifier'>B</qti-base-value></qti-match></qti-response-if></qti-response-condition>\
                 </qti-response-processing>";
    let held = ITEM.replace(no_key, "").replace(template, rules);
    assert_eq!(with_item(&held).findings, []);
    let set = "<qti-template-processing><qti-set-correct-response identifier='RESPONSE'/></qti-template-processing>";
    let made = |item: &str| item.replace("<qti-item-body>", &format!("{set}<qti-item-body>"));
    assert_eq!(with_item(&made(&ITEM.replace(no_key, ""))).findings, []);
    let other_maximum = ITEM.replace("normal-maximum=\"1\"", "normal-maximum=\"2\"");
    assert_eq!(with_item(&made(&other_maximum)).findings, []);
}

#[test]
fn a_pair_the_other_way_round_is_no_second_pair() {
    let start = ITEM.find("<qti-choice-interaction").unwrap();
    let end = ITEM.find("</qti-item-body>").unwrap();
    let choice = |id: &str| format!("<qti-simple-associable-choice identifier='{id}'/>");
    let choices: String = ["A", "B", "C"].map(choice).concat();
    let interaction = format!(
        "<qti-associate-interaction response-identifier='RESPONSE' max-associations='3'>{choices}</qti-associate-interaction>"
    );
    let mapping = "</qti-correct-response><qti-mapping default-value='-1'><qti-map-entry map-key='A B' mapped-value='1'/>\
                   <qti-map-entry map-key='C B' mapped-value='1'/></qti-mapping>";
    let item = format!("{}{interaction}{}", &ITEM[..start], &ITEM[end..])
        .replace(
            "cardinality=\"single\" base-type=\"identifier\">",
            "cardinality=\"multiple\" base-type=\"pair\">",
        )
        .replace("match_correct", "map_response")
        .replace("normal-maximum=\"1\"", "normal-maximum=\"2\"")
        .replace(
            ">B</qti-value>",
            ">B A</qti-value><qti-value>B C</qti-value>",
        )
        .replace("</qti-correct-response>", mapping);
    assert_eq!(with_item(&item).findings, []);
}
