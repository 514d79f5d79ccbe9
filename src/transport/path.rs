//! Identifiers in URL paths: each becomes exactly one segment, or is refused.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::operation::Operation;
use crate::error::Error;

/// Everything but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Stands in a path where an identifier was refused: no identifier encodes to it, as control characters are refused.
const REFUSED: &str = "%00";

/// Whether no path can carry the identifier: URLs treat `.`, `..` and an empty segment as something else than
/// themselves, even when percent-encoded, and servers treat `\` and control characters as they please.
pub(crate) fn is_refused(identifier: &str) -> bool {
    matches!(identifier, "" | "." | "..")
        || identifier
            .chars()
            .any(|character| character == '\\' || character.is_control())
}

/// An identifier as one path segment; for one that is refused, a mark that [`guard`] refuses before anything is sent.
pub(crate) fn encode_segment(identifier: &str) -> Cow<'_, str> {
    if is_refused(identifier) {
        REFUSED.into()
    } else {
        utf8_percent_encode(identifier, ENCODED).into()
    }
}

/// A path template with these identifiers in the places of its parameters.
pub(crate) fn fill(template: &str, identifiers: &[&str]) -> String {
    let mut identifiers = identifiers.iter();
    let segments = template
        .split('/')
        .map(|segment| match segment.starts_with('{') {
            true => identifiers
                .next()
                .map_or_else(|| REFUSED.into(), |identifier| encode_segment(identifier)),
            false => segment.into(),
        });
    segments.collect::<Vec<_>>().join("/")
}

/// The longest URL that can be sent.
const MAX_URL: usize = u16::MAX as usize - 1;

/// Refuses a request whose URL is not the operation's, or too long to be one: the last guard before sending, for the
/// raw bindings too.
pub(crate) fn guard(operation: &Operation, base_path: &str, url: &Url) -> Result<(), Error> {
    match url.as_str().len() {
        length if length > MAX_URL => Err(Error::input(format!(
            "the request's URL has {length} bytes, of which {MAX_URL} can be sent: its identifier, query or filter is too long"
        ))),
        _ => check(operation, base_path, url.path()),
    }
}

/// Refuses a path that is not the operation's.
fn check(operation: &Operation, base_path: &str, path: &str) -> Result<(), Error> {
    let outside = || Error::input(format!("the request's path leaves {}", operation.path));
    let mut rest = path
        .strip_prefix(base_path.trim_end_matches('/'))
        .ok_or_else(outside)?;
    let mut template = operation.path;
    while let Some((literal, parameter)) = template.split_once('{') {
        let (name, after) = parameter.split_once('}').ok_or_else(outside)?;
        rest = rest.strip_prefix(literal).ok_or_else(outside)?;
        let (segment, remainder) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if segment == REFUSED || segment.is_empty() {
            return Err(Error::input(format!(
                "{name}: an identifier must not be empty, `.` or `..`, nor hold `\\` or control characters"
            )));
        }
        (template, rest) = (after, remainder);
    }
    if rest == template {
        Ok(())
    } else {
        Err(outside())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::operation::OPERATIONS;
    use super::*;

    #[test]
    fn what_a_url_would_bend_is_refused() {
        let operation = Operation::of_id("getStimulus").unwrap();
        for identifier in [
            "",
            ".",
            "..",
            "..\\..\\admin",
            "a\\b",
            "a\nb",
            "a\u{0}",
            "\u{7f}",
            "\u{85}",
        ] {
            let path = format!("/api/stimuli/{}", encode_segment(identifier));
            assert!(check(operation, "/api", &path).is_err(), "{identifier:?}");
        }
    }

    #[test]
    fn everything_else_is_one_segment() {
        let operation = Operation::of_id("getStimulus").unwrap();
        for identifier in [
            "a/b",
            "?x=1",
            "#f",
            "100%",
            "%2e%2e",
            "...",
            "a b",
            "ü€𝄞",
            "a;b",
            "~-_",
            "[1]|^`{}\"<>'",
        ] {
            let path = format!("/api/stimuli/{}", encode_segment(identifier));
            check(operation, "/api/", &path).unwrap();
            assert_eq!(url_path(&path), path, "{identifier:?}");
        }
    }

    fn url_path(path: &str) -> String {
        reqwest::Url::parse(&format!("https://host{path}"))
            .unwrap()
            .path()
            .to_owned()
    }

    /// What URLs and servers are known to bend, between pieces of any text.
    fn identifiers() -> impl Strategy<Value = String> {
        let hostile = prop::sample::select(vec![
            "",
            ".",
            "..",
            "/",
            "\\",
            "%2e%2e",
            "%2f",
            "%5c",
            "%00",
            "?",
            "#",
            ";",
            " ",
            "+",
            "\0",
            "\r\n",
            "\u{7f}",
            "\u{85}",
            "ü",
            "𝄞",
            "{identifier}",
            "order",
            "items",
            "//host",
            "http:",
        ]);
        let piece = prop_oneof![hostile.prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn ten_thousand_identifiers_reach_no_other_route_of_any_operation() {
        let operations: Vec<_> = OPERATIONS
            .into_iter()
            .filter(|o| o.path.contains('{'))
            .collect();
        assert_eq!(operations.len(), 27);
        let config = ProptestConfig {
            cases: 10_000,
            ..ProptestConfig::default()
        };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let result = runner.run(&identifiers(), |identifier| {
            let refused = matches!(&*identifier, "" | "." | "..")
                || identifier.chars().any(|c| c == '\\' || c.is_control());
            for operation in &operations {
                let path =
                    operation
                        .path
                        .split('/')
                        .map(|segment| match segment.strip_prefix('{') {
                            Some(_) => encode_segment(&identifier),
                            None => segment.into(),
                        });
                let path = url_path(&format!("/api{}", path.collect::<Vec<_>>().join("/")));
                prop_assert_eq!(check(operation, "/api", &path).is_err(), refused);
                let reached = path.split('/').skip(2).map(|segment| {
                    percent_encoding::percent_decode_str(segment)
                        .decode_utf8()
                        .unwrap()
                        .into_owned()
                });
                let wanted = operation.path.split('/').skip(1).map(|segment| {
                    match segment.strip_prefix('{') {
                        Some(_) => identifier.clone(),
                        None => segment.to_owned(),
                    }
                });
                prop_assert!(refused || reached.eq(wanted), "{} {path}", operation.id);
            }
            Ok(())
        });
        result.unwrap();
    }
}
