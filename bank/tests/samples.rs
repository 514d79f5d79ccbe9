//! Every document and package of a folder of one's own: `QTI_SAMPLES=folder cargo test -p timeback-qti-bank --test samples`.

use std::fs;
use std::path::{Path, PathBuf};

use timeback_qti::xml::Element;
use timeback_qti_bank::audit::{Auditor, Options, Rule, audit};
use timeback_qti_bank::package::{PackOptions, UnpackOptions};
use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Settings, unobserved};

#[test]
fn samples_of_ones_own_are_audited() {
    let Some(folder) = std::env::var_os("QTI_SAMPLES") else {
        return;
    };
    let mut auditor = Auditor::default();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "zip") {
                through_a_package(&path);
                continue;
            }
            match fs::read_to_string(&path) {
                _ if path.is_dir() => folders.push(path),
                Ok(xml) if path.extension().is_some_and(|extension| extension == "xml") => {
                    add(&mut auditor, &path, &xml);
                }
                _ => {}
            }
        }
    }
    let report = auditor.finish(&Options::default());
    println!("{report}");
    // What is told to be QTI 3 by its root can be read as such.
    let unreadable = report
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::XmlUnreadable);
    assert_eq!(unreadable, None);
}

/// Unpacks a package, audits what it holds, and packs it again: nothing may be lost on the way.
fn through_a_package(package: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let bank = |name: &str| Bank::init(folder.path().join(name), Settings::default()).unwrap();
    let (one, other) = (bank("one"), bank("other"));
    let report = match one.unpack(package, &UnpackOptions::default(), &unobserved) {
        Ok(report) => report,
        Err(refused) => return println!("{refused}"),
    };
    let (name, created, media) = (package.display(), report.created, report.media.len());
    println!(
        "{name}: {created} entities, {media} files, not read: {:?}",
        report.unreadable
    );
    println!("{}", audit(&one, &Options::default(), &unobserved).unwrap());
    let again = folder.path().join("again.zip");
    one.pack(&again, &PackOptions::default(), &unobserved)
        .unwrap();
    other
        .unpack(&again, &UnpackOptions::default(), &unobserved)
        .unwrap();
    let all = |bank: &Bank| {
        bank.entities()
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<_>>()
    };
    assert_eq!(all(&other), all(&one), "{name}");
}

fn add(auditor: &mut Auditor, path: &Path, xml: &str) {
    let Ok(root) = Element::parse(xml) else {
        return println!("{}: not well-formed", path.display());
    };
    let kind = match root.qti_name() {
        Some("assessment-item") => Kind::Item,
        Some("assessment-test") => Kind::Test,
        Some("assessment-stimulus") => Kind::Stimulus,
        _ => return println!("{}: not QTI 3", path.display()),
    };
    let identifier = root.attribute("identifier").unwrap_or_default();
    match Identifier::new(identifier) {
        Ok(identifier) => {
            let entity = Entity::new(Key::new(kind, identifier), xml);
            auditor.add(&entity, Some(&path.to_string_lossy()));
        }
        Err(unfit) => println!("{}: {unfit}", path.display()),
    }
}
