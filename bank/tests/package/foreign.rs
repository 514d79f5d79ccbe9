//! Packages as other programs write them.

use timeback_qti_bank::package::UnpackOptions;
use timeback_qti_bank::{Kind, unobserved};

use crate::support::{Place, item, key, manifest, refusal, resource, test, unpack};

#[test]
fn an_older_package_is_told_as_such() {
    let place = Place::new();
    let of_type = |of: &str| {
        manifest(&format!(
            "<resource identifier='i' type='{of}' href='i.xml'/>"
        ))
    };
    let of_schema = |schema: &str, version: &str| {
        format!(
            "<manifest><metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata></manifest>"
        )
    };
    for (manifest, format) in [
        (of_type("imsqti_item_xmlv2p1"), "QTI 2.x"),
        (of_type("imsqti_test_xmlv2p2"), "QTI 2.x"),
        (of_type("imsqti_xmlv1p2"), "QTI 1.x"),
        (of_type("imscc_xmlv1p1/assessment"), "Common Cartridge"),
        (of_schema("QTIv2.1 Package", "1.0.0"), "QTI 2.x"),
        (of_schema("QTIv1.2", "1.2"), "QTI 1.x"),
        (
            of_schema("IMS Common Cartridge", "1.3.0"),
            "Common Cartridge",
        ),
    ] {
        let package = place.zip(&[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("i.xml", b"<assessmentItem/>"),
        ]);
        let message = refusal(&place, &package);
        assert!(
            message.contains(format) && message.contains("QTI 3.0 is needed"),
            "{message}"
        );
    }
}

#[test]
fn an_item_that_is_none_of_qti_3_is_told_and_the_others_are_unpacked() {
    let place = Place::new();
    let resources = resource("a", "item", "a.xml", "")
        + &resource("b", "item", "b.xml", "")
        + &resource("c", "item", "c.xml", "");
    let (manifest, good) = (manifest(&resources), item("good", ""));
    let older = "<assessmentItem xmlns='http://www.imsglobal.org/xsd/imsqti_v2p1' identifier='a'/>";
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("a.xml", older.as_bytes()),
        ("b.xml", b"<broken>"),
        ("c.xml", good.as_bytes()),
    ]);
    let bank = place.bank("bank");
    let report = unpack(&bank, &package);
    assert_eq!(
        (report.created, report.unreadable.len()),
        (1, 2),
        "{report:?}"
    );
    assert!(
        report.unreadable[0].starts_with("a.xml: ") && report.unreadable[0].contains("QTI 2.x")
    );
    assert!(report.unreadable[1].starts_with("b.xml: line 1"));
    assert_eq!(report.media, ["a.xml", "b.xml"]);
    assert_eq!(bank.keys().unwrap(), [key(Kind::Item, "good")]);
}

#[test]
fn bases_prefixes_escapes_and_noise_are_read() {
    let place = Place::new();
    let manifest = "\u{feff}<cp:manifest xmlns:cp='http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1' identifier='m' \
        xml:base='content/'><cp:organizations/><cp:resources xml:base='items'><cp:resource identifier='r' \
        type='imsqti_item_xmlv3p0' href='my%20item.xml'><cp:file href='my%20item.xml'/><cp:file href='../img/a.png'/>\
        <cp:dependency identifierref='x'/></cp:resource></cp:resources></cp:manifest>";
    let item = item("another-name", "<img src='../img/a.png' alt='A'/>");
    let package = place.zip(&[
        ("__MACOSX/._a", b"x"),
        ("content/.DS_Store", b"x"),
        ("imsmanifest.xml", manifest.as_bytes()),
        ("content/items/my item.xml", item.as_bytes()),
        ("content/img/a.png", b"png"),
    ]);
    let bank = place.bank("bank");
    let report = unpack(&bank, &package);
    assert_eq!(
        (report.created, report.media),
        (1, vec!["content/img/a.png".to_owned()])
    );
    let held = bank
        .read(&key(Kind::Item, "another-name"))
        .unwrap()
        .unwrap();
    assert_eq!(held.xml, item);
}

#[test]
fn what_the_bank_has_otherwise_stays_unless_forced() {
    let place = Place::new();
    let package = place.package_with(&[("img/a.png", b"new")]);
    let bank = place.bank("bank");
    let ours = timeback_qti_bank::Entity::new(key(Kind::Item, "i"), item("i", "<p>ours</p>"));
    bank.write(&ours).unwrap();
    std::fs::create_dir_all(bank.root().join("media/img")).unwrap();
    std::fs::write(bank.root().join("media/img/a.png"), "old").unwrap();
    let report = unpack(&bank, &package);
    assert_eq!(
        (
            report.conflicts.len(),
            report.media_conflicts.len(),
            report.created
        ),
        (1, 1, 0),
        "{report:?}"
    );
    assert_eq!(bank.read(&ours.key).unwrap().unwrap(), ours);
    assert_eq!(
        std::fs::read(bank.root().join("media/img/a.png")).unwrap(),
        b"old"
    );

    let report = bank
        .unpack(&package, &UnpackOptions::default().force(), &unobserved)
        .unwrap();
    assert_eq!((report.replaced, report.media.len()), (1, 1), "{report:?}");
    assert_eq!(bank.read(&ours.key).unwrap().unwrap().xml, item("i", ""));
    let again = unpack(&bank, &package);
    assert_eq!(
        (again.unchanged, again.conflicts.len()),
        (1, 0),
        "{again:?}"
    );
}

#[test]
fn a_reference_whose_address_means_another_item_is_told() {
    let place = Place::new();
    let resources =
        resource("t", "test", "tests/t.xml", "") + &resource("i", "item", "items/q.xml", "");
    let manifest = manifest(&resources);
    let references = "<qti-assessment-item-ref identifier='ref-1' href='../items/q.xml'/>";
    let (test, item) = (test("t", references), item("q", ""));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("tests/t.xml", test.as_bytes()),
        ("items/q.xml", item.as_bytes()),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(report.misled.len(), 1);
    assert_eq!(
        report.misled[0].message,
        "reference \"ref-1\" leads to item q"
    );
}
