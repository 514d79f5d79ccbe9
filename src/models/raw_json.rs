//! JSON of any depth.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON of any shape and depth, kept as the text that it came as: reading it can never fail.
///
/// It is for `content`, the XML as JSON, which nobody needs where the XML is: what nests deeper than some 120 levels is
/// more than a JSON parser takes, and would make its whole entity unreadable.
///
/// ```
/// use timeback_qti::models::RawJson;
///
/// let content: RawJson = serde_json::from_str(r#"{"p": {"_": "Rome"}}"#)?;
/// assert_eq!(content.as_str(), r#"{"p": {"_": "Rome"}}"#);
/// assert_eq!(content.parse::<serde_json::Value>()?["p"]["_"], "Rome");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// What the text says.
    ///
    /// # Errors
    /// If it is not a `T`, or nests deeper than [`serde_json`] reads.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.as_str())
    }
}

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        let text = RawValue::from_string(value.to_string());
        Self(text.expect("a value is written as JSON"))
    }
}

/// By the text.
impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// As a value where that is possible, as only JSON has a form for the text itself.
impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.parse::<Value>() {
            Ok(value) => value.serialize(serializer),
            Err(_) => self.0.serialize(serializer),
        }
    }
}

/// The name by which serde_json is asked for the text itself. It is not documented: a version that has another one
/// gives a value instead, which [`Reader`] takes too, up to the depth that a value can have.
const TEXT: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(TEXT, Reader)
    }
}

/// Reads the text from serde_json, and a value from everything else: other formats, and serde's own buffers (`flatten`,
/// `untagged`).
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = RawJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawJson, A::Error> {
        Box::<RawValue>::deserialize(MapAccessDeserializer::new(map)).map(RawJson)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<RawJson, D::Error> {
        let value = Value::deserialize(deserializer)?;
        serde_json::value::to_raw_value(&value)
            .map(RawJson)
            .map_err(de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for RawJson {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawJson".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!(true)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    struct Entity {
        content: Option<RawJson>,
        #[serde(flatten)]
        extra: serde_json::Map<String, Value>,
    }

    #[test]
    fn json_of_any_depth_is_read_and_written() {
        for depth in [0, 126, 127, 1_000, 100_000] {
            let text = format!(r#"{{"content":{}}}"#, nested(depth));
            let entity: Entity = serde_json::from_str(&text).unwrap();
            assert_eq!(entity.content.as_ref().unwrap().as_str(), nested(depth));
            assert_eq!(serde_json::to_string(&entity).unwrap(), text);
        }
    }

    #[test]
    fn it_is_read_where_serde_keeps_values_in_between() {
        #[derive(Deserialize)]
        struct Wrapped {
            #[serde(flatten)]
            entity: Entity,
        }
        let value = json!({"content": {"a": [1, "x", null]}, "b": 1});
        let wrapped: Wrapped = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(
            wrapped
                .entity
                .content
                .as_ref()
                .unwrap()
                .parse::<Value>()
                .unwrap(),
            value["content"]
        );
        let wrapped: Wrapped = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(serde_json::to_value(wrapped.entity).unwrap(), value);
        let none: Entity = serde_json::from_str(r#"{"content": null}"#).unwrap();
        assert_eq!(none.content, None);
    }
}
