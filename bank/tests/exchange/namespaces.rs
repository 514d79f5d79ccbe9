//! XML in another namespace than QTI 3.0's, which no write takes: the plan and the audit tell of it before anything is sent.

use timeback_qti_bank::audit::{Options, Rule, audit};
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Entity, Kind, unobserved};

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
