//! Parse: YAML (or JSON) text to a document, anchors and aliases resolved.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};

/// Reads `text`, which came from `place`, as an OpenAPI 3.0 or 3.1 document.
pub(crate) fn parse(place: &str, text: &str) -> Result<Document> {
    if text.trim_start().starts_with('<') {
        return Err(Error::new(place, "is HTML or XML, not an OpenAPI document"));
    }
    let document = yaml(place, text)?;
    if !document.is_object() {
        return Err(Error::new(
            place,
            "is not an OpenAPI document: its top level is no mapping",
        ));
    }
    if let Some(version) = document.get("swagger") {
        return Err(Error::new(
            place,
            format!(
                "is a Swagger {} document; OpenAPI 3.0 or 3.1 is needed",
                text_of(version)
            ),
        ));
    }
    match document.get("openapi").map(text_of) {
        Some(version) if version.starts_with("3.0.") || version.starts_with("3.1.") => Ok(document),
        Some(version) => Err(Error::new(
            place,
            format!("is OpenAPI {version}; 3.0 or 3.1 is needed"),
        )),
        None => Err(Error::new(
            place,
            "is not an OpenAPI document: it has no `openapi` version",
        )),
    }
}

/// Reads any YAML text.
pub(crate) fn yaml(place: &str, text: &str) -> Result<Value> {
    // YAML 1.2 booleans; room for a document whose schemas repeat one anchor hundreds of times.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            enforce_alias_anchor_ratio: false,
            max_depth: 256,
            max_events: 8_000_000,
            max_nodes: 4_000_000,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|e| Error::new(place, format!("is not YAML: {e}")))
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
