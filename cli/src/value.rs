//! Values of the command line, and JSON files: no digit of a number is lost without a word.

use serde_json::Value;

/// A value of the command line: JSON where it is written as such, else the text as it is.
pub(crate) fn typed(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(Value::String(quoted)) => Ok(quoted.into()),
        Ok(Value::Array(_) | Value::Object(_)) => json(text),
        // `1.10` may be a version: as the number 1.1 it would lose a digit.
        Ok(value) => {
            let written = value.to_string();
            Ok(if written == text { value } else { text.into() })
        }
        Err(_) => Ok(text.into()),
    }
}

/// Reads JSON whose numbers are all kept as they are written.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    let value = serde_json::from_str(text).map_err(|problem| problem.to_string())?;
    match numbers(text).find(|number| !is_kept(number)) {
        None => Ok(value),
        Some(number) => Err(format!(
            "the number {number} has more digits than can be kept; in quotes, it is a text that keeps them"
        )),
    }
}

/// The numbers of a JSON text, as they are written.
fn numbers(json: &str) -> impl Iterator<Item = &str> {
    let outside_of_texts = outside_of_texts(json).into_iter();
    let words = outside_of_texts
        .flat_map(|part| part.split([',', ':', '[', ']', '{', '}', ' ', '\t', '\n', '\r']));
    words.filter(|word| word.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
}

fn outside_of_texts(json: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = json;
    while let Some((before, after)) = rest.split_once('"') {
        parts.push(before);
        let mut is_escaped = false;
        let end = after.find(|character| {
            let ends = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            ends
        });
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    parts.push(rest);
    parts
}

/// Whether a number is the same once it was read and written.
fn is_kept(number: &str) -> bool {
    let read = serde_json::from_str::<Value>(number);
    read.is_ok_and(|read| decimal(&read.to_string()) == decimal(number))
}

/// A number's sign, its digits without zeros at either end, and the power of ten of the last of them.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
    let power = exponent - i64::try_from(fraction.len()).ok()? + dropped;
    match significant.trim_start_matches('0') {
        "" => Some((false, String::new(), 0)),
        digits => Some((is_negative, digits.to_owned(), power)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_typed_value_is_a_number_only_where_nothing_of_it_is_lost() {
        for text in [
            "1.10",
            "007",
            "+5",
            "1e3",
            "1E3",
            "-0",
            " 5",
            "5 ",
            "0x10",
            "1_000",
            ".5",
            "5.",
            "123456789012345678901234",
            "0.12345678901234567890",
            "1e999",
            "NaN",
            "true ",
            "True",
            "",
            "a=b",
            "[",
            "\"",
        ] {
            assert_eq!(typed(text).unwrap(), Value::from(text), "{text:?}");
        }
        for (text, value) in [
            ("5", json!(5)),
            ("-5", json!(-5)),
            ("0", json!(0)),
            ("1.5", json!(1.5)),
            ("5.0", json!(5.0)),
            ("18446744073709551615", json!(u64::MAX)),
            ("true", json!(true)),
            ("null", json!(null)),
            ("\"5\"", json!("5")),
            ("\"\"", json!("")),
            ("[1, \"1.10\"]", json!([1, "1.10"])),
            (
                "{\"a\": [1.5, 1.10, 1e3]}",
                json!({"a": [1.5, 1.1, 1000.0]}),
            ),
        ] {
            assert_eq!(typed(text).unwrap(), value, "{text:?}");
        }
    }

    #[test]
    fn a_number_that_json_would_round_is_refused_wherever_it_stands() {
        for text in [
            "[123456789012345678901234]",
            "{\"a\": {\"b\": [1, -0.12345678901234567890]}}",
            "{\"\\\"\": 9007199254740993.5}",
        ] {
            let problem = typed(text).unwrap_err();
            assert!(problem.contains("more digits"), "{text}: {problem}");
        }
        for text in [
            "[\"123456789012345678901234\"]",
            "{\"a\\\\\": \"\\\"0.12345678901234567890\"}",
            "[0.0, -0, 1.50e-3]",
        ] {
            assert_eq!(
                typed(text).unwrap(),
                serde_json::from_str::<Value>(text).unwrap()
            );
        }
    }
}
