use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use timeback_qti::xml::Element;
use timeback_qti_bank::package::{PackOptions, UnpackOptions, UnpackReport};
use timeback_qti_bank::{Bank, Error, Identifier, Key, Kind, Settings, unobserved};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub(crate) const QTI: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

pub(crate) fn key(kind: Kind, identifier: &str) -> Key {
    Key::new(kind, Identifier::new(identifier).unwrap())
}

pub(crate) fn item(identifier: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<qti-assessment-item xmlns=\"{QTI}\" identifier=\"{identifier}\" title=\"T\">\
         <qti-item-body>{body}</qti-item-body></qti-assessment-item>"
    )
}

pub(crate) fn test(identifier: &str, references: &str) -> String {
    format!(
        "<qti-assessment-test xmlns=\"{QTI}\" identifier=\"{identifier}\" title=\"T\"><qti-test-part identifier=\"p\">\
         <qti-assessment-section identifier=\"s\">{references}</qti-assessment-section></qti-test-part>\
         </qti-assessment-test>"
    )
}

/// A manifest of these resources.
pub(crate) fn manifest(resources: &str) -> String {
    format!(
        "<manifest xmlns=\"http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1\" identifier=\"m\"><metadata>\
         <schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata><organizations/>\
         <resources>{resources}</resources></manifest>"
    )
}

pub(crate) fn resource(identifier: &str, kind: &str, href: &str, inside: &str) -> String {
    format!(
        "<resource identifier=\"{identifier}\" type=\"imsqti_{kind}_xmlv3p0\" href=\"{href}\"><file href=\"{href}\"/>\
         {inside}</resource>"
    )
}

pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bank(&self, name: &str) -> Bank {
        Bank::init(self.path(name), Settings::default()).unwrap()
    }

    /// A zip of these files.
    pub(crate) fn zip(&self, files: &[(&str, &[u8])]) -> PathBuf {
        let path = self.path("package.zip");
        let mut zip = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    }

    /// A package with one item, and these files.
    pub(crate) fn package_with(&self, files: &[(&str, &[u8])]) -> PathBuf {
        let manifest = manifest(&resource("i", "item", "i.xml", ""));
        let item = item("i", "");
        let mut all: Vec<(&str, &[u8])> = vec![
            ("imsmanifest.xml", manifest.as_bytes()),
            ("i.xml", item.as_bytes()),
        ];
        all.extend(files);
        self.zip(&all)
    }
}

pub(crate) fn unpack(bank: &Bank, package: &Path) -> UnpackReport {
    bank.unpack(package, &UnpackOptions::default(), &unobserved)
        .unwrap()
}

/// Packs a bank; the package, and the texts of its entries by their names.
pub(crate) fn packed(
    bank: &Bank,
    place: &Place,
    options: PackOptions,
) -> (PathBuf, BTreeMap<String, String>) {
    let path = place.path("packed.zip");
    bank.pack(&path, &options.overwrite(), &unobserved).unwrap();
    let mut zip = ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let entries = (0..zip.len()).map(|index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (entry.name().unwrap().into_owned(), text)
    });
    let entries = entries.collect();
    (path, entries)
}

/// The resources of a package: the identifier, the files and the dependencies of each.
pub(crate) fn resources(
    entries: &BTreeMap<String, String>,
) -> Vec<(String, Vec<String>, Vec<String>)> {
    let root = Element::parse(&entries["imsmanifest.xml"]).unwrap();
    let resources = root
        .descendants()
        .filter(|element| element.name() == "resource");
    let of = |resource: &Element, name: &str, attribute: &str| {
        let children = resource.children().filter(|child| child.name() == name);
        let values = children.map(|child| child.attribute(attribute).unwrap().to_owned());
        values.collect()
    };
    let described = resources.map(|resource| {
        let identifier = resource.attribute("identifier").unwrap().to_owned();
        let files = of(&resource, "file", "href");
        (
            identifier,
            files,
            of(&resource, "dependency", "identifierref"),
        )
    });
    described.collect()
}

/// Why a package is refused; nothing may have been written.
pub(crate) fn refusal(place: &Place, package: &Path) -> String {
    let bank = place.bank("refusing");
    let error = bank
        .unpack(package, &UnpackOptions::default(), &unobserved)
        .unwrap_err();
    assert_eq!(files(bank.root()), ["qti.toml"], "{error}");
    std::fs::remove_dir_all(bank.root()).unwrap();
    match error {
        Error::Package { problem, .. } => problem.to_string(),
        other => panic!("{other}"),
    }
}

/// The files of a folder but for those of `.qti`, sorted.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(within) = open.pop() {
        for entry in std::fs::read_dir(within).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            match path.is_dir() {
                true if name != ".qti" => open.push(path),
                true => {}
                false => found.push(name),
            }
        }
    }
    found.sort_unstable();
    found
}
