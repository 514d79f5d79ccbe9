use std::collections::HashMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::name::{decode, encode};
use super::*;
use crate::entity::Identifier;

fn identifier() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "CON", "con", "nul.xml", "COM1", "lpt9.a", "..", ".", "/", ":", "a b", "~", "+", "%",
        "%2f", "é", "e\u{301}", "日本", "🦀", ".git", "item", "Item", "ITEM", ".xml", ".json",
        "*?\"<>|", " ", "-", "_", "$", "ß", "ſ", "K",
    ]);
    let piece = prop_oneof![
        awkward.prop_map(str::to_owned),
        "[a-zA-Z0-9._:/~+% -]{0,12}",
        "\\PC{0,6}"
    ];
    prop_oneof![
        9 => prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat()),
        1 => ("[A-Za-z.:]{1,900}", 1..3_usize).prop_map(|(long, times)| long.repeat(times)),
    ]
}

fn fits_a_disk(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_lowercase();
    let devices = ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"];
    part.len() <= 250
        && part.is_ascii()
        && !part.starts_with(['.', ' '])
        && !part.ends_with(' ')
        && !devices.contains(&stem.as_str())
        && !part.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*'])
}

/// 10,000 identifiers, each compared with all others without regard to case.
#[test]
fn ten_thousand_identifiers_have_names_of_their_own_on_any_disk_and_come_back() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut files: HashMap<String, String> = HashMap::new();
    let mut count = 0;
    while count < 10_000 {
        let text = identifier().new_tree(&mut runner).unwrap().current();
        let Ok(given) = Identifier::new(text) else {
            continue;
        };
        count += 1;
        let name = encode(given.as_str());
        assert_eq!(decode(&name), Ok(given.clone()), "{name}");
        for part in format!("{name}.json").split('/') {
            assert!(fits_a_disk(part), "{given:?}: {name}");
        }
        let folded = name.to_lowercase();
        let other = files.insert(folded, given.as_str().to_owned());
        assert!(
            other.is_none_or(|other| other == given.as_str()),
            "{given:?}"
        );
    }
}

#[test]
fn names_are_what_a_person_would_type_where_that_is_possible() {
    assert_eq!(encode("item-001"), "item-001");
    assert_eq!(encode("Item-001"), "Item-001~1");
    assert_eq!(encode("ITEM"), "ITEM~f");
    assert_eq!(encode("a:b"), "a%3Ab");
    assert_eq!(encode("con"), "+con");
    assert_eq!(encode(".hidden"), "+.hidden");
}

#[test]
fn a_name_made_by_hand_is_told_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path(), folder.path().join("staging"));
    fs::create_dir(folder.path().join("items")).unwrap();
    fs::write(folder.path().join("items/Item.xml"), "<a/>").unwrap();
    let told = layout.keys(Kind::Item).unwrap_err().to_string();
    assert!(told.ends_with("items/Item~1.xml"), "{told}");
    fs::rename(
        folder.path().join("items/Item.xml"),
        folder.path().join("items/notes.txt"),
    )
    .unwrap();
    assert!(layout.keys(Kind::Item).is_err());
}

#[test]
fn a_name_stands_for_an_entity_whichever_of_its_files_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path(), folder.path().join("staging"));
    fs::create_dir(folder.path().join("items")).unwrap();
    for name in ["a.xml", "b.json", "c.xml", "c.json", "c.x.json"] {
        fs::write(folder.path().join("items").join(name), "{}").unwrap();
    }
    let keys = layout.keys(Kind::Item).unwrap();
    let names: Vec<_> = keys.iter().map(|key| key.identifier.as_str()).collect();
    assert_eq!(names, ["a", "b", "c.x", "c"]);
    for (key, is_orphan) in keys.iter().zip([false, true, true, false]) {
        let read = layout.read(key);
        assert_eq!(
            matches!(read, Err(Error::Orphan { .. })),
            is_orphan,
            "{read:?}"
        );
    }
}

/// The user's umask decides, as for a file that is created by its name.
#[cfg(unix)]
#[test]
fn a_file_has_the_mode_of_any_other_file_of_its_user() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("plain"), "").unwrap();
    write_atomically(&path("staging"), &path("new/er/whole"), b"").unwrap();
    let beside = NewFile::beside(&path("package")).unwrap();
    beside.put(&path("package"), Over::Nothing).unwrap();
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode();
    assert_eq!(mode("new/er/whole"), mode("plain"));
    assert_eq!(mode("package"), mode("plain"));
}

#[test]
fn a_file_that_must_take_no_others_place_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package");
    fs::write(&path, "mine").unwrap();
    let new = NewFile::beside(&path).unwrap();
    let refused = new.put(&path, Over::Nothing).unwrap_err();
    assert!(matches!(refused, Error::File { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    // Nothing is left of the attempt.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_entity_comes_back_as_it_was_written(text in identifier(), xml in "\\PC{0,40}", value in "\\PC{0,9}") {
        prop_assume!(Identifier::new(text.clone()).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path(), folder.path().join("staging"));
        let key = Key::new(Kind::Item, Identifier::new(text).unwrap());
        let mut entity = Entity::new(key.clone(), xml);
        entity.beside.insert("metadata".to_owned(), serde_json::json!({"b": value, "a": 1}));
        layout.write(&entity).unwrap();
        prop_assert_eq!(layout.read(&key).unwrap(), Some(entity.clone()));
        prop_assert_eq!(layout.keys(Kind::Item).unwrap(), vec![key.clone()]);
        entity.beside.clear();
        layout.write(&entity).unwrap();
        prop_assert_eq!(layout.read(&key).unwrap(), Some(entity));
        prop_assert!(layout.remove(&key).unwrap());
        prop_assert!(!layout.remove(&key).unwrap());
        prop_assert_eq!(layout.read(&key).unwrap(), None);
    }
}

#[test]
fn what_systems_put_into_folders_is_no_entity_and_other_files_get_no_hint_that_fits_none() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path(), folder.path().join(".qti"));
    let items = folder.path().join("items");
    fs::create_dir(&items).unwrap();
    for noise in [".DS_Store", "Thumbs.db", "desktop.ini"] {
        fs::write(items.join(noise), "").unwrap();
    }
    assert_eq!(layout.keys(Kind::Item).unwrap(), []);
    fs::write(items.join("READ ME.txt"), "").unwrap();
    let stray = layout.keys(Kind::Item).unwrap_err();
    let is_without_hint = matches!(&stray, Error::Stray { expected: None, .. });
    assert!(is_without_hint, "{stray}");
}
