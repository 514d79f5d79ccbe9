//! Texts of others, made fit to print: one line, bounded, cut at a character.

/// The most of a response body that an error keeps.
pub(crate) const BODY_LIMIT: usize = 2048;

/// The longest text of an error.
pub(crate) const TEXT_LIMIT: usize = 2000;

/// The longest message taken from a response.
const MESSAGE_LIMIT: usize = 800;

/// The text, cut to at most `limit` bytes at a character's boundary, with a mark where something is missing.
pub(crate) fn cap(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mark = "…";
    let mut end = limit.saturating_sub(mark.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{mark}", &text[..end])
}

/// The text as one bounded line: runs of white space and control characters become one space.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if line.len() > MESSAGE_LIMIT {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cap(word, MESSAGE_LIMIT));
    }
    cap(&line, MESSAGE_LIMIT)
}

/// Whether a body is HTML or XML, as those of gateways are and the service's are not.
pub(crate) fn is_markup(body: &str) -> bool {
    let start = body.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    start.starts_with('<')
}

/// Words for a body that has none of its own. Secrets must have been struck from it.
pub(crate) fn describe_body(body: &str) -> String {
    /// How much of a body an error's message shows.
    const SHOWN: usize = 200;
    if body.trim().is_empty() {
        return "an empty body".to_owned();
    }
    let start: String = body.chars().take(1024).collect();
    let start = start.to_ascii_lowercase();
    let html = ["<!doctype html", "<html", "<head", "<body"];
    if is_markup(body) && html.iter().any(|tag| start.contains(tag)) {
        return "an HTML page, as gateways send".to_owned();
    }
    let line = one_line(body);
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What has caused an error, from the outside in: what an error without words of its own leaves out.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let words = one_line(&cause.to_string());
        // Some errors say what their cause says.
        if let Some(outer) = told.last_mut()
            && let Some(own) = outer.strip_suffix(&words)
        {
            *outer = own.trim_end_matches([' ', ':']).to_owned();
        }
        told.push(words);
    }
    told.retain(|words| !words.is_empty());
    cap(&told.join(": "), 400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_known_words_is_shown_as_one_short_line_unless_it_is_a_page() {
        for (body, shown) in [
            ("", "an empty body"),
            (" \n", "an empty body"),
            ("sequence must\r\n be positive", "sequence must be positive"),
            (r#"{"reason": "the words"}"#, r#"{"reason": "the words"}"#),
            (
                "<error><message>host not allowed</message></error>",
                "<error><message>host not allowed</message></error>",
            ),
            (
                "\u{feff}<!DOCTYPE HTML><p>",
                "an HTML page, as gateways send",
            ),
            (
                "<?xml version='1.0'?>\n<html>",
                "an HTML page, as gateways send",
            ),
        ] {
            assert_eq!(describe_body(body), shown);
        }
        let long = describe_body(&"ä".repeat(5_000));
        assert_eq!(long.chars().count(), 201);
    }

    #[test]
    fn causes_are_told_from_the_outside_in_and_each_once() {
        #[derive(Debug)]
        struct Told(&'static str, Option<Box<Told>>);
        impl std::fmt::Display for Told {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0)
            }
        }
        impl std::error::Error for Told {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                self.1.as_ref().map(|cause| &**cause as _)
            }
        }
        let told = |words: [&'static str; 4]| {
            let within = |inner, words| Some(Box::new(Told(words, inner)));
            causes(&within(words.into_iter().rev().fold(None, within), "x").unwrap())
        };
        assert_eq!(told(["a", "b", "c", "d"]), "a: b: c: d");
        assert_eq!(told(["a: b", "b", "c", "c"]), "a: b: c");
        assert_eq!(causes(&Told("alone", None)), "");
    }

    #[test]
    fn a_capped_text_never_splits_a_character() {
        for limit in 3..20 {
            let capped = cap("äöü€𝄞äöü€𝄞", limit);
            assert!(capped.len() <= limit, "{capped}");
        }
        assert_eq!(cap("short", 5), "short");
    }

    #[test]
    fn a_line_has_no_line_breaks_and_an_end() {
        assert_eq!(one_line(" a\r\n\tb\u{0}c "), "a b c");
        assert!(one_line(&"word ".repeat(100_000)).len() <= MESSAGE_LIMIT);
        assert!(one_line(&"x".repeat(100_000)).len() <= MESSAGE_LIMIT);
    }
}
