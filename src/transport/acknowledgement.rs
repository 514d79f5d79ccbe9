//! The answer of an operation without a result: its status says that it is done, unless the body is a gateway's or a
//! login page, or tells of a failure.

use serde_json::{Map, Value};

use crate::error::is_markup;

/// Refuses a body that contradicts a success. Any other is taken, such as `{"message": "Section deleted"}`, what was
/// deleted, or nothing.
pub(crate) fn check(body: &[u8]) -> Result<(), &'static str> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(said)) if tells_failure(&said) => Err("it tells of a failure"),
        Ok(Value::Bool(false)) => Err("it tells of a failure"),
        Err(_) if is_markup(&String::from_utf8_lossy(body)) => Err("a page, not an answer"),
        _ => Ok(()),
    }
}

fn tells_failure(said: &Map<String, Value>) -> bool {
    let error = said.get("error").or_else(|| said.get("errors"));
    let nothing = |error: &Value| {
        matches!(error, Value::Null | Value::Bool(false)) || crate::models::json::is_empty(error)
    };
    let denied = |name: &str| match said.get(name) {
        Some(Value::Bool(done)) => !done,
        Some(Value::String(done)) => done.eq_ignore_ascii_case("false"),
        _ => false,
    };
    error.is_some_and(|error| !nothing(error))
        || denied("success")
        || denied("deleted")
        || said
            .get("imsx_codeMajor")
            .is_some_and(|code| code != "success")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_one_unless_its_body_contradicts_it() {
        for body in [
            "",
            " \n",
            "null",
            "{}",
            "OK",
            "true",
            "[]",
            "\"deleted\"",
            r#"{"message": "deleted"}"#,
            r#"{"message": "cut"#,
            r#"{"deleted": true}"#,
            r#"{"identifier": "s", "title": "What was deleted"}"#,
            r#"{"success": "true"}"#,
            r#"{"success": true, "error": null, "errors": []}"#,
            r#"{"imsx_codeMajor": "success"}"#,
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
        for body in [
            "<html>Sign in</html>",
            "\u{feff} <!DOCTYPE html>",
            "false",
            r#"{"error": "boom"}"#,
            r#"{"error": {"message": "boom"}, "message": "x"}"#,
            r#"{"errors": ["boom"]}"#,
            r#"{"success": false, "message": "x"}"#,
            r#"{"success": "False"}"#,
            r#"{"deleted": false}"#,
            r#"{"imsx_codeMajor": "failure", "message": "x"}"#,
        ] {
            assert!(check(body.as_bytes()).is_err(), "{body}");
        }
    }
}
