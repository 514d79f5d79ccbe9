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
    // JSON is YAML, and its own parser is many times faster.
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    // Booleans are those of YAML 1.2. The limits leave room for a document that repeats one anchor hundreds of times.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, yaml};

    #[test]
    fn anchors_and_aliases_are_resolved() {
        let text = "openapi: 3.1.0\nx: &id {type: string}\ny: *id\n";
        assert_eq!(parse("test", text).unwrap()["y"], yaml("{type: string}"));
    }

    #[test]
    fn an_anchor_may_be_used_hundreds_of_times() {
        let aliases = "  - *error\n".repeat(500);
        let text = format!("openapi: 3.1.0\nx: &error {{type: object}}\ny:\n{aliases}");
        assert_eq!(
            parse("test", &text).unwrap()["y"].as_array().unwrap().len(),
            500
        );
    }

    #[test]
    fn statuses_may_be_numbers_and_words_stay_words() {
        let document = parse(
            "test",
            "openapi: 3.1.0\nresponses: {200: {}}\nenum: [yes, no, on, off]\n",
        )
        .unwrap();
        assert_eq!(document["responses"], yaml("{'200': {}}"));
        assert_eq!(
            document["enum"],
            serde_json::json!(["yes", "no", "on", "off"])
        );
    }

    #[test]
    fn json_is_yaml() {
        assert!(parse("test", "{\"openapi\": \"3.0.3\", \"paths\": {}}").is_ok());
    }

    #[test]
    fn what_is_no_document_is_refused_by_name() {
        for (text, problem) in [
            (
                "<!DOCTYPE html><html></html>",
                "is HTML or XML, not an OpenAPI document",
            ),
            (
                "just words",
                "is not an OpenAPI document: its top level is no mapping",
            ),
            (
                "",
                "is not an OpenAPI document: its top level is no mapping",
            ),
            (
                "swagger: '2.0'",
                "is a Swagger 2.0 document; OpenAPI 3.0 or 3.1 is needed",
            ),
            ("openapi: 4.0.0", "is OpenAPI 4.0.0; 3.0 or 3.1 is needed"),
            (
                "title: nothing",
                "is not an OpenAPI document: it has no `openapi` version",
            ),
        ] {
            assert_eq!(
                error(parse("api.yaml", text)),
                format!("api.yaml: {problem}")
            );
        }
        let error = error(parse("api.yaml", "a: [1, 2\nb: }"));
        assert!(
            error.starts_with("api.yaml: is not YAML: ") && !error.contains('\n'),
            "{error}"
        );
    }
}
