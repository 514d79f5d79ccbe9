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

#[cfg(test)]
mod tests {
    use super::*;

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
