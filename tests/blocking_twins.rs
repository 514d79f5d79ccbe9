//! Every method of the facade has its blocking twin. The sources are what is compared, as no program can list methods.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{ImplItem, Item, ItemImpl, Type, Visibility};

/// A type and a method of it, as `ItemHandle::get`.
type Methods = BTreeSet<String>;

/// What the blocking types say in other words, or not at all.
const WITHOUT_TWIN: [(&str, &str); 4] = [
    ("Client::builder", "the builder is the facade's"),
    ("Client::raw", "the bindings are asynchronous"),
    ("Listing::next", "of its Iterator"),
    ("Listing::collect", "of its Iterator"),
];

fn sources(place: &str) -> Vec<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    if place.is_file() {
        let is_rust = place.extension().is_some_and(|extension| extension == "rs");
        return is_rust.then_some(place).into_iter().collect();
    }
    let inside = fs::read_dir(&place).unwrap();
    inside
        .flat_map(|entry| sources(entry.unwrap().path().to_str().unwrap()))
        .collect()
}

/// The public methods in these sources. Methods that a macro makes are those that its call names.
fn methods(places: &[&str]) -> Methods {
    let files = places.iter().flat_map(|place| sources(place));
    let items: Vec<_> = files
        .flat_map(|file| {
            syn::parse_file(&fs::read_to_string(file).unwrap())
                .unwrap()
                .items
        })
        .collect();
    let mut methods = Methods::new();
    for item in &items {
        if let Item::Impl(item) = item
            && item.trait_.is_none()
        {
            let of = name(item);
            let here = of_impl(item).into_iter();
            methods.extend(here.map(|method| format!("{of}::{method}")));
        }
    }
    methods
}

fn name(item: &ItemImpl) -> String {
    match &*item.self_ty {
        Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
        _ => String::new(),
    }
}

fn of_impl(item: &ItemImpl) -> Vec<String> {
    let methods = item.items.iter().flat_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => {
            vec![method.sig.ident.to_string()]
        }
        ImplItem::Macro(call) => named_calls(call.mac.tokens.clone()),
        _ => Vec::new(),
    });
    methods.collect()
}

/// The names in `name(..) -> Answer;`.
fn named_calls(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let calls = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(name), TokenTree::Group(group)]
            if group.delimiter() == Delimiter::Parenthesis =>
        {
            Some(name.to_string())
        }
        _ => None,
    });
    calls.collect()
}

fn facade() -> Methods {
    let page = ["src/page/list.rs", "src/page/listing.rs"];
    let identity = [
        "src/auth/identity.rs",
        "src/auth/sign_in/mod.rs",
        "src/auth/sign_in/paste.rs",
    ];
    let mut methods = methods(
        &[
            &["src/client/mod.rs", "src/resources"],
            &page[..],
            &identity,
        ]
        .concat(),
    );
    methods.retain(|method| !method.starts_with("Upserted::"));
    methods
}

#[test]
fn every_method_of_the_facade_has_its_blocking_twin() {
    let (facade, mut blocking) = (facade(), methods(&["src/blocking"]));
    let excused = WITHOUT_TWIN.map(|(method, _)| method.to_owned());
    assert!(excused.iter().all(|method| facade.contains(method)));
    blocking.extend(excused);
    let missing: Vec<_> = facade.difference(&blocking).collect();
    assert!(missing.is_empty(), "without a blocking twin: {missing:?}");
}

#[test]
fn what_is_compared_is_all_that_there_is() {
    let facade = facade();
    for method in [
        "Client::item",
        "ItemHandle::get",
        "ItemHandle::get_opt",
        "Items::upsert",
        "List::has_questions",
        "List::item_type",
        "List::send",
        "Listing::position",
        "SectionHandle::try_edit",
        "TestHandle::questions",
    ] {
        assert!(facade.contains(method), "{method} is overlooked");
    }
    assert!(!facade.contains("TestHandle::refuse_beyond_json"));
}
