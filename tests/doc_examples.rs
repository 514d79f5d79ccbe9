//! Every public method of the facade that sends something shows how, in an example that runs against the sandbox. The
//! sources are what is looked at, as no program can list methods.

use std::fs;
use std::path::{Path, PathBuf};

use syn::{
    Attribute, Expr, ExprLit, ImplItem, ImplItemFn, Item, Lit, Meta, ReturnType, Visibility,
};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let found = inside.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    found
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// The lines of a doc comment; an included file counts as its name.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(line),
                    ..
                }) => Some(line.value()),
                Expr::Macro(include) => Some(include.mac.tokens.to_string()),
                _ => None,
            },
            _ => None,
        });
    lines.map(|line| line + "\n").collect()
}

fn sends(method: &ImplItemFn) -> bool {
    let returns_future = match &method.sig.output {
        ReturnType::Type(_, answer) => {
            matches!(&**answer, syn::Type::ImplTrait(promised) if promised.bounds.iter().any(|bound| {
                matches!(bound, syn::TypeParamBound::Trait(bound) if bound.path.is_ident("Future")
                    || bound.path.segments.last().is_some_and(|last| last.ident == "Future"))
            }))
        }
        ReturnType::Default => false,
    };
    matches!(method.vis, Visibility::Public(_))
        && (returns_future || method.sig.asyncness.is_some())
}

/// The public methods of the resources that send, with their doc comments.
fn methods() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources");
    let items = sources(&folder).into_iter().flat_map(|file| {
        syn::parse_file(&fs::read_to_string(file).unwrap())
            .unwrap()
            .items
    });
    let mut found = Vec::new();
    for item in items {
        let Item::Impl(item) = item else { continue };
        let syn::Type::Path(of) = &*item.self_ty else {
            continue;
        };
        let of = of.path.segments.last().unwrap().ident.to_string();
        for method in &item.items {
            if let ImplItem::Fn(method) = method
                && sends(method)
            {
                found.push((format!("{of}::{}", method.sig.ident), doc(&method.attrs)));
            }
        }
    }
    found
}

#[test]
fn every_method_that_sends_has_an_example_that_runs_against_the_sandbox() {
    let methods = methods();
    assert!(methods.len() > 60, "{}", methods.len());
    let without: Vec<_> = methods
        .iter()
        .filter(|(_, doc)| {
            let runs = doc.lines().any(|line| line.trim() == "```") && doc.contains("example.txt");
            !runs || doc.contains("no_run") || doc.contains("ignore")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(without.is_empty(), "without an example: {without:?}");
}
