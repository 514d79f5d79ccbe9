//! Packages that would do harm: each is refused by the name of its entry, and nothing is written.

use std::fs::{self, File};

use timeback_qti_bank::package::UnpackOptions;
use timeback_qti_bank::unobserved;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Place, files, item, manifest, refusal, resource, unpack};

/// A package in which the bytes of one name are those of another one, as writers of zips refuse to write.
fn renamed(place: &Place, from: &str, to: &str) -> std::path::PathBuf {
    assert_eq!(from.len(), to.len());
    let package = place.package_with(&[(from, b"x")]);
    let bytes = fs::read(&package).unwrap();
    let mut changed = bytes.clone();
    let mut count = 0;
    for at in 0..bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from.as_bytes() {
            changed[at..at + from.len()].copy_from_slice(to.as_bytes());
            count += 1;
        }
    }
    assert_eq!(count, 2, "the local and the central header");
    fs::write(&package, changed).unwrap();
    package
}

#[test]
fn a_name_that_leads_out_of_the_bank_is_refused() {
    let place = Place::new();
    for name in [
        "../../../x",
        "/etc/xxxxx",
        "C:/windows",
        "..\\..\\xxxx",
        "a/../..//x",
        "a/b/../../",
    ] {
        let from = "z".repeat(name.len());
        let message = refusal(&place, &renamed(&place, &from, name));
        assert!(
            message.contains("path") || message.contains("file name") || message.contains(".."),
            "{name}: {message}"
        );
    }
    assert!(
        !files(place.folder.path())
            .iter()
            .any(|file| file.ends_with("/x") || file == "x")
    );
}

#[test]
fn two_entries_that_are_one_on_some_disk_are_refused() {
    let place = Place::new();
    for (one, other) in [
        ("Map.png", "map.PNG"),
        ("e\u{301}.png", "\u{e9}.png"),
        ("a", "a/b"),
        ("A/b", "a"),
    ] {
        let message = refusal(&place, &place.package_with(&[(one, b"1"), (other, b"2")]));
        assert!(
            message.contains("some disks take it") || message.contains("not a folder"),
            "{message}"
        );
    }
    let message = refusal(&place, &renamed(&place, "i_xml", "i.xml"));
    assert!(message.contains("one name"), "{message}");
}

#[test]
fn a_link_is_refused() {
    let place = Place::new();
    let path = place.path("package.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    zip.finish().unwrap();
    assert!(refusal(&place, &path).contains("it is a link"));
}

#[test]
fn an_encrypted_entry_is_refused() {
    let place = Place::new();
    let path = place.package_with(&[("secret.txt", b"x")]);
    let mut bytes = fs::read(&path).unwrap();
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let last = bytes
            .windows(4)
            .rposition(|found| found == signature)
            .unwrap();
        bytes[last + flags] |= 1;
    }
    fs::write(&path, bytes).unwrap();
    let message = refusal(&place, &path);
    assert!(message.contains("encrypted"), "{message}");
}

#[test]
fn no_more_is_unpacked_than_is_allowed_whatever_the_zip_says_of_itself() {
    let place = Place::new();
    let zeros = vec![0; 20_000_000];
    let package = place.package_with(&[("zeros.bin", &zeros)]);
    assert!(fs::metadata(&package).unwrap().len() < 100_000);
    let bank = place.bank("bank");
    let options = UnpackOptions::default().max_bytes(1_000_000);
    let error = bank.unpack(&package, &options, &unobserved).unwrap_err();
    assert!(
        error.to_string().contains("zeros.bin") && error.to_string().contains("too many"),
        "{error}"
    );
    assert_eq!(files(bank.root()), ["qti.toml"]);

    // A text is bounded by itself.
    let big = item("i", &" ".repeat(65 << 20));
    let manifest = manifest(&resource("i", "item", "i.xml", ""));
    let package = place.zip(&[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("i.xml", big.as_bytes()),
    ]);
    assert!(refusal(&place, &package).contains("too many"));
}

