//! Out of a bank and into another one: nothing is lost, and nothing is renamed.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use serde_json::json;
use timeback_qti::xml::Element;
use timeback_qti_bank::package::PackOptions;
use timeback_qti_bank::{Bank, Entity, Error, Identifier, Key, Kind, unobserved};

use crate::support::{Place, files, item, key, manifest, resource, test, unpack};

fn pack(bank: &Bank, place: &Place, name: &str) -> std::path::PathBuf {
    let path = place.path(name);
    bank.pack(&path, &PackOptions::default().overwrite(), &unobserved)
        .unwrap();
    path
}

/// All of a bank but for its state and settings.
fn content(bank: &Bank) -> BTreeMap<String, Vec<u8>> {
    let names = files(bank.root())
        .into_iter()
        .filter(|name| name != "qti.toml" && name != "qti-package.json");
    names
        .map(|name| (name.clone(), fs::read(bank.root().join(&name)).unwrap()))
        .collect()
}

fn entity(kind: Kind) -> impl Strategy<Value = Entity> {
    let identifier = "[A-Za-z0-9 _.:/é-]{1,12}"
        .prop_filter_map("a path can carry it", |text| Identifier::new(text).ok());
    let metadata = prop_oneof![
        Just(None),
        "[a-zé\"]{0,6}".prop_map(|text| Some(
            json!({"metadata": {"text": text, "n": 1.5, "list": [1, null]}})
        ))
    ];
    (identifier, "[ a-z]{0,9}", metadata).prop_map(move |(identifier, text, beside)| {
        let escaped = identifier.as_str().replace('&', "&amp;");
        let xml = match kind {
            Kind::Item => item(&escaped, &format!("<p>{text}</p>")),
            Kind::Test => test(
                &escaped,
                "<qti-assessment-item-ref identifier='i' href='i.xml'/>",
            ),
            Kind::Stimulus => {
                item(&escaped, &text).replace("qti-assessment-item", "qti-assessment-stimulus")
            }
        };
        let mut entity = Entity::new(Key::new(kind, identifier), xml);
        entity.beside = beside
            .and_then(|beside| beside.as_object().cloned())
            .unwrap_or_default();
        entity
    })
}

