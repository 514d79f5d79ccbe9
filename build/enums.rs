//! The open enums: every string enum of the document, as an `open_enum!` of the library.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::Result;
use super::document::{OPEN_ENUM, components};

const WAY_OUT: &str =
    "an action of overlay.yaml must remove it, and it is kept as any value that comes unannounced";

/// An `open_enum!` for every string enum of the document.
pub(super) fn open_enums(document: &Value) -> Result<String> {
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

/// The variants of an enum, named after its values.
fn variants<'a>(name: &str, schema: &'a Value) -> Result<Vec<(String, &'a str)>> {
    let mut taken = BTreeMap::from([("Other".to_owned(), "")]);
    let mut variants = Vec::new();
    for value in schema["enum"].as_array().into_iter().flatten() {
        let value = value.as_str().ok_or_else(|| {
            format!("schema `{name}`: enum value {value} is no string; {WAY_OUT}")
        })?;
        let variant = value.to_upper_camel_case();
        if !variant.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let problem = format!("schema `{name}`: enum value `{value}` gives no Rust name");
            return Err(format!("{problem}; {WAY_OUT}").into());
        }
        if let Some(other) = taken.insert(variant.clone(), value) {
            return Err(format!(
                "schema `{name}`: enum values `{other}` and `{value}` are both `{variant}`; {WAY_OUT}"
            )
            .into());
        }
        variants.push((variant, value));
    }
    Ok(variants)
}
