use timeback_qti_bank::audit::{Options, Report, Rule, audit};
use timeback_qti_bank::{Kind, unobserved};

use crate::support::{Folder, World, item_xml, key};

fn told(report: &Report, rule: Rule) -> Vec<String> {
    let findings = report
        .findings
        .iter()
        .filter(|finding| finding.rule == rule);
    findings.map(ToString::to_string).collect()
}

/// An item whose processing is no standard template, so that only the service can score it: what each choice is worth.
fn worth(identifier: &str, a: u8, b: u8) -> String {
    let entry = |key: &str, worth: u8| {
        format!("<qti-map-entry map-key=\"{key}\" mapped-value=\"{worth}\"/>")
    };
    let mapping = format!(
        "<qti-mapping default-value=\"0\">{}{}</qti-mapping>",
        entry("A", a),
        entry("B", b)
    );
    let rules = "<qti-response-processing><qti-set-outcome-value identifier=\"SCORE\"><qti-map-response \
         identifier=\"RESPONSE\"/></qti-set-outcome-value></qti-response-processing>";
    let xml = item_xml(identifier, None, "Capitals");
    let (before, after) = xml.split_once("<qti-response-processing").unwrap();
    let after = after.split_once("/>").unwrap().1;
    let xml = format!("{before}{rules}{after}");
    xml.replace(
        "</qti-response-declaration>",
        &format!("{mapping}</qti-response-declaration>"),
    )
}

#[tokio::test]
async fn the_service_is_asked_what_the_key_and_an_answer_beside_it_score() {
    let world = World::empty().await;
    let items = world.client.items();
    items
        .create_xml(&item_xml("good", None, "Good"), None)
        .await
        .unwrap();
    // Neither fault is seen by an audit of the folder. The key is A.
    items
        .create_xml(&worth("worthless-key", 0, 1), None)
        .await
        .unwrap();
    items.create_xml(&worth("both", 1, 1), None).await.unwrap();
    let folder = Folder::pulled(&world).await;
    let connection = folder.connect(&world);
    let report = connection
        .audit_scored(&Options::default(), &unobserved)
        .await
        .unwrap();
    assert_eq!(
        told(&report, Rule::KeyNotFullScore),
        [
            "items/worthless-key.xml:1:1: error[key-not-full-score]: item worthless-key: the service scores the key 0"
        ]
    );
    assert_eq!(
        told(&report, Rule::WrongAnswerFullScore),
        [
            "items/both.xml:1:1: warning[wrong-answer-full-score]: item both: the service scores RESPONSE = \"B\" like the key: 1"
        ]
    );
    let before = world.last_request();
    let report = audit(&folder.bank, &Options::default(), &unobserved).unwrap();
    assert_eq!(
        (
            told(&report, Rule::KeyNotFullScore).len(),
            told(&report, Rule::WrongAnswerFullScore).len()
        ),
        (0, 0)
    );
    assert_eq!(
        world.last_request(),
        before,
        "nothing is sent unless asked for"
    );
}

#[tokio::test]
async fn an_item_that_the_service_cannot_score_is_a_finding() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    world.client.item("item-0").delete().await.unwrap();
    let report = folder
        .connect(&world)
        .audit_scored(&Options::default(), &unobserved)
        .await
        .unwrap();
    let failed = told(&report, Rule::ScoringFailed);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(
        failed[0].contains("item-0") && failed[0].contains("not found"),
        "{failed:?}"
    );
}

#[tokio::test]
async fn what_the_service_holds_is_audited_without_a_folder() {
    let world = World::new(3).await;
    world.client.item("item-1").delete().await.unwrap();
    let service = timeback_qti_bank::Service::new(world.client.clone());
    let report = service
        .audit(&Options::default(), true, &unobserved)
        .await
        .unwrap();
    assert_eq!(
        (
            report.counts.items,
            report.counts.stimuli,
            report.counts.tests
        ),
        (2, 1, 1)
    );
    let missing = report
        .findings
        .iter()
        .filter(|finding| finding.rule == Rule::ReferenceMissing);
    let missing: Vec<_> = missing.map(|finding| finding.entity.clone()).collect();
    assert_eq!(missing, [Some(key(Kind::Test, "test-1"))]);
    assert_eq!(told(&report, Rule::ScoringFailed), [""; 0]);
}