fn bank_content() -> impl Strategy<Value = (Vec<Entity>, Vec<(String, Vec<u8>)>)> {
    let entity = prop_oneof![
        entity(Kind::Item),
        entity(Kind::Test),
        entity(Kind::Stimulus)
    ];
    let file = ("[a-z]{1,4}/[a-z]{1,6}\\.(png|css)", any::<Vec<u8>>());
    (
        proptest::collection::vec(entity, 0..12),
        proptest::collection::vec(file, 0..4),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_bank_goes_through_a_package_as_it_is((entities, media) in bank_content()) {
        let place = Place::new();
        let bank = place.bank("bank");
        for entity in &entities {
            bank.write(entity).unwrap();
        }
        for (name, bytes) in &media {
            let path = bank.root().join("media").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let package = pack(&bank, &place, "one.zip");
        let copy = place.bank("copy");
        let report = unpack(&copy, &package);
        prop_assert_eq!((&report.failed, &report.unreadable, &report.conflicts), (&vec![], &vec![], &vec![]));
        prop_assert_eq!(content(&copy), content(&bank));
        // What was unpacked is packed with the same names, in the same order.
        let again = pack(&copy, &place, "two.zip");
        let third = place.bank("third");
        unpack(&third, &again);
        prop_assert_eq!(content(&third), content(&bank));
        prop_assert_eq!(fs::read(third.root().join("qti-package.json")).unwrap(), fs::read(copy.root().join("qti-package.json")).unwrap());
        prop_assert_eq!(fs::read(pack(&third, &place, "three.zip")).unwrap(), fs::read(again).unwrap());
    }
}

#[test]
fn names_order_dependencies_and_metadata_of_a_package_go_out_again() {
    let place = Place::new();
    let lom = "<metadata><lom xmlns='urn:lom' xmlns:x='urn:x' x:a='1'><title>A &amp; B</title></lom></metadata>";
    let resources = resource(
        "RES-2",
        "item",
        "deep/er/q2.xml",
        &format!("{lom}<file href='img/a.png'/><dependency identifierref='STYLE'/>"),
    ) + "<resource identifier='STYLE' type='webcontent' href='css/a.css'><file href='css/a.css'/></resource>"
        + &resource(
            "RES-T",
            "test",
            "t.xml",
            "<dependency identifierref='RES-1'/><dependency identifierref='RES-2'/>",
        )
        + &resource("RES-1", "item", "q1.xml", "");
    let manifest = manifest(&resources).replace("identifier=\"m\"", "identifier=\"MANIFEST-7\"");
    let (one, two) = (
        item("one", ""),
        item("two", "<img src='../../img/a.png' alt=''/>"),
    );
    let test = test(
        "t",
        "<qti-assessment-item-ref identifier='one' href='q1.xml'/>",
    );
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("deep/er/q2.xml", two.as_bytes()),
        ("css/a.css", b"p {}"),
        ("img/a.png", b"png"),
        ("t.xml", test.as_bytes()),
        ("q1.xml", one.as_bytes()),
    ]);
    let bank = place.bank("bank");
    unpack(&bank, &package);
    let again = place.bank("again");
    unpack(&again, &pack(&bank, &place, "out.zip"));
    let record = |bank: &Bank| {
        let text = fs::read_to_string(bank.root().join("qti-package.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let (before, after) = (record(&bank), record(&again));
    assert_eq!(before["identifier"], "MANIFEST-7");
    assert_eq!(after["identifier"], "MANIFEST-7");
    let sorted = |record: &serde_json::Value| {
        let mut all = record["resources"].as_array().unwrap().clone();
        all.sort_by_key(|kept| kept["identifier"].to_string());
        all
    };
    assert_eq!(sorted(&after), sorted(&before));
    let entities = |record: &serde_json::Value| -> Vec<String> {
        let all = record["resources"].as_array().unwrap();
        let named = all.iter().filter(|kept| kept.get("entity").is_some());
        named
            .map(|kept| kept["identifier"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(entities(&after), ["RES-2", "RES-T", "RES-1"]);
    assert!(
        before["resources"][0]["metadata"]
            .as_str()
            .unwrap()
            .contains("A &amp; B")
    );
}

#[test]
fn metadata_goes_out_as_it_means_whatever_its_prefixes() {
    let place = Place::new();
    let own = "<l:lom xmlns:l='urn:l' l:a='1' l:b='2&#10;3' c='4'><d xmlns:l='urn:m' l:a='5'/></l:lom><xml:e>6</xml:e>";
    let of_resource = format!("<metadata>{own}</metadata>");
    let manifest = manifest(&resource("r", "item", "i.xml", &of_resource))
        .replace("</schemaversion>", &format!("</schemaversion>{own}"));
    let item = item("i", "");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", item.as_bytes()),
    ]);
    let bank = place.bank("bank");
    unpack(&bank, &package);
    let other = place.bank("other");
    unpack(&other, &pack(&bank, &place, "out.zip"));
    let text = fs::read_to_string(other.root().join("qti-package.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let within = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1";
    let expected = Element::parse(&format!("<m xmlns='{within}'>{own}</m>")).unwrap();
    for metadata in [&record["metadata"], &record["resources"][0]["metadata"]] {
        let kept = format!("<m>{}</m>", metadata.as_str().unwrap());
        let kept = Element::parse(&kept).unwrap();
        assert!(kept.children().eq(expected.children()), "{metadata}");
    }
}

#[test]
fn unpacking_again_forgets_no_resource_even_of_one_file_or_of_none() {
    let place = Place::new();
    let resources = [
        resource("r", "item", "i.xml", "<dependency identifierref='s'/>"),
        resource("again", "item", "i.xml", ""),
        resource("broken", "item", "b.xml", "<dependency identifierref='r'/>"),
        resource("broken-too", "item", "b.xml", ""),
        "<resource identifier='s' type='webcontent'><dependency identifierref='r'/></resource>"
            .to_owned(),
        "<resource identifier='t' type='webcontent'/>".to_owned(),
    ];
    let manifest = manifest(&resources.concat());
    let item = item("i", "");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", item.as_bytes()),
        ("b.xml", b"<"),
    ]);
    let bank = place.bank("bank");
    let record = || fs::read_to_string(bank.root().join("qti-package.json")).unwrap();
    unpack(&bank, &package);
    let first = record();
    assert_eq!(first.matches("\"identifier\"").count(), 1 + 6 + 2);
    unpack(&bank, &package);
    assert_eq!(record(), first);
}

#[test]
fn only_what_is_asked_for_and_what_that_refers_to_is_packed() {
    let place = Place::new();
    let bank = place.bank("bank");
    let reference =
        |name: &str| format!("<qti-assessment-item-ref identifier='{name}' href='{name}.xml'/>");
    let with_stimulus = item("a", "").replace(
        "<qti-item-body>",
        "<qti-assessment-stimulus-ref identifier='s' href='s.xml'/><qti-item-body><img src='none.png' alt=''/>",
    );
    for (key, xml) in [
        (
            key(Kind::Test, "t"),
            test("t", &(reference("a") + &reference("gone"))),
        ),
        (key(Kind::Item, "a"), with_stimulus),
        (key(Kind::Item, "b"), item("b", "")),
        (
            key(Kind::Stimulus, "s"),
            item("s", "").replace("qti-assessment-item", "qti-assessment-stimulus"),
        ),
    ] {
        bank.write(&Entity::new(key, xml)).unwrap();
    }
    let path = place.path("some.zip");
    let report = bank
        .pack(
            &path,
            &PackOptions::default().keys([key(Kind::Test, "t")]),
            &unobserved,
        )
        .unwrap();
    assert_eq!(report.entities, 3);
    assert_eq!(report.missing[0].key, key(Kind::Item, "gone"));
    assert_eq!(report.missing_media[0].message, "tests/none.png");
    let copy = place.bank("copy");
    unpack(&copy, &path);
    assert_eq!(
        copy.keys().unwrap(),
        [
            key(Kind::Stimulus, "s"),
            key(Kind::Item, "a"),
            key(Kind::Test, "t")
        ]
    );
}

#[test]
fn a_file_that_is_there_is_kept_unless_told_otherwise() {
    let place = Place::new();
    let bank = place.bank("bank");
    let path = place.path("there.zip");
    fs::write(&path, "mine").unwrap();
    let error = bank
        .pack(&path, &PackOptions::default(), &unobserved)
        .unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    bank.pack(&path, &PackOptions::default().overwrite(), &unobserved)
        .unwrap();
    unpack(&place.bank("empty"), &path);
}

#[test]
fn a_resource_of_the_web_goes_out_with_its_address() {
    let place = Place::new();
    let url = "https://example.org/tool?a=1&amp;b=%20";
    let web = format!(
        "<resource identifier='w' type='imslti_xmlv1p1' href='{url}'><file href='{url}'/></resource>"
    );
    let manifest =
        manifest(&(resource("i", "item", "i.xml", "<dependency identifierref='w'/>") + &web));
    let item = item("i", "");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", item.as_bytes()),
    ]);
    let bank = place.bank("bank");
    let report = unpack(&bank, &package);
    assert_eq!(report.missing, [""; 0]);
    let again = place.bank("again");
    assert_eq!(
        unpack(&again, &pack(&bank, &place, "out.zip")).missing,
        [""; 0]
    );
    let record = |bank: &Bank| fs::read_to_string(bank.root().join("qti-package.json")).unwrap();
    assert_eq!(record(&again), record(&bank));
    assert!(record(&again).contains("https://example.org/tool?a=1&b=%20"));
}
