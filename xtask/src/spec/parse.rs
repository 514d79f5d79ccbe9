//! Parse: YAML (or JSON) text to a document, anchors and aliases resolved.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

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
    // JSON is YAML, and its own parser is many times faster. What is not quite JSON may still be YAML.
    if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(Unique(value)) => return Ok(value),
            Err(e) if e.is_data() => return Err(Error::new(place, e)),
            Err(_) => {}
        }
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

/// A value of JSON in which no object has a key twice. serde_json itself would take the last one without a word; its
/// YAML counterpart refuses them by default.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "`{key}` stands twice in one object"
                )));
            }
            let Unique(value) = members.next_value()?;
            map.insert(key, value);
        }
        Ok(map.into())
    }
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
    fn json_is_read_as_its_own_parser_reads_it() {
        let text =
            "{\"a\": [null, true, 1, -1, 1.5, \"\\u00e9\\n\\/\", {}, []],\t\"b\": {\"a\": 1}}";
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(super::yaml("test", text).unwrap(), value);
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_in_json_and_in_yaml() {
        for (text, problem) in [
            (
                "{\"a\": {\"get\": {}, \"put\": {}, \"\\u0067et\": {}}}",
                "api: `get` stands twice in one object at line 1 column 39",
            ),
            (
                "{b: 1, \"a\": {}, \"a\": {}}",
                "api: is not YAML: error: line 1 column 17: duplicate mapping key: a",
            ),
            (
                "a: 1\na: 2",
                "api: is not YAML: error: line 2 column 1: duplicate mapping key: a",
            ),
        ] {
            let error = error(super::yaml("api", text));
            assert!(error.starts_with(problem), "{error}");
        }
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
