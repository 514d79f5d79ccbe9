//! Where entities and media stand in a package.

use std::fs;

use serde_json::json;
use timeback_qti_bank::package::PackOptions;
use timeback_qti_bank::{Bank, Entity, Error, Key, Kind, unobserved};

use crate::support::{Place, item, key, packed, test, unpack};

fn write(bank: &Bank, key: Key, xml: String) {
    bank.write(&Entity::new(key, xml)).unwrap();
}

fn media(bank: &Bank, name: &str) {
    let path = bank.root().join("media").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, name).unwrap();
}

fn item_ref(identifier: &str, href: &str) -> String {
    format!("<qti-assessment-item-ref identifier='{identifier}' href='{href}'/>")
}

fn refusal(bank: &Bank, place: &Place) -> String {
    let out = place.path("refused.zip");
    let error = bank
        .pack(&out, &PackOptions::default(), &unobserved)
        .unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert!(!out.exists());
    error.to_string()
}

#[test]
fn entities_stand_where_the_references_to_them_lead() {
    let place = Place::new();
    let bank = place.bank("bank");
    let with_stimulus = item("river", "").replace(
        "<qti-item-body>",
        "<qti-assessment-stimulus-ref identifier='po' href='texts/po.xml'/><qti-item-body>",
    );
    let stimulus = item("po", "").replace("assessment-item", "assessment-stimulus");
    write(
        &bank,
        key(Kind::Test, "italy"),
        test(
            "italy",
            &(item_ref("capital", "capital.xml") + &item_ref("river", "../r/river")),
        ),
    );
    write(&bank, key(Kind::Item, "capital"), item("capital", ""));
    write(&bank, key(Kind::Item, "river"), with_stimulus);
    write(&bank, key(Kind::Stimulus, "po"), stimulus);
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    let names: Vec<_> = entries.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "imsmanifest.xml",
            "r/river",
            "r/texts/po.xml",
            "tests/capital.xml",
            "tests/italy.xml"
        ]
    );
    let report = bank
        .pack(
            &place.path("again.zip"),
            &PackOptions::default(),
            &unobserved,
        )
        .unwrap();
    assert_eq!(report.misled, []);
}

#[test]
fn a_reference_that_leads_elsewhere_is_told_and_left_as_it_is() {
    let place = Place::new();
    let bank = place.bank("bank");
    let url = "https://qti.example.org/api/assessment-items/a";
    let xml = test(
        "t",
        &(item_ref("a", url) + &item_ref("b", "b.xml") + &item_ref("c", "b.xml")),
    );
    write(&bank, key(Kind::Test, "t"), xml.clone());
    for name in ["a", "b", "c"] {
        write(&bank, key(Kind::Item, name), item(name, ""));
    }
    let path = place.path("out.zip");
    let report = bank
        .pack(&path, &PackOptions::default(), &unobserved)
        .unwrap();
    assert_eq!(report.misled.len(), 1, "{report:?}");
    assert_eq!(report.misled[0].key, key(Kind::Test, "t"));
    let message = &report.misled[0].message;
    let told = [
        format!("\"a\" leads to \"{url}\", not to \"items/a.xml\""),
        "\"c\" leads to \"b.xml\", not to \"items/c.xml\"".to_owned(),
    ];
    assert_eq!(*message, format!("reference {}", told.join("; ")));
    let copy = place.bank("copy");
    unpack(&copy, &path);
    assert_eq!(copy.read(&key(Kind::Test, "t")).unwrap().unwrap().xml, xml);
}

#[test]
fn no_entity_is_moved_away_from_what_it_shows() {
    let place = Place::new();
    let bank = place.bank("bank");
    write(
        &bank,
        key(Kind::Test, "t"),
        test("t", &item_ref("a", "a.xml")),
    );
    write(
        &bank,
        key(Kind::Item, "a"),
        item("a", "<img src='a.png' alt=''/>"),
    );
    media(&bank, "items/a.png");
    let path = place.path("out.zip");
    let report = bank
        .pack(&path, &PackOptions::default(), &unobserved)
        .unwrap();
    assert_eq!(
        (report.misled.len(), report.missing_media.len()),
        (1, 0),
        "{report:?}"
    );
    fs::rename(
        bank.root().join("media/items"),
        bank.root().join("media/tests"),
    )
    .unwrap();
    let report = bank
        .pack(&path, &PackOptions::default().overwrite(), &unobserved)
        .unwrap();
    assert_eq!(
        (report.misled.len(), report.missing_media.len()),
        (0, 0),
        "{report:?}"
    );
}

