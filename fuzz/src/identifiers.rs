//! Identifiers, which are any text: through a URL and back, and through the file names of a bank.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;
use timeback_qti::{Client, ErrorKind, Result};
use timeback_qti_bank::single::Address;
use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Service as BankService, Settings};

use super::service::{Answer, Service, TOKEN};

thread_local! {
    static WORLD: World = World::new();
}

struct World {
    service: Service,
    client: Client,
    bank: Bank,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let service = Service::start();
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            client: service.client(|builder| builder.static_token(TOKEN)),
            service,
            bank: Bank::init(folder.path(), Settings::default()).expect("an empty folder"),
            _folder: folder,
        }
    }
}

/// Each line is an identifier, and so is all of it.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut parts = text.split('\n');
    let parts = [(); 3].map(|()| parts.next().unwrap_or("x"));
    WORLD.with(|world| {
        goes_through_a_url(world, &["assessment-items"], &[text], |client| {
            world.service.run(client.item(text).get()).map(drop)
        });
        let folders = ["assessment-tests", "test-parts", "sections"];
        goes_through_a_url(world, &folders, &parts, |client| {
            let section = client.test(parts[0]).part(parts[1]).section(parts[2]);
            world.service.run(section.get()).map(drop)
        });
        let all = [text, parts[0], parts[1], parts[2]];
        let known: BTreeSet<_> = all
            .into_iter()
            .filter_map(|text| Identifier::new(text).ok())
            .collect();
        names_are_safe_and_apart(&world.bank, &known);
        lies_in_the_bank(&world.bank, &known);
        is_named_by_people(world, &known);
    });
}

/// It arrives as it is, in a segment of its own, or nothing is sent.
fn goes_through_a_url(
    world: &World,
    folders: &[&str],
    identifiers: &[&str],
    call: impl FnOnce(&Client) -> Result<()>,
) {
    let answer = Answer {
        status: 404,
        ..Answer::default()
    };
    world.service.answers(answer, Answer::default());
    let error = call(&world.client).expect_err("there is nothing");
    let sent = world.service.sent();
    if identifiers
        .iter()
        .any(|identifier| Identifier::new(*identifier).is_err())
    {
        assert_eq!(
            (error.kind(), sent.len()),
            (ErrorKind::Input, 0),
            "{identifiers:?}"
        );
        return;
    }
    assert_eq!(
        (error.kind(), sent.len()),
        (ErrorKind::NotFound, 1),
        "{identifiers:?}"
    );
    let path = sent[0]
        .target
        .strip_prefix("/api/")
        .expect("below the base");
    let mut arrived = path.split('/');
    for (folder, identifier) in folders.iter().zip(identifiers) {
        assert_eq!(arrived.next(), Some(*folder), "{path}");
        assert_eq!(
            decoded(arrived.next().expect("a segment")),
            identifier.as_bytes()
        );
    }
    assert_eq!(arrived.next(), None, "{path}");
}

/// Percent-encoding undone, by a reader of its own.
fn decoded(segment: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = segment;
    while let Some(first) = rest.chars().next() {
        assert!(
            first.is_ascii_alphanumeric() || "-._~%".contains(first),
            "{segment}"
        );
        let length = if first == '%' { 3 } else { 1 };
        bytes.push(match first {
            '%' => u8::from_str_radix(&rest[1..3], 16).expect("two digits"),
            plain => plain as u8,
        });
        rest = &rest[length..];
    }
    bytes
}

/// File names that any disk can hold, and keeps apart.
fn names_are_safe_and_apart(bank: &Bank, known: &BTreeSet<Identifier>) {
    let swapped = |identifier: &Identifier| {
        let swap = |c: char| match c.is_ascii_lowercase() {
            true => c.to_ascii_uppercase(),
            false => c.to_ascii_lowercase(),
        };
        Identifier::new(identifier.as_str().chars().map(swap).collect::<String>())
    };
    let others: BTreeSet<_> = known
        .iter()
        .filter_map(|identifier| swapped(identifier).ok())
        .collect();
    let all: BTreeSet<_> = known.union(&others).collect();
    let mut names = BTreeSet::new();
    for identifier in &all {
        let path = bank.path(&Key::new(Kind::Item, (*identifier).clone()));
        let name = path.strip_prefix(bank.root()).expect("below the root");
        is_safe(name);
        names.insert(name.to_string_lossy().to_ascii_lowercase());
    }
    assert_eq!(names.len(), all.len(), "{all:?}");
}

fn is_safe(name: &Path) {
    for part in name.components() {
        let part = part.as_os_str().to_str().expect("UTF-8");
        assert!(
            part.len() <= 255 && !part.starts_with('.') && !part.ends_with(['.', ' ']),
            "{part}"
        );
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.%~+".contains(c);
        assert!(part.chars().all(is_plain), "{part}");
        let stem = part
            .split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_port = (stem.starts_with("com") || stem.starts_with("lpt")) && stem.len() == 4;
        assert!(
            !is_port || !stem.ends_with(|c: char| c.is_ascii_digit()),
            "{part}"
        );
        assert!(!["con", "prn", "aux", "nul"].contains(&&*stem), "{part}");
    }
}

/// What was written lists, reads and goes again.
fn lies_in_the_bank(bank: &Bank, known: &BTreeSet<Identifier>) {
    // Paths have an end.
    let is_short = |identifier: &&Identifier| identifier.as_str().len() < 800;
    let keys: Vec<_> = known
        .iter()
        .filter(is_short)
        .map(|identifier| Key::new(Kind::Item, identifier.clone()))
        .collect();
    for key in &keys {
        bank.write(&Entity::new(
            key.clone(),
            format!("<a>{}</a>", key.identifier),
        ))
        .expect("it is written");
    }
    let listed: BTreeSet<_> = bank.keys().expect("they list").into_iter().collect();
    assert_eq!(listed, keys.iter().cloned().collect());
    for key in &keys {
        let read = bank.read(key).expect("it reads").expect("it is there");
        assert_eq!(
            read,
            Entity::new(key.clone(), format!("<a>{}</a>", key.identifier))
        );
        assert!(bank.remove(key).expect("it goes"));
    }
    assert_eq!(bank.keys().expect("they list"), []);
}

/// By kind and identifier, and by URL.
fn is_named_by_people(world: &World, known: &BTreeSet<Identifier>) {
    let service = BankService::new(world.client.clone());
    for identifier in known {
        let key = Key::new(Kind::Test, identifier.clone());
        let expected = Ok(Address::Entity(key));
        let encode = |byte: u8| format!("%{byte:02x}");
        let segment: String = identifier.as_str().bytes().map(encode).collect();
        let url = format!(
            "{}/assessment-tests/{segment}?x#y",
            world.service.base_url()
        );
        assert_eq!(service.address(&url), expected);
        assert_eq!(format!("test/{identifier}").parse(), expected);
    }
}
