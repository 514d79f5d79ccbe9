//! Runs progenitor: its settings, and the bindings, types and mocks that it makes.

use std::iter;

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypePatch};
use serde_json::Value;

use super::Result;
use super::document::{OPEN_ENUM, components};

/// Marks a component whose type is written by hand in the library's `models`.
const HAND_WRITTEN: &str = "x-hand-written";

/// The client, its operations and its types, as progenitor makes them.
pub(super) fn bindings(document: &Value) -> Result<syn::File> {
    let parsed = serde_json::from_value(document.clone())?;
    Ok(syn::parse2(generator(document)?.generate_tokens(&parsed)?)?)
}

/// Typed mocks of the operations, for the httpmock crate.
pub(super) fn mocks(document: &Value) -> Result<syn::File> {
    let parsed = serde_json::from_value(document.clone())?;
    Ok(syn::parse2(
        generator(document)?.httpmock(&parsed, "crate::raw")?,
    )?)
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

/// Whether a type gets `Default`: an object whose required fields, if any, have plain types.
fn needs_default(schema: &Value) -> bool {
    let required = schema["required"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let plain =
        |name: &Value| schema["properties"][name.as_str().unwrap_or_default()]["type"].is_string();
    // `Default` would lose a default that the document gives, unless it is the empty text, which is Rust's as well.
    let defaults = |property: &Value| {
        !matches!(property["default"].as_str(), Some("")) && !property["default"].is_null()
    };
    let mut properties = schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.values());
    schema["type"] == "object" && required.iter().all(plain) && !properties.any(defaults)
}
