//! The sources of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path below its crate's root.
pub(crate) type Module = Vec<String>;

/// A package, with its modules that have files of their own; those for tests are left out.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) modules: BTreeMap<Module, syn::File>,
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All of our Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The names of the folders that our Rust files are in.
pub(crate) fn folders(repository: &Path) -> BTreeSet<String> {
    let files = rust_files(repository);
    let name = |file: &PathBuf| file.parent()?.file_name()?.to_str().map(str::to_owned);
    files.iter().filter_map(name).collect()
}

impl Package {
    /// The packages of the workspace, and the build script.
    pub(crate) fn all() -> Vec<Self> {
        let repository = repository();
        let manifests = fs::read_dir(&repository).unwrap().filter_map(|entry| {
            let folder = entry.unwrap().path();
            folder.join("Cargo.toml").is_file().then_some(folder)
        });
        let mut packages: Vec<_> = manifests
            .chain([repository.clone()])
            .flat_map(|folder| [folder.join("src/lib.rs"), folder.join("src/main.rs")])
            .chain([repository.join("build/main.rs")])
            .filter(|root| root.is_file())
            .map(|root| Self::at(&root))
            .collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(packages.len() > 5, "{}", packages.len());
        packages
    }

    fn at(root: &Path) -> Self {
        let mut modules = BTreeMap::new();
        add(&mut modules, Module::new(), root, root.parent().unwrap());
        let name = root.strip_prefix(repository()).unwrap();
        Self {
            name: name.display().to_string(),
            modules,
        }
    }
}

/// Adds a module and those below it, whose files are in `folder`.
fn add(modules: &mut BTreeMap<Module, syn::File>, module: Module, file: &Path, folder: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let source =
        syn::parse_file(&text).unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
    for item in &source.items {
        let syn::Item::Mod(child) = item else {
            continue;
        };
        // A file at another path is another package's.
        let is_elsewhere = child
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("path"));
        if child.content.is_some() || is_elsewhere || is_for_tests(&child.attrs) {
            continue;
        }
        let name = child.ident.to_string();
        let below = folder.join(&name);
        let files = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
        let file = files.iter().find(|file| file.is_file());
        let path = [module.clone(), vec![name]].concat();
        add(modules, path, file.expect("a module has a file"), &below);
    }
    modules.insert(module, source);
}

/// Whether an item is compiled for tests alone.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list();
        attribute.path().is_ident("cfg")
            && condition
                .is_ok_and(|list| matches!(list.tokens.to_string().as_str(), "test" | "doctest"))
    })
}
