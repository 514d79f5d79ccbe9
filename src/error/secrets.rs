//! Texts that no error may show, should a response repeat them.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands in the place of a secret.
const MARK: &str = "[secret]";

/// Anything shorter is no secret, but a word that stands in texts anyway.
const SHORTEST: usize = 4;

/// The same for headers that may hold anything: `true` and `preview` are no secrets either.
const SHORTEST_HEADER: usize = 8;

/// How much of the start of a secret is enough to strike it out: whoever repeats a secret may cut it.
const TELLING: usize = 12;

/// The secrets that a request carries. Kept as header values, which are cheap to clone and which `Debug` does not show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    /// The `Authorization` header as it is sent: its scheme is taken off only where there is an error to tell.
    authorization: Option<HeaderValue>,
    others: Vec<HeaderValue>,
}

impl Secrets {
    /// The values of the headers that are marked as sensitive.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut secrets = Self::default();
        for (name, value) in headers {
            if !value.is_sensitive() {
                continue;
            }
            if name == AUTHORIZATION {
                secrets.authorization = Some(value.clone());
            } else if value.len() >= SHORTEST_HEADER {
                secrets.others.push(value.clone());
            }
        }
        secrets
    }

    /// These, and one more.
    pub(crate) fn and(mut self, secret: &str) -> Self {
        // What no header can hold counts as white space where texts are searched.
        let secret = secret.replace(char::is_control, " ");
        if let Ok(mut value) = HeaderValue::from_bytes(secret.as_bytes()) {
            value.set_sensitive(true);
            self.others.push(value);
        }
        self
    }

    /// These, and others.
    pub(crate) fn and_all(mut self, others: &Self) -> Self {
        self.others.extend_from_slice(&others.others);
        self
    }

    /// A response's body as text without them. To be called before anything is cut off, which could leave a part of
    /// one.
    pub(crate) fn strike_body(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        let struck = self.strike(&text);
        // JSON can write a character in several ways, so its strings are searched once decoded; and what is struck from
        // its text may be a part of its syntax.
        let Ok(mut value) = serde_json::from_str(&text) else {
            return struck;
        };
        match self.strike_value(&mut value) || struck != text {
            true => value.to_string(),
            false => struck,
        }
    }

    /// A text without them, as they are and as URLs, forms and JSON write them.
    pub(crate) fn strike(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let authorization = self.authorization.as_ref().map(credentials);
        let others = self.others.iter().map(HeaderValue::as_bytes);
        for secret in authorization.into_iter().chain(others) {
            let secret = String::from_utf8_lossy(secret);
            let secret = secret.trim_matches(is_blank);
            if secret.len() < SHORTEST {
                continue;
            }
            for form in forms(secret) {
                text = without(&text, &form);
            }
        }
        text
    }

    /// Whether any string or number of the value had one.
    fn strike_value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let struck = self.strike(text);
                let differs = struck != *text;
                *text = struck;
                differs
            }
            Value::Number(number) => {
                let text = number.to_string();
                let struck = self.strike(&text);
                let differs = struck != text;
                if differs {
                    *value = Value::String(struck);
                }
                differs
            }
            Value::Array(values) => values
                .iter_mut()
                .fold(false, |any, value| self.strike_value(value) | any),
            Value::Object(fields) => {
                let mut any = false;
                for (name, mut value) in std::mem::take(fields) {
                    let struck = self.strike(&name);
                    any |= self.strike_value(&mut value) | (struck != name);
                    fields.insert(struck, value);
                }
                any
            }
            _ => false,
        }
    }
}

/// The value of an `Authorization` header without its scheme.
fn credentials(value: &HeaderValue) -> &[u8] {
    let bytes = value.as_bytes();
    let start = bytes.iter().position(|byte| *byte == b' ');
    &bytes[start.map_or(0, |space| space + 1)..]
}

/// How a secret may be written, each form once.
fn forms(secret: &str) -> Vec<Cow<'_, str>> {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let form = url_form(secret);
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let (lower_percent, lower_form) = (lower_hex(&percent), lower_hex(&form));
    let mut forms = vec![Cow::Borrowed(secret)];
    for other in [percent, form, json, lower_percent, lower_form] {
        if !forms.iter().any(|known| **known == *other) {
            forms.push(other.into());
        }
    }
    forms
}

/// As a form's body carries it.
fn url_form(secret: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
        .remove(b'*')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b' ');
    utf8_percent_encode(secret, KEPT)
        .to_string()
        .replace(' ', "+")
}

/// The same with percent-encoded bytes in lower case.
fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (byte, rest) = part.split_at(2);
        lower.extend(["%", &byte.to_ascii_lowercase(), rest]);
    }
    lower
}

/// What texts of errors show as a blank.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// The text without the secret, or as much of its start as there is.
fn without(text: &str, secret: &str) -> String {
    let Some(first) = secret.chars().next() else {
        return text.to_owned();
    };
    let mut struck = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(first) {
        let (before, found) = rest.split_at(start);
        let (length, of_secret) = common(found, secret);
        struck.push_str(before);
        if of_secret >= secret.len().min(TELLING) {
            struck.push_str(MARK);
            rest = &found[length..];
        } else {
            struck.push(first);
            rest = &found[first.len_utf8()..];
        }
    }
    struck.push_str(rest);
    struck
}

