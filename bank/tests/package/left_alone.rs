//! What a bank keeps of a package of which it has left something alone.

use std::fs;

use timeback_qti_bank::package::UnpackOptions;
use timeback_qti_bank::{Bank, Entity, Kind, unobserved};

use crate::support::{Place, item, key, manifest, resource, unpack};

fn record(bank: &Bank) -> serde_json::Value {
    let text = fs::read_to_string(bank.root().join("qti-package.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A package of two items and a style sheet, whose names and metadata are those of `program`.
fn package(place: &Place, program: &str, body: &str) -> std::path::PathBuf {
    let metadata = format!("<metadata><m>{program}</m></metadata>");
    let style = format!(
        "<resource identifier='{program}-S' type='webcontent' href='a.css'>{metadata}<file href='a.css'/></resource>"
    );
    let of = |name: &str| {
        let href = format!("{program}/{name}.xml");
        resource(&format!("{program}-{name}"), "item", &href, &metadata)
    };
    let manifest = manifest(&(of("one") + &of("two") + &style));
    let (one, two) = (item("one", body), item("two", ""));
    let files = ["one", "two"].map(|name| format!("{program}/{name}.xml"));
    place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        (&files[0], one.as_bytes()),
        (&files[1], two.as_bytes()),
        ("a.css", body.as_bytes()),
    ])
}

#[test]
fn the_record_of_what_is_left_alone_stays_as_it_is() {
    let place = Place::new();
    let bank = place.bank("bank");
    unpack(&bank, &package(&place, "first", "<p>first</p>"));
    let first = record(&bank);
    let second = package(&place, "second", "<p>second</p>");
    let report = unpack(&bank, &second);
    assert_eq!(
        (report.conflicts.len(), report.media_conflicts.len()),
        (1, 1)
    );
    assert_eq!(report.unchanged, 1, "{report:?}");
    let now = record(&bank);
    let names = |record: &serde_json::Value| -> Vec<String> {
        let all = record["resources"].as_array().unwrap().iter();
        let names = all.map(|kept| kept["identifier"].as_str().unwrap().to_owned());
        names.collect()
    };
    assert_eq!(names(&now), ["first-one", "second-two", "first-S"]);
    for left in [0, 2] {
        assert_eq!(now["resources"][left], first["resources"][left]);
    }

    bank.unpack(&second, &UnpackOptions::default().force(), &unobserved)
        .unwrap();
    let forced = record(&bank);
    assert_eq!(names(&forced), ["second-one", "second-two", "second-S"]);
}

/// The other's metadata would go out as that of the bank's own item.
#[test]
fn a_package_of_which_nothing_is_taken_leaves_no_record() {
    let place = Place::new();
    let bank = place.bank("bank");
    for name in ["one", "two"] {
        let ours = Entity::new(key(Kind::Item, name), item(name, "<p>ours</p>"));
        bank.write(&ours).unwrap();
    }
    fs::create_dir(bank.root().join("media")).unwrap();
    fs::write(bank.root().join("media/a.css"), "ours").unwrap();
    let report = unpack(&bank, &package(&place, "other", ""));
    assert_eq!(
        (report.conflicts.len(), report.media_conflicts.len()),
        (2, 1)
    );
    assert!(!bank.root().join("qti-package.json").exists());
}

#[test]
fn a_file_of_the_bank_that_cannot_be_read_is_told_and_the_others_are_unpacked() {
    let place = Place::new();
    let package = package(&place, "other", "");
    let bank = place.bank("bank");
    let broken = bank.path(&key(Kind::Item, "one")).with_extension("json");
    fs::create_dir_all(broken.parent().unwrap()).unwrap();
    for text in ["{", "{}"] {
        fs::write(&broken, text).unwrap();
        let report = unpack(&bank, &package);
        assert_eq!(report.created + report.unchanged, 1, "{report:?}");
        assert_eq!(report.failed.len(), 1, "{report:?}");
        assert_eq!(report.failed[0].key, key(Kind::Item, "one"));
        let path = broken.display().to_string();
        assert!(report.failed[0].message.starts_with(&path), "{report:?}");
        assert_eq!(fs::read_to_string(&broken).unwrap(), text);
        assert_eq!(record(&bank)["resources"].as_array().unwrap().len(), 2);
    }
    let options = UnpackOptions::default().force();
    let report = bank.unpack(&package, &options, &unobserved).unwrap();
    assert_eq!((report.replaced, report.unchanged), (1, 1), "{report:?}");
    let held = bank.read(&key(Kind::Item, "one")).unwrap().unwrap();
    assert_eq!((held.xml, held.beside.len()), (item("one", ""), 0));
}

#[cfg(unix)]
#[test]
fn packages_and_media_have_the_mode_of_any_other_file_of_their_user() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let bank = place.bank("bank");
    unpack(&bank, &package(&place, "first", ""));
    let out = place.path("out.zip");
    bank.pack(&out, &Default::default(), &unobserved).unwrap();
    fs::write(place.path("plain"), "").unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode();
    let plain = mode(&place.path("plain"));
    assert_eq!(mode(&out), plain);
    assert_eq!(mode(&bank.root().join("media/a.css")), plain);
}
