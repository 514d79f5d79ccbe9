//! A copy of `openapi/` to work on, and shorthands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;
use xtask::spec::{self, Counts, Folder, Report};

pub(crate) fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("openapi")
}

/// A copy of `openapi/` to refresh, with a place for inputs beside it.
pub(crate) struct Copy(TempDir);

impl Copy {
    pub(crate) fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        fs::create_dir(copy.folder()).unwrap();
        for entry in fs::read_dir(committed()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.folder().join(entry.file_name())).unwrap();
        }
        copy
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().join("openapi")
    }

    pub(crate) fn write_input(&self, text: &str) -> String {
        self.write("input.yaml", text)
    }

    /// Writes a file beside the folder, and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn refresh(&self, text: &str) -> spec::Result<Report> {
        self.refresh_at(text, SystemTime::UNIX_EPOCH)
    }

    pub(crate) fn refresh_at(&self, text: &str, now: SystemTime) -> spec::Result<Report> {
        spec::refresh(&Folder::new(self.folder()), &self.write_input(text), now)
    }

    pub(crate) fn verify(&self) -> spec::Result<Counts> {
        spec::verify(&Folder::new(self.folder()), None)
    }

    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        fs::read_dir(self.folder())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (
                    path.file_name().unwrap().to_str().unwrap().to_owned(),
                    fs::read_to_string(&path).unwrap(),
                )
            })
            .collect()
    }

    pub(crate) fn document(&self) -> Value {
        yaml(&self.files()["qti-api.yaml"])
    }

    /// Appends an action to the overlay.
    pub(crate) fn add_correction(&self, target: &str, update: &str) {
        let path = self.folder().join("overlay.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let action =
            format!("  - {{target: \"{target}\", description: For a test., update: {update}}}\n");
        fs::write(&path, text + &action).unwrap();
    }

    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.folder().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

pub(crate) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// The document that the library is generated from.
pub(crate) fn committed_document() -> Value {
    yaml(&fs::read_to_string(committed().join("qti-api.yaml")).unwrap())
}

/// Upstream's document, as far as the repository has it.
pub(crate) fn upstream() -> Value {
    static SNAPSHOT: LazyLock<Value> =
        LazyLock::new(|| yaml(&fs::read_to_string(committed().join("upstream.yaml")).unwrap()));
    SNAPSHOT.clone()
}

pub(crate) fn error<T: std::fmt::Debug>(outcome: spec::Result<T>) -> String {
    let error = outcome.unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

pub(crate) fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}
