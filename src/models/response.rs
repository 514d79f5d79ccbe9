//! What a candidate answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::ResponseInput;

/// The value of a response variable: a text, a number, a list of texts or a record. The service refuses booleans.
///
/// ```
/// use timeback_qti::models::ResponseValue;
///
/// assert_eq!(ResponseValue::from("A"), ResponseValue::Text("A".to_owned()));
/// assert!(matches!(ResponseValue::from(["A", "C"]), ResponseValue::List(_)));
/// assert!(matches!(ResponseValue::from(4.5), ResponseValue::Number(_)));
/// ```
///
/// ```compile_fail,E0277
/// timeback_qti::models::ResponseValue::from(true);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "a response is a text, a number, a list of texts or a record of these"
)]
#[non_exhaustive]
pub enum ResponseValue {
    /// A single text: an identifier, a pair (`A B`), what the candidate wrote.
    Text(String),
    /// A single number.
    Number(Number),
    /// Several texts, in the candidate's order where the variable is ordered.
    List(Vec<String>),
    /// The fields of a record.
    Record(BTreeMap<String, ResponseValue>),
}

/// Values by the identifiers of their response variables.
pub type Responses = BTreeMap<String, ResponseValue>;

impl ResponseInput {
    /// The response to one response variable.
    ///
    /// A text goes out as the API documents it, `{"identifier", "response"}`; everything else by the name of its
    /// variable, `{"responses"}`, since the service scores a list in the documented form wrongly.
    ///
    /// ```
    /// use timeback_qti::models::ResponseInput;
    ///
    /// let several = serde_json::to_value(ResponseInput::new("RESPONSE", ["A", "C"]))?;
    /// assert_eq!(several, serde_json::json!({"responses": {"RESPONSE": ["A", "C"]}}));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(identifier: impl Into<String>, response: impl Into<ResponseValue>) -> Self {
        match response.into() {
            ResponseValue::Text(text) => Self {
                identifier: Some(identifier.into()),
                response: Some(text),
                ..Self::default()
            },
            other => Self::all([(identifier, other)]),
        }
    }

    /// The responses to all response variables of an item, by their identifiers. Items with several need it.
    pub fn all<I: Into<String>>(responses: impl IntoIterator<Item = (I, ResponseValue)>) -> Self {
        let responses = responses
            .into_iter()
            .map(|(identifier, response)| (identifier.into(), response));
        Self {
            responses: Some(responses.collect()),
            ..Self::default()
        }
    }
}

impl From<&str> for ResponseValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ResponseValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for ResponseValue {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

macro_rules! from_integers {
    ($($integer:ident)+) => {
        $(
            impl From<$integer> for ResponseValue {
                fn from(number: $integer) -> Self {
                    Self::Number(number.into())
                }
            }
        )+
    };
}

from_integers!(i32 i64 u32 u64 usize);

/// What JSON has no number for is the text that XML has for it.
impl From<f64> for ResponseValue {
    fn from(number: f64) -> Self {
        match Number::from_f64(number) {
            Some(number) => Self::Number(number),
            None if number.is_nan() => "NaN".into(),
            None if number > 0.0 => "INF".into(),
            None => "-INF".into(),
        }
    }
}

impl<S: Into<String>> From<Vec<S>> for ResponseValue {
    fn from(list: Vec<S>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for ResponseValue {
    fn from(list: [S; N]) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl From<BTreeMap<String, Self>> for ResponseValue {
    fn from(record: BTreeMap<String, Self>) -> Self {
        Self::Record(record)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn goes_out_as(input: ResponseInput, body: Value) {
        assert_eq!(serde_json::to_value(input).unwrap(), body);
    }

    #[test]
    fn only_a_single_text_goes_out_in_the_documented_form() {
        let text = json!({"identifier": "R", "response": "A"});
        goes_out_as(ResponseInput::new("R", "A"), text.clone());
        goes_out_as(ResponseInput::new("R", "A".to_owned()), text);
        let by_name = |value: Value| json!({ "responses": { "R": value } });
        goes_out_as(
            ResponseInput::new("R", ["A", "B"]),
            by_name(json!(["A", "B"])),
        );
        goes_out_as(ResponseInput::new("R", ["A"]), by_name(json!(["A"])));
        goes_out_as(
            ResponseInput::new("R", Vec::<String>::new()),
            by_name(json!([])),
        );
        goes_out_as(ResponseInput::new("R", 3), by_name(json!(3)));
        goes_out_as(ResponseInput::new("R", 0.5), by_name(json!(0.5)));
        let record = BTreeMap::from([("unit".to_owned(), "m".into()), ("x".to_owned(), 4.into())]);
        goes_out_as(
            ResponseInput::new("R", record),
            by_name(json!({"unit": "m", "x": 4})),
        );
        goes_out_as(
            ResponseInput::all([("R", "A".into()), ("S", ["B"].into())]),
            json!({"responses": {"R": "A", "S": ["B"]}}),
        );
    }

    #[test]
    fn a_number_that_json_lacks_is_a_text() {
        for (number, text) in [
            (f64::NAN, "NaN"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
        ] {
            assert_eq!(ResponseValue::from(number), text.into());
        }
    }

    #[test]
    fn a_boolean_is_no_response_wherever_it_stands() {
        for body in [
            json!({"responses": {"R": true}}),
            json!({"responses": {"R": [true]}}),
            json!({"responses": {"R": {"x": false}}}),
            json!({"identifier": "R", "response": true}),
        ] {
            let error = serde_json::from_value::<ResponseInput>(body.clone());
            assert!(error.is_err(), "{body}");
        }
    }
}
