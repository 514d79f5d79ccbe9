//! What can be wrong with a document, and where.

use std::fmt;

/// Why a document was refused, with the place.
///
/// `Display` is one line and never repeats more of the document than a name.
///
/// ```
/// use qti_xml::{XmlErrorKind, check_well_formed};
///
/// let error = check_well_formed("<p>\n  fish & chips</p>").unwrap_err();
/// assert_eq!(error.kind, XmlErrorKind::Malformed);
/// assert_eq!((error.line, error.column), (2, 8));
/// assert!(error.to_string().starts_with("line 2, column 8: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct XmlError {
    /// The class of the problem.
    pub kind: XmlErrorKind,
    /// What is wrong, in one line, without the place.
    pub message: String,
    /// Line of the problem, from 1.
    pub line: usize,
    /// Column of the problem, from 1, counted in characters (not bytes).
    pub column: usize,
}

/// The classes of [`XmlError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// The text is not well-formed XML, or refers to an entity that XML itself does not define.
    Malformed,
    /// The document is larger, deeper or has more nodes than this module accepts.
    Limit,
    /// The document is well-formed up to its root, which is not the element (name and namespace) that was asked for.
    UnexpectedRoot,
}

impl XmlError {
    /// An error at a byte offset of [`without_mark`]`(xml)`.
    pub(crate) fn at(xml: &str, offset: usize, kind: XmlErrorKind, message: String) -> Self {
        let (line, column) = place(without_mark(xml), offset);
        Self {
            kind,
            message,
            line,
            column,
        }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            message,
            ..
        } = self;
        write!(f, "line {line}, column {column}: {message}")
    }
}

impl std::error::Error for XmlError {}

/// The text after its byte order mark, if it has one: the mark is no part of the document and takes no column.
pub(crate) fn without_mark(xml: &str) -> &str {
    xml.strip_prefix('\u{feff}').unwrap_or(xml)
}

/// Line and column, both from 1, of a byte offset, which may stand inside a character.
pub(crate) fn place(xml: &str, offset: usize) -> (usize, usize) {
    Lines::of(xml).place(offset)
}

/// Counts lines and columns of a text from its start to its end.
pub(crate) struct Lines<'a> {
    rest: &'a str,
    passed: usize,
    place: (usize, usize),
}

impl<'a> Lines<'a> {
    pub(crate) fn of(xml: &'a str) -> Self {
        Self {
            rest: xml,
            passed: 0,
            place: (1, 1),
        }
    }

    /// Line and column, both from 1, of a byte offset that is not before the last one asked for.
    pub(crate) fn place(&mut self, offset: usize) -> (usize, usize) {
        let mut end = offset.saturating_sub(self.passed).min(self.rest.len());
        while !self.rest.is_char_boundary(end) {
            end -= 1;
        }
        let (before, rest) = self.rest.split_at(end);
        for c in before.chars() {
            self.place = match c {
                '\n' => (self.place.0 + 1, 1),
                _ => (self.place.0, self.place.1 + 1),
            };
        }
        (self.rest, self.passed) = (rest, self.passed + end);
        self.place
    }
}

/// A name or value from the document as messages show it: quoted, on one line, cut to 60 characters.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_a_byte_order_mark_takes_none() {
        assert_eq!(place(without_mark("\u{feff}äöü<"), 6), (1, 4));
        assert_eq!(place("a\r\nbc", 4), (2, 2));
    }

    #[test]
    fn an_offset_inside_a_character_is_the_place_of_that_character() {
        assert_eq!(place("ä€x", 3), (1, 2));
        assert_eq!(place("ab", 99), (1, 3));
    }

    #[test]
    fn quoted_names_stay_short_and_on_one_line() {
        let shown = quoted(&"a\n€".repeat(1_000));
        assert!(shown.chars().count() < 100);
        assert!(!shown.contains('\n'));
    }
}
