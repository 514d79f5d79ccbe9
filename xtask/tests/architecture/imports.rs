//! What each module takes from others of its package, by `use` and by paths in the code.

use std::collections::BTreeMap;
use std::fmt;

use proc_macro2::TokenTree;
use syn::visit::{self, Visit};

use crate::sources::{Module, Package, is_for_tests};

/// A module takes something from another one of its package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: Module,
    pub(crate) to: Module,
    what: String,
}

impl Import {
    /// Whether one of the two modules contains the other: the file of a folder and the files in it are one unit.
    pub(crate) fn is_within_family(&self) -> bool {
        self.from.starts_with(&self.to) || self.to.starts_with(&self.from)
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} takes {}", self.from.join("::"), self.what)
    }
}

/// All imports between the modules of a package. What a module re-exports is imported from the module that defines it.
pub(crate) fn of(package: &Package) -> Vec<Import> {
    let mut found = BTreeMap::new();
    for (module, file) in &package.modules {
        let mut paths = Paths::default();
        paths.visit_file(file);
        found.insert(module.clone(), paths);
    }
    let named: Names = found
        .iter()
        .map(|(module, paths)| {
            let names = paths
                .used
                .iter()
                .map(|used| (used.name.clone(), used.path.clone()));
            (module.clone(), names.collect())
        })
        .collect();
    let mut imports: Vec<_> = found
        .iter()
        .flat_map(|(from, paths)| {
            let used = paths.used.iter().map(|used| &used.path);
            let all = used.chain(&paths.inline);
            all.filter_map(|path| {
                let to = resolve(package, &named, from, path, 0)?;
                let what = path.join("::");
                (to != *from).then(|| Import {
                    from: from.clone(),
                    to,
                    what,
                })
            })
        })
        .collect();
    imports.sort();
    imports.dedup_by(|a, b| (&a.from, &a.to) == (&b.from, &b.to));
    imports
}

/// What each module names by `use`, with the path.
type Names = BTreeMap<Module, BTreeMap<String, Vec<String>>>;

/// The module that defines what a path in `from` leads to.
fn resolve(
    package: &Package,
    names: &Names,
    from: &Module,
    path: &[String],
    depth: usize,
) -> Option<Module> {
    let mut at = from.clone();
    let mut rest = path;
    let mut relative = true;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" => at = Module::new(),
            "self" => {}
            "super" => drop(at.pop()),
            _ => break,
        }
        relative = false;
        rest = after;
    }
    let child = |at: &Module, name: &String| [at.clone(), vec![name.clone()]].concat();
    if relative && !package.modules.contains_key(&child(&at, rest.first()?)) {
        return None;
    }
    while let Some((first, after)) = rest.split_first() {
        let below = child(&at, first);
        if !package.modules.contains_key(&below) {
            break;
        }
        (at, rest) = (below, after);
    }
    let passed_on = rest.first().and_then(|name| names.get(&at)?.get(name));
    match passed_on.filter(|_| depth < 8) {
        Some(path) => resolve(package, names, &at, path, depth + 1).or(Some(at)),
        None => Some(at),
    }
}

struct Used {
    name: String,
    path: Vec<String>,
}

#[derive(Default)]
struct Paths {
    used: Vec<Used>,
    inline: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add(before, tree))
            }
            syn::UseTree::Name(name) if name.ident == "self" => self.push(before.to_vec(), None),
            syn::UseTree::Name(name) => self.push(with(&name.ident), None),
            syn::UseTree::Rename(name) => self.push(with(&name.ident), Some(&name.rename)),
            syn::UseTree::Glob(_) => self.push(before.to_vec(), None),
        }
    }

    fn push(&mut self, path: Vec<String>, rename: Option<&syn::Ident>) {
        let name = rename
            .map(ToString::to_string)
            .or_else(|| path.last().cloned());
        let name = name.unwrap_or_default();
        self.used.push(Used { name, path });
    }
}

impl<'f> Visit<'f> for Paths {
    fn visit_item(&mut self, item: &'f syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'f syn::ItemUse) {
        self.add(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'f syn::Path) {
        let segments: Vec<_> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if segments.len() > 1 && matches!(segments[0].as_str(), "crate" | "super" | "self") {
            self.inline.push(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'f syn::Visibility) {}

    /// Macros take paths as tokens.
    fn visit_macro(&mut self, call: &'f syn::Macro) {
        let mut open = vec![call.tokens.clone()];
        while let Some(tokens) = open.pop() {
            let mut path: Vec<String> = Vec::new();
            for token in tokens {
                match token {
                    TokenTree::Ident(name) => path.push(name.to_string()),
                    TokenTree::Punct(mark) if mark.as_char() == ':' => continue,
                    TokenTree::Group(group) => {
                        open.push(group.stream());
                        self.end(&mut path);
                    }
                    _ => self.end(&mut path),
                }
            }
            self.end(&mut path);
        }
    }
}

impl Paths {
    /// Ends a path among the tokens of a macro, and keeps it if it begins with `crate`.
    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        let start = path.iter().position(|name| name == "crate");
        if let Some(start) = start {
            self.inline.push(path[start..].to_vec());
        }
    }
}
