//! Every document of a folder of one's own: `QTI_SAMPLES=folder cargo test -p timeback-qti-bank --test samples`.

use std::fs;
use std::path::{Path, PathBuf};

use timeback_qti::xml::Element;
use timeback_qti_bank::audit::{Auditor, Options, Rule};
use timeback_qti_bank::{Entity, Identifier, Key, Kind};

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
