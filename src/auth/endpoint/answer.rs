//! What a token endpoint answers, read leniently.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::auth::Token;
use crate::error::{Error, ErrorBody, Result, Secrets, one_line};

/// The token, or what the answer says instead.
pub(super) fn token(status: StatusCode, body: &[u8], secrets: &Secrets) -> Result<Token> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    done(status, body, secrets)?;
    read_token(&serde_json::from_slice(body).unwrap_or_default()).ok_or_else(|| {
        // Only known words are shown of it: a token may stand in the rest, under another name.
        Error::token_unavailable(format!(
            "the token endpoint answered {status}, but without a bearer token{}",
            said(&secrets.strike_body(body))
        ))
    })
}

/// What the answer says, to stand at the end of a message.
fn said(body: &str) -> String {
    let said = ErrorBody::parse(body.as_bytes()).message;
    said.map(|said| format!(": {said}")).unwrap_or_default()
}

/// The error of an answer without a token; secrets that the answer quotes are left out.
///
/// A 4xx is about the request, which a repeat would not change. Everything else, a success without a token included,
/// comes from a gateway or from a provider in trouble, and may pass.
pub(super) fn done(status: StatusCode, body: &[u8], secrets: &Secrets) -> Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let body = secrets.strike_body(body);
    let value: Value = serde_json::from_str(&body).unwrap_or_default();
    let message = format!("the token endpoint answered {status}{}", said(&body));
    let code = value["error"].as_str().map(one_line);
    let passing = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
        || matches!(
            code.as_deref(),
            Some("temporarily_unavailable" | "server_error")
        );
    if passing {
        return Err(Error::token_unavailable(message));
    }
    Err(Error::credentials_rejected(
        code.unwrap_or_else(|| format!("http_{}", status.as_u16())),
        message,
    ))
}

fn read_token(value: &Value) -> Option<Token> {
    let kind = &value["token_type"];
    if !kind.is_null() && !kind.as_str()?.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let mut token = Token::new(value["access_token"].as_str()?);
    if let Some(lifetime) = lifetime(&value["expires_in"]) {
        token = token.expires_in(lifetime);
    }
    if let Some(refresh_token) = value["refresh_token"].as_str() {
        token = token.refresh_token(refresh_token);
    }
    if let Some(scopes) = value["scope"].as_str() {
        token = token.scopes(scopes.split_whitespace());
    }
    Some(token)
}

/// Seconds, as a number or as a string; nothing if they make no sense.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use serde_json::json;

    fn parse(status: u16, body: &str) -> Result<Token> {
        token(
            StatusCode::from_u16(status).unwrap(),
            body.as_bytes(),
            &Secrets::default().and("hunter2"),
        )
    }

    #[test]
    fn every_expires_in_gives_a_token() {
        for (expires_in, expected) in [
            (json!(3600), Some(3600.0)),
            (json!(3599.5), Some(3599.5)),
            (json!("3600"), Some(3600.0)),
            (json!(" 60 "), Some(60.0)),
            (json!(0), Some(0.0)),
            (json!(1e18), Some(1e18)),
            (json!(1e300), None),
            (json!(-1), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([3600]), None),
        ] {
            let token = parse(
                200,
                &json!({"access_token": "t", "expires_in": expires_in}).to_string(),
            )
            .unwrap();
            assert_eq!(
                token.expires_in,
                expected.map(Duration::from_secs_f64),
                "{expires_in}"
            );
        }
        assert_eq!(
            parse(200, r#"{"access_token":"t","token_type":"bearer"}"#)
                .unwrap()
                .expires_in,
            None
        );
    }

    #[test]
    fn a_success_without_a_token_is_an_error_that_passes() {
        let deep = "[".repeat(100_000);
        for body in [
            "",
            "<html>maintenance</html>",
            "null",
            "[]",
            "{}",
            "{\"access_token\":",
            r#"{"access_token":7}"#,
            r#"{"access_token":null}"#,
            r#"{"access_token":"t","token_type":"mac"}"#,
            r#"{"error":"invalid_client"}"#,
            "\u{feff}",
            &deep,
        ] {
            let error = parse(200, body).unwrap_err();
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (ErrorKind::Auth, true),
                "{body:.40}"
            );
        }
    }

    #[test]
    fn a_success_that_tells_of_a_failure_is_told_in_its_words_and_without_secrets() {
        let body = r#"{"error":"invalid_client","error_description":"hunter2 is wrong"}"#;
        let error = parse(200, body).unwrap_err().to_string();
        assert!(
            error.contains("invalid_client: [secret] is wrong"),
            "{error}"
        );
        let other = parse(200, r#"{"accessToken":"of-another-name"}"#).unwrap_err();
        assert!(!format!("{other} {other:?}").contains("of-another-name"));
    }

    #[test]
    fn a_byte_order_mark_does_not_hide_a_token() {
        let token = parse(
            200,
            "\u{feff}{\"access_token\":\"t\",\"expires_in\":\"3600\"}",
        )
        .unwrap();
        assert_eq!(token.expires_in, Some(Duration::from_secs(3600)));
        let error = parse(400, "\u{feff}{\"error\":\"invalid_client\"}").unwrap_err();
        assert_eq!(error.code(), Some("invalid_client"));
    }

    #[test]
    fn a_refusal_has_the_providers_code_and_words() {
        let error = parse(
            400,
            r#"{"error":"invalid_client","error_description":"no such client"}"#,
        )
        .unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.is_retryable()),
            (ErrorKind::Auth, Some("invalid_client"), false)
        );
        assert!(
            error.to_string().contains("400") && error.to_string().contains("no such client"),
            "{error}"
        );
    }

    #[test]
    fn only_what_passes_is_worth_another_try() {
        for (status, body, passing) in [
            (400, r#"{"error":"invalid_scope"}"#, false),
            (400, r#"{"error":"temporarily_unavailable"}"#, true),
            (301, "", false),
            (307, "", false),
            (401, "<html>", false),
            (403, "", false),
            (404, "", false),
            (408, "", true),
            (429, "", true),
            (500, "", true),
            (502, "<html>", true),
            (503, r#"{"error":{"a":1}}"#, true),
        ] {
            let error = parse(status, body).unwrap_err();
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (ErrorKind::Auth, passing),
                "{status} {body}"
            );
        }
        assert_eq!(parse(404, "").unwrap_err().code(), Some("http_404"));
    }

    #[test]
    fn a_provider_that_quotes_the_secret_does_not_get_it_into_the_error() {
        let body = r#"{"error":"bad hunter2","error_description":"the secret hunter2 is wrong"}"#;
        for status in [400, 500] {
            let error = parse(status, body).unwrap_err();
            assert!(!format!("{error} {error:?} {:?}", error.code()).contains("hunter2"));
            assert!(
                error.to_string().contains("the secret [secret] is wrong"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_text_of_a_refusal_stays_bounded() {
        let body = json!({"error": "e".repeat(50_000), "error_description": "d ".repeat(50_000)})
            .to_string();
        assert!(parse(400, &body).unwrap_err().to_string().len() < 2048);
    }
}
