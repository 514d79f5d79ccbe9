//! One fault of a package: it fails what has it, and the rest is unpacked.

use timeback_qti_bank::Kind;
use timeback_qti_bank::package::UnpackReport;

use crate::support::{Place, item, key, manifest, resource, test, unpack};

/// A package of a good item, and of an item `i` under this address in the manifest and this name in the zip.
fn unpacked(place: &Place, href: &str, name: &str) -> UnpackReport {
    let resources = resource("good", "item", "good.xml", "") + &resource("i", "item", href, "");
    let (manifest, good, other) = (manifest(&resources), item("good", ""), item("i", ""));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("good.xml", good.as_bytes()),
        (name, other.as_bytes()),
    ]);
    let bank = place.bank("bank");
    let report = unpack(&bank, &package);
    assert!(bank.read(&key(Kind::Item, "good")).unwrap().is_some());
    std::fs::remove_dir_all(bank.root()).unwrap();
    report
}

#[test]
fn an_address_that_can_mean_one_file_only_is_read_as_that() {
    let place = Place::new();
    for (href, name) in [
        ("Items/A.xml", "items/a.xml"),
        ("a%20b.xml", "a%20b.xml"),
        ("a%20b.xml", "a b.xml"),
        ("c#1.xml", "c#1.xml"),
        ("items\\a.xml", "items/a.xml"),
        ("caf%C3%A9.xml", "cafe\u{301}.xml"),
    ] {
        let report = unpacked(&place, href, name);
        assert_eq!(report.created, 2, "{href}: {report:?}");
        assert_eq!((report.missing.len(), report.media.len()), (0, 0), "{href}");
    }
}

#[test]
fn what_the_package_does_not_have_is_told_and_the_rest_is_unpacked() {
    let place = Place::new();
    for (href, told) in [
        ("gone.xml", "\"gone.xml\", which is not in the package"),
        (
            "https://example.org/i.xml",
            "which leads to no file of the package",
        ),
        ("", "which leads to no file of the package"),
    ] {
        let report = unpacked(&place, href, "other.xml");
        assert_eq!((report.created, report.missing.len()), (1, 1), "{report:?}");
        let message = &report.missing[0];
        assert!(
            message.starts_with("resource \"i\" ") && message.contains(told),
            "{message}"
        );
    }
    let resources = [
        resource(
            "i",
            "item",
            "i.xml",
            "<file href='gone.png'/><dependency identifierref='css'/>",
        ),
        "<resource identifier='none' type='imsqti_test_xmlv3p0'/>".to_owned(),
        "<resource identifier='css' type='webcontent' href='gone.css'/>".to_owned(),
    ];
    let (manifest, item) = (manifest(&resources.concat()), item("i", ""));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", item.as_bytes()),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(report.created, 1);
    let told = [
        "gone.png",
        "resource \"none\", of the type of a test, has no href",
        "gone.css",
    ];
    assert_eq!(report.missing.len(), told.len(), "{report:?}");
    for (message, told) in report.missing.iter().zip(told) {
        assert!(message.contains(told), "{message}");
    }
}

#[test]
fn an_item_in_another_encoding_is_told_and_kept_as_it_is() {
    let place = Place::new();
    let resources = resource("good", "item", "good.xml", "") + &resource("i", "item", "i.xml", "");
    let (manifest, good) = (manifest(&resources), item("good", ""));
    let latin: Vec<u8> =
        b"<?xml version='1.0' encoding='ISO-8859-1'?><qti-assessment-item identifier='\xe9'/>"
            .to_vec();
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", &latin),
        ("good.xml", good.as_bytes()),
    ]);
    let bank = place.bank("bank");
    let report = unpack(&bank, &package);
    assert_eq!(
        (report.created, report.unreadable.len()),
        (1, 1),
        "{report:?}"
    );
    assert!(
        report.unreadable[0].starts_with("i.xml: it is not in UTF-8"),
        "{report:?}"
    );
    assert_eq!(
        std::fs::read(bank.root().join("media/i.xml")).unwrap(),
        latin
    );
}

/// Zips of Windows have names in the code page of DOS.
#[test]
fn a_name_in_the_code_page_of_dos_is_read() {
    let place = Place::new();
    let manifest = manifest(&resource("i", "item", "caf%C3%A9.xml", ""));
    let item = item("i", "");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("caf_.xml", item.as_bytes()),
    ]);
    let mut bytes = std::fs::read(&package).unwrap();
    let at: Vec<_> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(b"caf_.xml"))
        .collect();
    assert_eq!(at.len(), 2, "the local and the central header");
    at.into_iter().for_each(|at| bytes[at + 3] = 0x82);
    std::fs::write(&package, bytes).unwrap();
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!((report.created, report.missing.len()), (1, 0), "{report:?}");
}

#[test]
fn a_type_of_a_later_version_is_read_by_its_document() {
    let place = Place::new();
    let later = |number: &str, of: &str| {
        format!("<resource identifier='{number}' type='imsqti_{of}' href='{number}.xml'/>")
    };
    let manifest = manifest(
        &(later("1", "item_xmlv3p1")
            + &later("2", "item_xmlv4p0")
            + &later("3", "section_xmlv3p0")),
    );
    let next = item("next", "").replace("imsqtiasi_v3p0", "imsqtiasi_v4p0");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("1.xml", item("i", "").as_bytes()),
        ("2.xml", next.as_bytes()),
        ("3.xml", b"<qti-assessment-section/>"),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(
        (report.created, report.unreadable.len()),
        (1, 2),
        "{report:?}"
    );
    assert!(
        report.unreadable[0].contains("imsqtiasi_v4p0"),
        "{report:?}"
    );
    assert!(
        report.unreadable[1].contains("no place for the type \"imsqti_section_xmlv3p0\""),
        "{report:?}"
    );
}

#[test]
fn a_section_in_a_file_of_its_own_is_told() {
    let place = Place::new();
    let manifest = manifest(&resource("t", "test", "t.xml", "<file href='s.xml'/>"));
    let test = test(
        "t",
        "<qti-assessment-section-ref identifier='s2' href='s.xml'/>",
    );
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("t.xml", test.as_bytes()),
        ("s.xml", b"<qti-assessment-section/>"),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(report.misled.len(), 1, "{report:?}");
    let message = &report.misled[0].message;
    assert!(
        message.contains("\"s2\" leads to a section in the file \"s.xml\""),
        "{message}"
    );
}

#[test]
fn a_stimulus_that_an_address_means_and_no_name_is_told() {
    let place = Place::new();
    let resources = resource("i", "item", "i.xml", "") + &resource("s", "stimulus", "s.xml", "");
    let manifest = manifest(&resources);
    let item = item("i", "").replace(
        "<qti-item-body>",
        "<qti-assessment-stimulus-ref identifier='other' href='S.xml'/><qti-item-body>",
    );
    let stimulus = crate::support::item("s", "").replace("assessment-item", "assessment-stimulus");
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", item.as_bytes()),
        ("s.xml", stimulus.as_bytes()),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(report.misled.len(), 1, "{report:?}");
    assert_eq!(
        report.misled[0].message,
        "reference \"other\" leads to stimulus s"
    );
}

#[test]
fn a_manifest_of_another_case_is_the_manifest() {
    let place = Place::new();
    let manifest = manifest(&resource("i", "item", "i.xml", ""));
    let package = place.zip(&[
        ("IMSManifest.xml", manifest.as_bytes()),
        ("i.xml", item("i", "").as_bytes()),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!((report.created, report.media.len()), (1, 0), "{report:?}");
}