/// How many bytes of the text, and of the secret, say the same from their starts on. Blanks are as good as others: a text is
/// searched before it is made one line.
fn common(text: &str, secret: &str) -> (usize, usize) {
    let blanks = |text: &str| text.len() - text.trim_start_matches(is_blank).len();
    let (mut of_text, mut of_secret) = (0, 0);
    while let Some(c) = secret[of_secret..].chars().next() {
        let (text, secret) = (&text[of_text..], &secret[of_secret..]);
        let (length, step) = match is_blank(c) {
            true => (blanks(text), blanks(secret)),
            false if text.starts_with(c) => (c.len_utf8(), c.len_utf8()),
            false => (0, 0),
        };
        if length == 0 {
            break;
        }
        of_text += length;
        of_secret += step;
    }
    (of_text, of_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(secret: &str) -> Secrets {
        Secrets::default().and(secret)
    }

    #[test]
    fn a_secret_is_struck_out_however_it_is_written() {
        let secret = "p@Ss w\u{f6}rd/\"1\\2";
        for written in [
            secret.to_owned(),
            serde_json::to_string(secret).unwrap(),
            "p%40Ss%20w%C3%B6rd%2F%221%5C2".to_owned(),
            "p%40Ss%20w%c3%b6rd%2f%221%5c2".to_owned(),
            "p%40Ss+w%C3%B6rd%2F%221%5C2".to_owned(),
            "p%40Ss+w%c3%b6rd%2f%221%5c2".to_owned(),
        ] {
            let struck = secrets(secret).strike(&format!("a={written}&b"));
            assert!(
                struck.starts_with("a=") && struck.ends_with("&b"),
                "{struck}"
            );
            assert!(struck.contains(MARK) && struck.len() <= 14, "{struck}");
        }
        let escaped =
            br#"{"\u0070@Ss w\u00f6rd\/\"1\\2": ["x \u0070@Ss w\u00f6rd\/\"1\\2 y"], "n": 1}"#;
        let struck: Value = serde_json::from_str(&secrets(secret).strike_body(escaped)).unwrap();
        assert_eq!(
            struck,
            serde_json::json!({"[secret]": ["x [secret] y"], "n": 1})
        );
    }

    #[test]
    fn a_secret_is_struck_out_whatever_its_blanks_have_become() {
        for secret in [
            "s3cr3t of a client",
            " s3cr3t\tof  a client\n",
            "s3cr3t of\r\na client",
        ] {
            for written in [
                "s3cr3t of a client",
                "s3cr3t\nof\t a\r\n\u{a0}client",
                "s3cr3t\u{0}of a\u{7f}client",
            ] {
                let struck = secrets(secret).strike(&format!("s3cr3t s3cr3t of no: {written}."));
                assert_eq!(
                    struck, "s3cr3t s3cr3t of no: [secret].",
                    "{secret:?} as {written:?}"
                );
            }
        }
    }

    #[test]
    fn a_secret_that_was_cut_is_struck_out_as_far_as_it_goes() {
        let token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.payload.signature";
        let struck = secrets(token).strike(&format!("Bearer {}... is malformed", &token[..40]));
        assert_eq!(struck, "Bearer [secret]... is malformed");
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in ["{\"error\":  \"x\"}", "<html>", "", "\u{fffd}", "the toke"] {
            assert_eq!(secrets("token").strike_body(text.as_bytes()), text);
            assert_eq!(secrets("t").strike_body(text.as_bytes()), text);
            assert_eq!(Secrets::default().strike_body(text.as_bytes()), text);
        }
    }

    #[test]
    fn a_secret_that_is_a_part_of_json_itself_leaves_the_body_readable() {
        let body = br#"{"error": "token true refused", "retry": true, "n": 12345, "a": 1}"#;
        for (secret, struck) in [
            (
                "true",
                r#"{"error":"token [secret] refused","retry":true,"n":12345,"a":1}"#,
            ),
            (
                "error",
                r#"{"[secret]":"token true refused","retry":true,"n":12345,"a":1}"#,
            ),
            (
                "12345",
                r#"{"error":"token true refused","retry":true,"n":"[secret]","a":1}"#,
            ),
        ] {
            assert_eq!(secrets(secret).strike_body(body), struck, "{secret}");
        }
        let twice = br#"{"a": "s3cr3t-value", "a": "other"}"#;
        assert_eq!(
            secrets("s3cr3t-value").strike_body(twice),
            r#"{"a":"other"}"#
        );
    }

    #[test]
    fn the_sensitive_headers_of_a_request_are_its_secrets() {
        let mut headers = HeaderMap::new();
        headers.insert("x-plain", HeaderValue::from_static("visible"));
        for (name, value) in [
            ("authorization", "Bearer t0k3n"),
            ("x-api-key", "k3y-of-me"),
        ] {
            let mut value = HeaderValue::from_static(value);
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let secrets = Secrets::of(&headers);
        assert_eq!(
            secrets.strike("visible, t0k3n, k3y-of-me, Bearer"),
            "visible, [secret], [secret], Bearer"
        );
        assert!(!format!("{secrets:?}").contains("k3"));
    }
}