#[test]
fn a_manifest_that_lies_or_is_none_is_refused() {
    let place = Place::new();
    for (manifest, problem) in [
        (
            manifest(&resource("i", "item", "../i.xml", "")),
            "leads out of the package",
        ),
        (
            manifest(&resource("i", "item", "%2e%2e/i.xml", "")),
            "leads out of the package",
        ),
        ("<manifest>".to_owned(), "line 1, column 1"),
        ("<html/>".to_owned(), "the root is \"html\""),
        (
            "<manifest><manifest/></manifest>".to_owned(),
            "manifests within",
        ),
        (
            manifest(&(resource("a", "item", "i.xml", "") + &resource("b", "item", "j.xml", ""))),
            "it is the item i, and so is \"i.xml\"",
        ),
    ] {
        let (one, other) = (item("i", ""), item("i", "<p/>"));
        let package = place.zip(&[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("i.xml", one.as_bytes()),
            ("j.xml", other.as_bytes()),
        ]);
        let message = refusal(&place, &package);
        assert!(message.contains(problem), "{message}");
    }
    assert!(
        refusal(&place, &place.zip(&[("a/imsmanifest.xml", b"")])).contains("no imsmanifest.xml")
    );
    fs::write(place.path("no.zip"), "nothing like a zip").unwrap();
    assert!(refusal(&place, &place.path("no.zip")).contains("no zip"));
    let utf_16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("<manifest/>".bytes().flat_map(|byte| [byte, 0]))
        .collect();
    assert!(refusal(&place, &place.zip(&[("imsmanifest.xml", &utf_16)])).contains("UTF-16"));
}

/// Each cut and each changed byte either gives what was packed or an error, and nothing is left half written.
#[test]
fn a_damaged_zip_is_refused_or_read_whole() {
    let place = Place::new();
    let package = place.package_with(&[("media/a.png", &[7; 3000])]);
    let whole = fs::read(&package).unwrap();
    let bank = place.bank("whole");
    unpack(&bank, &package);
    let (expected, item) = (
        files(bank.root()),
        fs::read(bank.root().join("items/i.xml")).unwrap(),
    );
    for seed in 0..400_usize {
        let mut bytes = whole.clone();
        match seed % 2 {
            0 => bytes.truncate(seed * 7919 % whole.len()),
            _ => bytes[seed * 104_729 % whole.len()] ^= (seed % 255 + 1) as u8,
        }
        fs::write(&package, bytes).unwrap();
        let bank = place.bank("damaged");
        match bank.unpack(&package, &UnpackOptions::default(), &unobserved) {
            Ok(report) if report.created == 1 => {
                assert_eq!(
                    fs::read(bank.root().join("items/i.xml")).unwrap(),
                    item,
                    "{seed}"
                );
                // A changed name of a file that nothing refers to is another name.
                assert_eq!(files(bank.root()).len(), expected.len(), "{seed}");
            }
            Ok(report) => assert_eq!(
                report.failed.len() + report.unreadable.len() + report.missing.len(),
                1,
                "{seed}: {report:?}"
            ),
            Err(error) => assert_eq!(files(bank.root()), ["qti.toml"], "{seed}: {error}"),
        }
        fs::remove_dir_all(bank.root()).unwrap();
    }
}

#[test]
fn what_stands_beside_an_entity_and_is_none_fails_that_entity_alone() {
    let place = Place::new();
    let with_file = "<file href=\"j.xml.json\"/>";
    let manifest = manifest(
        &(resource("i", "item", "i.xml", "")
            + &resource("j", "item", "j.xml", with_file)
            + &resource("k", "item", "k.xml", "")),
    );
    let items = ["i", "j", "k"].map(|identifier| item(identifier, ""));
    for beside in [
        &b"no json"[..],
        b"[]",
        b"{\"a\": \"\xff\"}",
        b"\xff\xfe{\0}\0",
    ] {
        let package = place.zip(&[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("i.xml", items[0].as_bytes()),
            ("j.xml", items[1].as_bytes()),
            ("j.xml.json", beside),
            ("k.xml", items[2].as_bytes()),
        ]);
        let bank = place.bank("bank");
        let report = unpack(&bank, &package);
        assert_eq!((report.created, report.failed.len()), (2, 1), "{report:?}");
        assert!(
            report.failed[0].message.contains("j.xml.json"),
            "{report:?}"
        );
        fs::remove_dir_all(bank.root()).unwrap();
    }
}

#[test]
fn no_path_is_longer_than_a_disk_can_have() {
    let place = Place::new();
    let long = "é".repeat(2_000);
    let package = place.zip(&[
        (
            "imsmanifest.xml",
            manifest(&(resource("i", "item", "i.xml", "") + &resource("j", "item", "j.xml", "")))
                .as_bytes(),
        ),
        ("i.xml", item("i", "").as_bytes()),
        ("j.xml", item(&long, "").as_bytes()),
    ]);
    let report = unpack(&place.bank("bank"), &package);
    assert_eq!(report.created, 1);
    assert!(report.unreadable[0].contains("too long"), "{report:?}");

    let deep = "folder/".repeat(700) + "a.txt";
    let message = refusal(&place, &place.package_with(&[(&deep, b"x")]));
    assert!(message.contains("length"), "{message}");
}
