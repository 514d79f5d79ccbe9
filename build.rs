//! Generates the raw bindings and the open enums from the API document.
//!
//! The document is taken as it is: it was made fit for this by `cargo xtask spec refresh`, which runs the functions of
//! this file too, to check and to count what comes out of them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, iter};

use heck::ToUpperCamelCase;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypePatch};
use serde_json::Value;

const DOCUMENT: &str = "openapi/qti-api.yaml";
/// Marks an enum of strings to which the service may add values.
const OPEN_ENUM: &str = "x-open-enum";
/// Marks a component whose type is written by hand in the library's `models`.
const HAND_WRITTEN: &str = "x-hand-written";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[allow(
    clippy::print_stdout,
    reason = "a build script talks to cargo that way"
)]
fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={DOCUMENT}");
    let document: Value = serde_saphyr::from_str(&fs::read_to_string(DOCUMENT)?)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("raw.rs"), bindings(&document)?)?;
    fs::write(Path::new(&out).join("enums.rs"), open_enums(&document)?)?;
    if env::var_os("CARGO_FEATURE_HTTPMOCK").is_some() {
        fs::write(Path::new(&out).join("mock.rs"), mocks(&document)?)?;
    }
    Ok(())
}

/// The client, its operations and its types, as progenitor makes them.
pub(crate) fn bindings(document: &Value) -> Result<String> {
    let parsed = serde_json::from_value(document.clone())?;
    let source = generator(document)?.generate_tokens(&parsed)?.to_string();
    format(&adapt(source, parsed.operations().count())?)
}

/// The code with its lines: editors and documentation lead their readers here.
fn format(source: &str) -> Result<String> {
    Ok(prettyplease::unparse(&syn::parse_file(source)?))
}

/// Typed mocks of the operations, for the httpmock crate.
fn mocks(document: &Value) -> Result<String> {
    let parsed = serde_json::from_value(document.clone())?;
    let source = generator(document)?.httpmock(&parsed, "crate::raw")?;
    format(&source.to_string())
}

fn generator(document: &Value) -> Result<Generator> {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(
            "crate::transport::Call"
                .parse()
                .map_err(|e| format!("inner type: {e}"))?,
        )
        .with_derive("PartialEq");
    let mut schemars = TypePatch::default();
    schemars.with_attr(r#"#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]"#);
    for (name, schema) in components(document) {
        if schema[OPEN_ENUM] == true || schema[HAND_WRITTEN] == true {
            settings.with_replacement(name, format!("crate::models::{name}"), iter::empty());
        } else {
            let mut patch = schemars.clone();
            if needs_default(schema) {
                patch.with_derive("Default");
            }
            settings.with_patch(name, &patch);
        }
    }
    Ok(Generator::new(&settings))
}

/// What progenitor writes for each operation, and what the library needs there.
const ADAPTATIONS: [(&str, &str); 4] = [
    // The document's version is no header of this API.
    (
        r#"header_map . append (:: reqwest :: header :: HeaderName :: from_static ("api-version") , :: reqwest :: header :: HeaderValue :: from_static (Self :: api_version ()) ,) ;"#,
        "",
    ),
    // A URL is made of the client's own base, which is parsed once: nothing else takes as long in building a request.
    (r#"let url = format ! ("{}/"#, r#"let path = format ! ("/"#),
    (r#"" , self . baseurl ,"#, r#"" ,"#),
    ("(url)", "(self . inner . url (& path))"),
];

/// Fields with a default have it where they are null, too.
const LOOSE: [(&str, &str); 2] = [
    (
        "# [serde (default)]",
        r#"# [serde (default , deserialize_with = "crate::models::loose::text")]"#,
    ),
    (
        r#"# [serde (default = "defaults::default_bool::<true>")]"#,
        r#"# [serde (default = "defaults::default_bool::<true>" , deserialize_with = "crate::models::loose::yes")]"#,
    ),
];

/// Makes the bindings speak by the library's rules where progenitor has no setting for it.
pub(crate) fn adapt(mut source: String, operations: usize) -> Result<String> {
    // Identifiers are encoded by the library: progenitor leaves dots and `\` as they are, which reach other resources.
    const IMPORT: &str = "use progenitor_client :: { encode_path ,";
    const OWN_IMPORT: &str = "use crate :: transport :: path :: encode_segment as encode_path ; use progenitor_client :: {";
    // The HTTP client of the bindings shows the headers that a user has given it.
    const SHOWS_ALL: &str = "# [derive (Clone , Debug)]";
    const SHOWS_NOTHING: &str = "# [derive (Clone)]";
    let adaptations = ADAPTATIONS.map(|(theirs, ours)| (theirs, ours, operations));
    let once = [(IMPORT, OWN_IMPORT, 1), (SHOWS_ALL, SHOWS_NOTHING, 1)];
    for (theirs, ours, expected) in once.into_iter().chain(adaptations) {
        let found = source.matches(theirs).count();
        if found != expected {
            let problem = format!("progenitor wrote `{theirs}` {found} times, not {expected}");
            return Err(problem.into());
        }
        source = source.replace(theirs, ours);
    }
    for (theirs, ours) in LOOSE {
        source = source.replace(theirs, ours);
    }
    // The room was for the version.
    Ok(source.replace("HeaderMap :: with_capacity (1usize)", "HeaderMap :: new ()"))
}

/// An `open_enum!` for every string enum of the document.
pub(crate) fn open_enums(document: &Value) -> Result<String> {
    let mut source = String::new();
    for (name, schema) in components(document).filter(|(_, schema)| schema[OPEN_ENUM] == true) {
        let description = schema["description"].as_str().unwrap_or(name);
        writeln!(source, "open_enum! {{")?;
        for line in description.lines() {
            writeln!(source, "    #[doc = {:?}]", format!(" {line}").trim_end())?;
        }
        writeln!(source, "    pub enum {name} {{")?;
        for (variant, value) in variants(name, schema)? {
            writeln!(source, "        {variant} = {value:?},")?;
        }
        writeln!(source, "    }}\n}}")?;
    }
    Ok(source)
}

fn components(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
}

/// Whether a type can be made by `..Default::default()`: an object without required fields, or with plain ones.
fn needs_default(schema: &Value) -> bool {
    let required = schema["required"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let plain =
        |name: &Value| schema["properties"][name.as_str().unwrap_or_default()]["type"].is_string();
    // Defaults of their own would be lost; an empty text is Rust's own.
    let defaults = |property: &Value| {
        !matches!(property["default"].as_str(), Some("")) && !property["default"].is_null()
    };
    let mut properties = schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.values());
    schema["type"] == "object" && required.iter().all(plain) && !properties.any(defaults)
}

/// The variants of an enum, named after its values.
fn variants<'a>(name: &str, schema: &'a Value) -> Result<Vec<(String, &'a str)>> {
    let mut taken = BTreeMap::from([("Other".to_owned(), "")]);
    let mut variants = Vec::new();
    for value in schema["enum"].as_array().into_iter().flatten() {
        let value = value
            .as_str()
            .ok_or_else(|| format!("schema `{name}`: enum value {value} is no string"))?;
        let variant = value.to_upper_camel_case();
        if !variant.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Err(format!("schema `{name}`: enum value `{value}` gives no Rust name").into());
        }
        if let Some(other) = taken.insert(variant.clone(), value) {
            return Err(format!(
                "schema `{name}`: enum values `{other}` and `{value}` are both `{variant}`"
            )
            .into());
        }
        variants.push((variant, value));
    }
    Ok(variants)
}
