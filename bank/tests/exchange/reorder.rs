//! The items of a section, put into another order.

use serde_json::json;
use timeback_qti_bank::single::{Address, SectionAddress};
use timeback_qti_bank::{Error, Service};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{World, test_xml};

fn section() -> SectionAddress {
    match "section/t/part/section".parse() {
        Ok(Address::Section(section)) => section,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_section_that_holds_an_item_twice_is_refused_and_stays_as_it_is() {
    let world = World::empty().await;
    let xml = test_xml("t", &["a", "b", "c"], "T");
    world.client.tests().create_xml(&xml).await.unwrap();
    let before = world.client.test("t").get().await.unwrap();
    let held = ["a", "b", "a", "c"].map(|item| json!({"identifier": item, "href": "x.xml"}));
    let section_json = json!({
        "identifier": "section", "title": "Section", "visible": true, "qti-assessment-item-ref": held
    });
    let doubled = FaultRule::new(Effect::status(200).body(section_json)).on("getSection");
    world.sandbox.set_faults([doubled]).unwrap();
    let service = Service::new(world.client.clone());
    for order in [
        &["c", "a", "b", "a"][..],
        &["a", "b", "a", "c"],
        &["c", "a", "b"],
    ] {
        let order: Vec<_> = order.iter().map(ToString::to_string).collect();
        let refused = service.reorder(&section(), &order).await.unwrap_err();
        assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
        let told = refused.to_string();
        assert!(told.contains("\"a\" stands there more than once"), "{told}");
    }
    assert_eq!(world.writes(), 1);
    assert_eq!(world.client.test("t").get().await.unwrap(), before);
}
