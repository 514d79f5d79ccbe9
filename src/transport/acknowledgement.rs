//! The answer of an operation without a result: the words of a gateway or a login page do not pass for one.

use serde_json::{Map, Value};

/// Refuses a body that is neither empty nor a message of the service, such as `{"message": "Section deleted"}`.
pub(crate) fn check(body: &[u8]) -> Result<(), &'static str> {
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Null) => Ok(()),
        Ok(Value::Object(said)) if tells_failure(&said) => Err("it tells of a failure"),
        Ok(Value::Object(said)) if said.is_empty() || is_message(&said) => Ok(()),
        _ => Err("neither empty nor a message"),
    }
}

fn tells_failure(said: &Map<String, Value>) -> bool {
    let error = said.get("error").or_else(|| said.get("errors"));
    let nothing = |error: &Value| matches!(error, Value::Null | Value::Bool(false));
    error.is_some_and(|error| !nothing(error))
        || said.get("success") == Some(&Value::Bool(false))
        || said
            .get("imsx_codeMajor")
            .is_some_and(|code| code != "success")
}

fn is_message(said: &Map<String, Value>) -> bool {
    said.get("message").is_some_and(Value::is_string)
        || said.get("success") == Some(&Value::Bool(true))
        || said.contains_key("imsx_codeMajor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nothing_and_a_message_acknowledge() {
        for body in [
            "",
            " \n",
            "null",
            "{}",
            r#"{"message": "deleted"}"#,
            r#"{"success": true, "error": null}"#,
            r#"{"imsx_codeMajor": "success"}"#,
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
        for body in [
            "<html>Sign in</html>",
            "OK",
            "[]",
            "true",
            "\"deleted\"",
            r#"{"error": "boom"}"#,
            r#"{"error": {"message": "boom"}, "message": "x"}"#,
            r#"{"success": false, "message": "x"}"#,
            r#"{"imsx_codeMajor": "failure", "message": "x"}"#,
            r#"{"login": "https://example.org"}"#,
            r#"{"message": "cut"#,
        ] {
            assert!(check(body.as_bytes()).is_err(), "{body}");
        }
    }
}
