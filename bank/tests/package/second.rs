//! A second package into a bank that has one, and files of other programs beside them.

use std::collections::BTreeSet;
use std::fs;

use timeback_qti_bank::package::{PackOptions, UnpackOptions};
use timeback_qti_bank::{Bank, Error, Kind, unobserved};

use crate::support::{Place, item, key, manifest, packed, resource, resources, unpack};

fn record(bank: &Bank) -> String {
    fs::read_to_string(bank.root().join("qti-package.json")).unwrap()
}

#[test]
fn a_file_of_another_program_is_neither_read_as_the_record_nor_overwritten() {
    let place = Place::new();
    let package = place.package_with(&[]);
    let npm = r#"{"name": "site", "version": "1.0.0", "scripts": {"build": "make"}}"#;
    let with_more = r#"{"format": 1, "identifier": "m", "resources": [], "scripts": {}}"#;
    for (text, is_later) in [
        (npm, false),
        ("{}", false),
        ("[]", false),
        ("", false),
        (r#"{"identifier": "m", "resources": []}"#, false),
        (with_more, false),
        (r#"{"format": 2, "resources": {}}"#, true),
    ] {
        let bank = place.bank("bank");
        let path = bank.root().join("qti-package.json");
        fs::write(&path, text).unwrap();
        let options = UnpackOptions::default().force();
        let out = place.path("out.zip");
        let errors = [
            bank.unpack(&package, &options, &unobserved).unwrap_err(),
            bank.pack(&out, &PackOptions::default(), &unobserved)
                .unwrap_err(),
        ];
        for error in errors {
            let is_newer = matches!(
                &error,
                Error::Newer {
                    found: 2,
                    known: 1,
                    ..
                }
            );
            let is_foreign = matches!(&error, Error::Record { .. });
            assert_eq!(
                (is_foreign, is_newer),
                (!is_later, is_later),
                "{text}: {error}"
            );
            assert!(error.in_full().contains("qti-package.json"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(!bank.root().join("items").exists() && !out.exists());
        fs::remove_dir_all(bank.root()).unwrap();
    }

    let bank = place.bank("bank");
    let path = bank.root().join("package.json");
    fs::write(&path, npm).unwrap();
    unpack(&bank, &package);
    packed(&bank, &place, PackOptions::default());
    assert_eq!(fs::read_to_string(&path).unwrap(), npm);
}

/// A package of an item with an image and a style sheet, whose identifiers are those of any other package.
fn package(place: &Place, name: &str) -> std::path::PathBuf {
    let body = format!("<img src='{name}.png' alt=''/>");
    let files = format!("<file href='{name}.png'/><dependency identifierref='r2'/>");
    let style = format!(
        "<resource identifier='r2' type='webcontent' href='{name}.css'><file href='{name}.css'/></resource>"
    );
    let group =
        "<resource identifier='r3' type='webcontent'><dependency identifierref='r1'/></resource>";
    let manifest =
        manifest(&(resource("r1", "item", &format!("{name}.xml"), &files) + &style + group));
    let names = ["xml", "png", "css"].map(|extension| format!("{name}.{extension}"));
    place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        (&names[0], item(name, &body).as_bytes()),
        (&names[1], name.as_bytes()),
        (&names[2], name.as_bytes()),
    ])
}

#[test]
fn a_second_package_of_the_same_identifiers_is_kept_apart() {
    let place = Place::new();
    let bank = place.bank("bank");
    unpack(&bank, &package(&place, "a"));
    let second = package(&place, "b");
    unpack(&bank, &second);
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    let all = resources(&entries);
    let names: BTreeSet<_> = all.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "{all:?}");
    let of = |file: &str| {
        all.iter()
            .find(|(_, files, _)| files.first().is_some_and(|first| first == file))
            .unwrap()
    };
    for name in ["a", "b"] {
        let (_, files, dependencies) = of(&format!("{name}.xml"));
        assert_eq!(files[1..], [format!("{name}.png")]);
        assert_eq!(dependencies, &[of(&format!("{name}.css")).0.clone()]);
    }
    let only = PackOptions::default().keys([key(Kind::Item, "b")]);
    let (_, entries) = packed(&bank, &place, only);
    let names: Vec<_> = entries.keys().map(String::as_str).collect();
    assert_eq!(names, ["b.css", "b.png", "b.xml", "imsmanifest.xml"]);

    let before = record(&bank);
    unpack(&bank, &second);
    assert_eq!(record(&bank), before, "the same once more is nothing new");
}

#[test]
fn an_identifier_that_stands_twice_in_a_manifest_goes_out_once() {
    let place = Place::new();
    let manifest =
        manifest(&(resource("r", "item", "a.xml", "") + &resource("r", "item", "b.xml", "")));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("a.xml", item("a", "").as_bytes()),
        ("b.xml", item("b", "").as_bytes()),
    ]);
    let bank = place.bank("bank");
    unpack(&bank, &package);
    let before = record(&bank);
    unpack(&bank, &package);
    assert_eq!(record(&bank), before);
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    let names: Vec<_> = resources(&entries)
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names, ["r", "r-2"]);
}

