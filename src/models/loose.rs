//! Fields that an answer can lack or write otherwise, and that a program can rely on all the same.
//!
//! Services write numbers and booleans as texts at times. What a text says is taken; one that says something else makes
//! the entity unreadable, as an edit that left it out would clear the field.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text; empty where it is null.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Yes or no, as a boolean or as its name; yes where it is null.
pub(crate) fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    flag(deserializer).map(|flag| flag.unwrap_or(true))
}

/// Yes or no, as a boolean or as its name.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    read(deserializer, "a boolean", |value| match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}

/// A whole number, as one, as a fraction (`2.0`) or as a text.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    read(deserializer, "a whole number", whole)
}

/// A number, as one or as a text.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    read(deserializer, "a number", fraction)
}

/// The same where there must be one.
pub(crate) fn needed_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let missing = || D::Error::invalid_type(Unexpected::Unit, &"a number");
    number(deserializer)?.ok_or_else(missing)
}

/// How many there are of something, as far as the value says it: it is a hint, which nobody needs.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let count = || whole(&value)?.try_into().ok();
    Ok(value.as_u64().or_else(count))
}

fn whole(value: &Value) -> Option<i64> {
    /// Up to here each whole number is a fraction of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64().or_else(|| {
            let fraction = value.as_f64()?;
            #[allow(
                clippy::cast_possible_truncation,
                reason = "it has no fraction, and is in range"
            )]
            (fraction.fract() == 0.0 && fraction.abs() <= EXACT).then_some(fraction as i64)
        }),
    }
}

fn fraction(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok().filter(|it: &f64| it.is_finite()),
        value => value.as_f64(),
    }
}

/// What `take` makes of the value; `None` where it is null.
fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    take: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let Some(value) = Option::<Value>::deserialize(deserializer)? else {
        return Ok(None);
    };
    match take(&value) {
        Some(taken) => Ok(Some(taken)),
        None => Err(D::Error::invalid_type(unexpected(&value), &expected)),
    }
}

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(flag) => Unexpected::Bool(*flag),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), _, _) => Unexpected::Unsigned(number),
            (_, Some(number), _) => Unexpected::Signed(number),
            (_, _, number) => Unexpected::Float(number.unwrap_or_default()),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_or_a_boolean_is_read_from_its_text_and_from_nothing_else() {
        assert_eq!(flag(json!("False")).unwrap(), Some(false));
        assert_eq!(flag(json!(null)).unwrap(), None);
        for other in [json!("maybe"), json!(1), json!([]), json!("")] {
            assert!(flag(&other).is_err() && yes(&other).is_err(), "{other}");
        }
        for (value, expected) in [
            (json!(3), Some(3)),
            (json!("3"), Some(3)),
            (json!(2.0), Some(2)),
            (json!(i64::MIN), Some(i64::MIN)),
            (json!(null), None),
        ] {
            assert_eq!(integer(&value).unwrap(), expected, "{value}");
        }
        for other in [
            json!(2.5),
            json!("2.5"),
            json!("three"),
            json!(1e300),
            json!(u64::MAX),
        ] {
            assert!(integer(&other).is_err(), "{other}");
        }
        assert_eq!(number(json!(" 60.5 ")).unwrap(), Some(60.5));
        assert!(number(json!("NaN")).is_err() && needed_number(json!(null)).is_err());
    }

    #[test]
    fn a_hint_that_makes_no_sense_is_none() {
        for (value, expected) in [
            (json!(3), Some(3)),
            (json!("3"), Some(3)),
            (json!(3.0), Some(3)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!(-1), None),
            (json!("many"), None),
            (json!([3]), None),
            (json!({}), None),
            (json!(null), None),
        ] {
            assert_eq!(count(&value).unwrap(), expected, "{value}");
        }
    }
}
