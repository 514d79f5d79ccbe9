use timeback_qti_bank::audit::{Options, Report, Rule, audit};
use timeback_qti_bank::{Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

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

/// Two choices, of which the service scores the second alone.
fn composite(identifier: &str, maximum: &str, key: &str) -> String {
    let xml = item_xml(identifier, None, "Capitals");
    let start = xml.find("<qti-response-declaration").unwrap();
    let declaration = |name: &str, key: &str| {
        format!(
            "<qti-response-declaration identifier='{name}' cardinality='single' base-type='identifier'>{key}</qti-response-declaration>"
        )
    };
    let choice = |name: &str| {
        format!(
            "<qti-choice-interaction response-identifier='{name}' max-choices='1'><qti-simple-choice identifier='A'>a</qti-simple-choice>\
             <qti-simple-choice identifier='B'>b</qti-simple-choice></qti-choice-interaction>"
        )
    };
    let correct = "<qti-correct-response><qti-value>A</qti-value></qti-correct-response>\
        <qti-mapping default-value='0'><qti-map-entry map-key='A' mapped-value='2'/></qti-mapping>";
    format!(
        "{}{}{}<qti-outcome-declaration identifier='SCORE' cardinality='single' base-type='float' {maximum}/>\
         <qti-item-body>{}{}</qti-item-body><qti-response-processing><qti-set-outcome-value identifier='SCORE'>\
         <qti-map-response identifier='SECOND'/></qti-set-outcome-value></qti-response-processing></qti-assessment-item>",
        &xml[..start],
        declaration("FIRST", key),
        declaration("SECOND", correct),
        choice("FIRST"),
        choice("SECOND"),
    )
}

#[tokio::test]
async fn a_key_that_its_own_processing_scores_in_part_is_a_finding() {
    let world = World::empty().await;
    let key = "<qti-correct-response><qti-value>B</qti-value></qti-correct-response>";
    for (identifier, maximum, key) in [
        ("part", "normal-maximum='3'", key),
        ("whole", "normal-maximum='2'", key),
        ("unsaid", "", key),
        // A person may give the third point.
        ("open", "normal-maximum='3'", ""),
    ] {
        let xml = composite(identifier, maximum, key);
        world.client.items().create_xml(&xml, None).await.unwrap();
    }
    let folder = Folder::pulled(&world).await;
    let connection = folder.connect(&world);
    let options = Options::default();
    let report = connection.audit_scored(&options, &unobserved).await;
    assert_eq!(
        told(&report.unwrap(), Rule::KeyNotFullScore),
        [
            "items/part.xml:1:1: error[key-not-full-score]: item part: the service scores the key 2 of 3"
        ]
    );
}

#[tokio::test]
async fn a_service_that_cannot_be_asked_ends_the_audit_with_its_error() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    let connection = folder.connect(&world);
    let service = timeback_qti_bank::Service::new(world.client.clone());
    for status in [401, 403, 408, 429, 502, 503] {
        world
            .sandbox
            .set_faults([FaultRule::new(Effect::status(status)).on("processResponse")])
            .unwrap();
        let errors = [
            connection
                .audit_scored(&Options::default(), &unobserved)
                .await,
            service.audit(&Options::default(), true, &unobserved).await,
        ];
        for audited in errors {
            let error = audited.unwrap_err();
            let found = error.service_error().and_then(timeback_qti::Error::status);
            assert_eq!(found, Some(status), "{error}");
        }
    }
    for status in [400, 409, 422, 500] {
        world
            .sandbox
            .set_faults([FaultRule::new(Effect::status(status)).on("processResponse")])
            .unwrap();
        let report = connection
            .audit_scored(&Options::default(), &unobserved)
            .await;
        let failed = told(&report.unwrap(), Rule::ScoringFailed);
        assert_eq!(failed.len(), 3, "{status}: {failed:?}");
    }
}