#[test]
fn what_depends_on_a_resource_follows_the_one_that_takes_its_place() {
    let place = Place::new();
    let package = |item_name: &str, style: &str| {
        let depends = format!("<dependency identifierref='{style}'/>");
        let style = format!(
            "<resource identifier='{style}' type='webcontent' href='s.css'><file href='s.css'/></resource>"
        );
        let href = format!("{item_name}.xml");
        let manifest = manifest(&(resource(item_name, "item", &href, &depends) + &style));
        place.zip(&[
            ("imsmanifest.xml", manifest.as_bytes()),
            (&href, item(item_name, "").as_bytes()),
            ("s.css", b"p {}"),
        ])
    };
    let bank = place.bank("bank");
    unpack(&bank, &package("a", "old"));
    unpack(&bank, &package("b", "new"));
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    let depends: Vec<_> = resources(&entries)
        .into_iter()
        .map(|(name, _, on)| (name, on.join(",")))
        .collect();
    let expected = [("a", "new"), ("b", "new"), ("new", "")];
    assert_eq!(
        depends,
        expected.map(|(name, on)| (name.to_owned(), on.to_owned()))
    );
}

#[test]
fn two_packages_whose_files_have_one_name_are_packed_as_one() {
    let place = Place::new();
    for (first, second) in [
        ("item.xml", "item.xml"),
        ("item.xml", "ITEM.xml"),
        ("item", "item/x.xml"),
    ] {
        let bank = place.bank("bank");
        for (name, href) in [("a", first), ("b", second)] {
            let manifest = manifest(&resource("r", "item", href, ""));
            unpack(
                &bank,
                &place.zip(&[
                    ("imsmanifest.xml", manifest.as_bytes()),
                    (href, item(name, "").as_bytes()),
                ]),
            );
        }
        let (package, entries) = packed(&bank, &place, PackOptions::default());
        assert_eq!(
            entries[first],
            item("a", ""),
            "the first one stays where it was"
        );
        let copy = place.bank("copy");
        assert_eq!(unpack(&copy, &package).created, 2);
        for bank in [bank, copy] {
            fs::remove_dir_all(bank.root()).unwrap();
        }
    }
}

/// As where two branches of a bank were merged.
#[test]
fn an_identifier_that_stands_twice_in_the_record_goes_out_once() {
    let place = Place::new();
    let bank = place.bank("bank");
    unpack(&bank, &package(&place, "a"));
    unpack(&bank, &package(&place, "b"));
    let path = bank.root().join("qti-package.json");
    fs::write(&path, record(&bank).replace("\"r1-2\"", "\"r1\"")).unwrap();
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    let all = resources(&entries);
    let names: BTreeSet<_> = all.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "{all:?}");
}

#[test]
fn media_whose_place_another_file_of_the_bank_has_are_conflicts() {
    let place = Place::new();
    let bank = place.bank("bank");
    for name in ["Map.png", "a/b.png", "c"] {
        let path = bank.root().join("media").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    fs::create_dir(bank.root().join("media/empty")).unwrap();
    let package = place.package_with(&[
        ("map.png", b"other"),
        ("a", b"other"),
        ("c/d.png", b"other"),
        ("empty", b"other"),
        ("new.png", b"new"),
    ]);
    for options in [UnpackOptions::default(), UnpackOptions::default().force()] {
        let report = bank.unpack(&package, &options, &unobserved).unwrap();
        assert_eq!(report.media_conflicts, ["map.png", "a", "c/d.png", "empty"]);
        assert_eq!(report.media, ["new.png"]);
        assert_eq!(report.created + report.unchanged, 1);
    }
    assert_eq!(
        fs::read_to_string(bank.root().join("media/Map.png")).unwrap(),
        "Map.png"
    );
    packed(&bank, &place, PackOptions::default());
}

#[test]
fn what_media_depend_on_is_packed_with_them_and_no_dependency_leads_nowhere() {
    let place = Place::new();
    let other = |name: &str, on: &[&str]| {
        let on: String = on
            .iter()
            .map(|on| format!("<dependency identifierref='{on}'/>"))
            .collect();
        format!(
            "<resource identifier='{name}' type='webcontent' href='{name}'><file href='{name}'/>{on}</resource>"
        )
    };
    let depends = "<dependency identifierref='css'/>";
    let manifest = manifest(
        &(resource("a", "item", "a.xml", depends)
            + &resource("b", "item", "b.xml", "")
            + &other("css", &["font", "b", "gone"])
            + &other("font", &["css", "licence"])
            + &other("licence", &[])
            + &other("unused", &[])),
    );
    let (a, b) = (item("a", ""), item("b", ""));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("a.xml", a.as_bytes()),
        ("b.xml", b.as_bytes()),
        ("css", b""),
        ("font", b""),
        ("licence", b""),
        ("unused", b""),
    ]);
    let bank = place.bank("bank");
    unpack(&bank, &package);
    let depending = |options: PackOptions| {
        let (_, entries) = packed(&bank, &place, options);
        let all = resources(&entries).into_iter();
        all.map(|(name, _, on)| format!("{name}:{}", on.join(",")))
            .collect::<Vec<_>>()
    };
    let only = PackOptions::default().keys([key(Kind::Item, "a")]);
    assert_eq!(
        depending(only),
        ["a:css", "css:font", "font:css,licence", "licence:"]
    );
    fs::remove_file(bank.root().join("media/licence")).unwrap();
    assert_eq!(
        depending(PackOptions::default()),
        ["a:css", "b:", "css:font,b", "font:css", "unused:"]
    );
}