#[test]
fn an_entity_makes_room_for_media_of_its_name() {
    let place = Place::new();
    let bank = place.bank("bank");
    let mut beside = Entity::new(key(Kind::Item, "a"), item("a", ""));
    beside
        .beside
        .insert("metadata".to_owned(), json!({"grade": 5}));
    bank.write(&beside).unwrap();
    write(&bank, key(Kind::Item, "b"), item("b", ""));
    for name in ["items/a.xml.json", "items/B.XML", "tests"] {
        media(&bank, name);
    }
    write(&bank, key(Kind::Test, "t"), test("t", ""));
    let (package, entries) = packed(&bank, &place, PackOptions::default());
    assert_eq!(
        entries["items/a.xml.json"], "items/a.xml.json",
        "media stay where they are"
    );
    let copy = place.bank("copy");
    assert_eq!(unpack(&copy, &package).created, 3);
    assert_eq!(copy.read(&beside.key).unwrap().unwrap(), beside);
    for name in ["items/a.xml.json", "items/B.XML", "tests"] {
        assert_eq!(
            fs::read_to_string(copy.root().join("media").join(name)).unwrap(),
            name
        );
    }
}

#[test]
fn media_that_no_package_can_have_are_refused_by_name() {
    let place = Place::new();
    for names in [
        &["imsmanifest.xml"][..],
        &["Map.png", "map.png"],
        &["imsmanifest.xml/a"],
        &["a:b.png"],
    ] {
        let bank = place.bank("bank");
        names.iter().for_each(|name| media(&bank, name));
        let message = refusal(&bank, &place);
        assert!(
            message.contains(names[names.len() - 1]) && message.contains("rename it"),
            "{message}"
        );
        fs::remove_dir_all(bank.root()).unwrap();
    }
}

#[test]
fn what_systems_leave_in_media_is_not_packed() {
    let place = Place::new();
    let bank = place.bank("bank");
    media(&bank, "img/.DS_Store");
    let (_, entries) = packed(&bank, &place, PackOptions::default());
    assert_eq!(entries.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_among_media_is_neither_packed_nor_written_through() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let outside = place.path("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    let package = place.package_with(&[("img/a.png", b"png")]);
    let links = [
        ("media/secret.png", "secret"),
        ("media/img", ""),
        ("media", ""),
        ("media/gone", "gone"),
    ];
    for (link, to) in links {
        let bank = place.bank("bank");
        let path = bank.root().join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(outside.join(to), &path).unwrap();
        let message = refusal(&bank, &place);
        assert!(
            message.contains(link) && message.contains("a link"),
            "{message}"
        );
        let error = bank
            .unpack(&package, &Default::default(), &unobserved)
            .unwrap_err();
        assert!(error.to_string().contains("a link"), "{error}");
        assert!(!bank.root().join("items").exists());
        fs::remove_dir_all(bank.root()).unwrap();
    }
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn all_files_that_a_document_leads_to_are_packed_with_it() {
    let place = Place::new();
    let bank = place.bank("bank");
    let body = "<a href='doc.pdf'>d</a><a href='https://example.org/'>e</a><a href='#here'>h</a>\
        <svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'><image x:href='i.png'/></svg>\
        <img src='s.png' srcset='s1.png 1x, s2.png 2x' alt=''/>\
        <math xmlns='http://www.w3.org/1998/Math/MathML' altimg='m.png'/>";
    let catalog = "<qti-catalog-info><qti-catalog id='c'><qti-card support='spoken'><qti-file-href mime-type='audio/mpeg'> \
        spoken.mp3 </qti-file-href></qti-card></qti-catalog></qti-catalog-info></qti-assessment-item>";
    let item = item("i", body).replace("</qti-assessment-item>", catalog);
    write(&bank, key(Kind::Item, "i"), item);
    let section = "<qti-assessment-section-ref identifier='s2' href='section.xml'/>";
    write(&bank, key(Kind::Test, "t"), test("t", section));
    let shown = [
        "doc.pdf",
        "i.png",
        "m.png",
        "s.png",
        "s1.png",
        "s2.png",
        "spoken.mp3",
    ];
    for name in shown {
        media(&bank, &format!("items/{name}"));
    }
    media(&bank, "tests/section.xml");
    media(&bank, "items/unused.png");
    let only = |wanted: Key| {
        let (_, entries) = packed(&bank, &place, PackOptions::default().keys([wanted]));
        entries.into_keys().collect::<Vec<_>>()
    };
    let expected = shown.map(|name| format!("items/{name}"));
    let found = only(key(Kind::Item, "i"));
    assert_eq!(found.len(), shown.len() + 2, "{found:?}");
    assert!(
        expected.iter().all(|name| found.contains(name)),
        "{found:?}"
    );
    assert_eq!(
        only(key(Kind::Test, "t")),
        ["imsmanifest.xml", "tests/section.xml", "tests/t.xml"]
    );
}
