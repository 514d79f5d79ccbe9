//! XML in another namespace than QTI 3.0's, which no write takes: the plan and the audit tell of it before anything is sent.

use serde_json::json;
use timeback_qti_bank::audit::{Options, Rule, audit};
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Entity, Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, item_xml, key, test_xml};

const NAMESPACE: &str = " xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\"";

#[tokio::test]
async fn a_wrong_or_missing_namespace_is_told_by_the_plan_and_the_audit() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let older = NAMESPACE.replace("imsqtiasi_v3p0", "imsqti_v2p1");
    for (key, xml) in [
        (
            key(Kind::Item, "item-0"),
            item_xml("item-0", Some("Italy"), "Rivers").replace(NAMESPACE, ""),
        ),
        (
            key(Kind::Item, "new"),
            item_xml("new", None, "Rivers").replace(NAMESPACE, &older),
        ),
        (
            key(Kind::Test, "new"),
            test_xml("new", &["item-1"], "Rivers").replace(NAMESPACE, ""),
        ),
    ] {
        folder.bank.write(&Entity::new(key, xml)).unwrap();
    }
    let connection = folder.connect(&world);
    let options = PushOptions::default();
    let plan = connection.plan_push(&options, &unobserved).await.unwrap();
    assert_eq!(
        (plan.count(Action::Refuse), plan.writes()),
        (3, false),
        "{plan:?}"
    );
    let report = audit(&folder.bank, &Options::default(), &unobserved).unwrap();
    let told = report
        .findings
        .iter()
        .filter(|finding| finding.rule == Rule::NotQti3);
    let told: Vec<_> = told.map(|finding| finding.message.as_str()).collect();
    assert_eq!(told.len(), 3, "{report}");
    assert!(told.iter().any(|message| message.contains("QTI 2.x")));
}

/// Services hold what they were given long ago.
#[tokio::test]
async fn what_the_service_holds_already_is_not_refused_for_its_namespace() {
    let world = World::empty().await;
    let valid = item_xml("old", None, "Rivers");
    world.client.items().create_xml(&valid, None).await.unwrap();
    let old = valid.replace(NAMESPACE, "");
    let answer = json!({"identifier": "old", "title": "Rivers", "rawXml": old});
    let found = FaultRule::new(Effect::status(200).body(answer)).on("getAssessmentItem");
    world.sandbox.set_faults([found]).unwrap();
    let folder = Folder::new();
    let entity = Entity::new(key(Kind::Item, "old"), old);
    folder.bank.write(&entity).unwrap();
    let connection = folder.connect(&world);
    let options = PushOptions::default();
    let plan = connection.plan_push(&options, &unobserved).await.unwrap();
    assert_eq!(
        (plan.count(Action::Adopt), plan.steps.len()),
        (1, 1),
        "{plan:?}"
    );
}
