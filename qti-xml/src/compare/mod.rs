//! Whether two documents say the same: what was sent, and what the server stored of it.

mod excerpt;
mod references;
pub(crate) mod white_space;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use self::excerpt::{excerpt, excerpts};
use self::white_space::{Piece, WhiteSpace, pieces};
use crate::error::XmlError;
use crate::parse::dom::{Attribute, Element, parse};

pub use references::first_difference_of_tests;

/// The first place where two documents differ.
///
/// `Display` is one line with both sides, cut to an excerpt around the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The place, as in `/qti-assessment-item/qti-item-body/p[2]/@class`; text is `text()`.
    pub path: String,
    /// What was sent, an excerpt; `None` if the place exists only in what was stored.
    pub expected: Option<String>,
    /// What was stored, an excerpt; `None` if the place exists only in what was sent.
    pub found: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |side: &Option<String>| match side {
            Some(excerpt) => format!("{excerpt:?}"),
            None => "nothing".to_owned(),
        };
        write!(
            f,
            "{}: expected {}, found {}",
            self.path,
            shown(&self.expected),
            shown(&self.found)
        )
    }
}

/// Compares a stored document with the one that was sent, and reports the first difference in document order.
///
/// Not compared is what does not change the meaning: white space between elements and at the edges of blocks, the
/// length of a run of white space in text, the order of attributes, comments and processing instructions, the prolog,
/// the choice of prefixes, references and CDATA sections as ways to write text. Compared is white space that separates
/// words (`Hello <b>world</b>`), each character in `pre` and under `xml:space="preserve"`, and the inside of `qti-value`.
///
/// # Errors
/// When either document is not well-formed; the message says if it is the stored one.
///
/// ```
/// use qti_xml::first_difference;
///
/// let sent = r#"<p class="a" id="1">Hello <b>world</b></p>"#;
/// assert_eq!(first_difference(sent, "<p id='1' class='a'>\n  Hello <b>world</b>\n</p>")?, None);
///
/// let difference = first_difference(sent, r#"<p id="1">Hello <b>world</b></p>"#)?.unwrap();
/// assert_eq!(difference.to_string(), r#"/p/@class: expected "a", found nothing"#);
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
pub fn first_difference(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
    first_difference_of(sent, stored, |_| ())
}

/// The same after something was taken from both documents.
pub(crate) fn first_difference_of(
    sent: &str,
    stored: &str,
    prepare: impl Fn(&mut Arc<Element>),
) -> Result<Option<Difference>, XmlError> {
    let mut sent = parse(sent)?.root;
    let stored = parse(stored).map_err(|error| XmlError {
        message: format!("in the stored document: {}", error.message),
        ..error
    })?;
    let mut stored = stored.root;
    prepare(&mut sent);
    prepare(&mut stored);
    let difference = compare_elements(&sent, &stored, WhiteSpace::Collapse);
    Ok(difference.map(|below| below.under(&sent.local)))
}

impl Difference {
    fn under(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self.path.insert(0, '/');
        self
    }
}

/// Paths are written from the inside out, once a difference is found: here without the element's own step.
fn compare_elements(sent: &Element, stored: &Element, outer: WhiteSpace) -> Option<Difference> {
    if sent.local != stored.local || sent.namespace != stored.namespace {
        let (expected, found) = (Some(tag(sent, stored)), Some(tag(stored, sent)));
        return Some(Difference {
            path: String::new(),
            expected,
            found,
        });
    }
    compare_attributes(sent, stored).or_else(|| compare_content(sent, stored, outer.within(sent)))
}

/// The tag as a difference shows it: with its namespace where the names alone are equal.
fn tag(element: &Element, other: &Element) -> String {
    match &element.namespace {
        Some(namespace) if element.local == other.local => {
            format!("<{} xmlns={namespace:?}>", element.local)
        }
        _ => format!("<{}>", element.local),
    }
}

fn compare_attributes(sent: &Element, stored: &Element) -> Option<Difference> {
    let (sent_by_name, stored_by_name) = (by_name(sent), by_name(stored));
    let changed = sent.attributes.iter().find_map(|attribute| {
        let found = stored_by_name
            .get(&attribute.name())
            .map(|found| found.value.as_str());
        (found != Some(&attribute.value)).then_some((
            attribute,
            Some(attribute.value.as_str()),
            found,
        ))
    });
    let added = || {
        let unknown = |attribute: &&Attribute| !sent_by_name.contains_key(&attribute.name());
        stored
            .attributes
            .iter()
            .find(unknown)
            .map(|added| (added, None, Some(added.value.as_str())))
    };
    let (attribute, expected, found) = changed.or_else(added)?;
    let prefix = attribute
        .prefix
        .as_ref()
        .map(|prefix| format!("{prefix}:"))
        .unwrap_or_default();
    let (expected, found) = excerpts(expected, found);
    Some(Difference {
        path: format!("/@{prefix}{}", attribute.local),
        expected,
        found,
    })
}

fn by_name(element: &Element) -> HashMap<(Option<&str>, &str), &Attribute> {
    element
        .attributes
        .iter()
        .map(|attribute| (attribute.name(), attribute))
        .collect()
}

fn compare_content(
    sent: &Element,
    stored: &Element,
    white_space: WhiteSpace,
) -> Option<Difference> {
    let (expected, found) = (pieces(sent, white_space), pieces(stored, white_space));
    for at in 0..expected.len().max(found.len()) {
        let below = match (expected.get(at), found.get(at)) {
            (Some(Piece::Text(expected)), Some(Piece::Text(found))) if expected == found => None,
            (Some(Piece::Text(expected)), Some(Piece::Text(found))) => {
                let (expected, found) = excerpts(Some(expected), Some(found));
                Some(Difference {
                    path: String::new(),
                    expected,
                    found,
                })
            }
            (Some(Piece::Element(expected)), Some(Piece::Element(found))) => {
                compare_elements(expected, found, white_space)
            }
            (expected, found) => Some(Difference {
                path: String::new(),
                expected: expected.map(Piece::shown),
                found: found.map(Piece::shown),
            }),
        };
        if let Some(below) = below {
            let longer = if at < expected.len() {
                &expected
            } else {
                &found
            };
            return Some(below.under(&step(longer, at)));
        }
    }
    None
}

impl Piece<'_> {
    fn shown(&self) -> String {
        match self {
            Self::Element(element) => format!("<{}>", element.local),
            Self::Text(text) => excerpt(text, 0),
        }
    }

    fn is_element(&self, local: &str) -> bool {
        matches!(self, Self::Element(element) if element.local == local)
    }
}

/// One step of a path; the number is left out where the name is the only one of its kind.
fn step(pieces: &[Piece<'_>], at: usize) -> String {
    let Piece::Element(element) = &pieces[at] else {
        return "text()".to_owned();
    };
    let count = |pieces: &[Piece<'_>]| {
        pieces
            .iter()
            .filter(|piece| piece.is_element(&element.local))
            .count()
    };
    match count(pieces) {
        1 => element.local.clone(),
        _ => format!("{}[{}]", element.local, count(&pieces[..=at])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(sent: &str, stored: &str) -> Option<String> {
        first_difference(sent, stored)
            .unwrap()
            .map(|difference| difference.to_string())
    }

    #[track_caller]
    fn assert_same(left: &str, right: &str) {
        assert_eq!(difference(left, right), None);
        assert_eq!(difference(right, left), None);
    }

    #[track_caller]
    fn assert_differ(left: &str, right: &str, path: &str) {
        let there = first_difference(left, right)
            .unwrap()
            .expect("a difference");
        let back = first_difference(right, left)
            .unwrap()
            .expect("a difference");
        assert_eq!(there.path, path);
        assert_eq!((there.expected, there.found), (back.found, back.expected));
    }

    #[test]
    fn the_spelling_of_a_document_does_not_count() {
        assert_same(
            "<a x='1' y='2'/>",
            "<?xml version='1.0'?><!-- c -->\n<a y=\"2\" x=\"1\"></a><?pi?>",
        );
        assert_same(
            "<a xmlns='u'><b/></a>",
            "<p:a xmlns:p='u' xmlns:unused='v'><p:b/></p:a>",
        );
        assert_same("<a xmlns:l='u' l:h='1'/>", "<a xmlns:m='u' m:h='1'/>");
        assert_same(
            "<a>1 &lt; 2<!-- c --> 3</a>",
            "<a><![CDATA[1 < ]]>&#50; 3</a>",
        );
        assert_same("<a x='&#39;'/>", "<a x=\"'\"/>");
    }

    #[test]
    fn white_space_between_elements_and_at_the_edges_of_blocks_does_not_count() {
        assert_same(
            "<div><p>1</p><p>2</p></div>",
            "<div>\n  <p>\n    1\n  </p>\n  <p>2</p>\n</div>",
        );
        assert_same("<p>one two</p>", "<p>one\n      two</p>");
        assert_same("<p>one <b>two</b></p>", "<p>one\n  <b>two</b>\n</p>");
        assert_same(
            "<x><unknown/><unknown/></x>",
            "<x> <unknown/> <unknown/> </x>",
        );
        assert_same("<qti-value>A</qti-value>", "<qti-value>\n A\n</qti-value>");
    }

    #[test]
    fn white_space_that_separates_words_counts() {
        assert_differ("<p>Hello <b>x</b></p>", "<p>Hello<b>x</b></p>", "/p/text()");
        assert_differ(
            "<p><b>x</b> <i>y</i></p>",
            "<p><b>x</b><i>y</i></p>",
            "/p/text()",
        );
        assert_differ("<p>a<b> x</b></p>", "<p>a<b>x</b></p>", "/p/b/text()");
        assert_differ("<p>one two</p>", "<p>onetwo</p>", "/p/text()");
        assert_differ("<p>a&#160;b</p>", "<p>a b</p>", "/p/text()");
        let entry = |space| format!("<p>is{space}<qti-text-entry-interaction/></p>");
        assert_differ(&entry(" "), &entry(""), "/p/text()");
    }

    #[test]
    fn preformatted_text_and_the_inside_of_values_count_exactly() {
        assert_differ("<pre>a  b</pre>", "<pre>a b</pre>", "/pre/text()");
        assert_differ(
            "<pre><b> a</b></pre>",
            "<pre><b>  a</b></pre>",
            "/pre/b/text()",
        );
        assert_differ(
            "<p xml:space='preserve'>a </p>",
            "<p xml:space='preserve'>a</p>",
            "/p/text()",
        );
        assert_differ(
            "<qti-value>a  b</qti-value>",
            "<qti-value>a b</qti-value>",
            "/qti-value/text()",
        );
        assert_same(
            "<pre><p xml:space='default'> a  b</p></pre>",
            "<pre><p xml:space='default'>a b</p></pre>",
        );
    }

    #[test]
    fn a_difference_is_reported_with_its_place_and_both_sides() {
        let sent = "<item><body><p>1</p><p class='a'>2</p></body></item>";
        assert_eq!(
            difference(sent, &sent.replace("'a'", "'b'")).unwrap(),
            r#"/item/body/p[2]/@class: expected "a", found "b""#
        );
        assert_eq!(
            difference(sent, &sent.replace("<p class='a'>2</p>", "")).unwrap(),
            r#"/item/body/p[2]: expected "<p>", found nothing"#
        );
        assert_eq!(
            difference(sent, &sent.replace("</body>", "<hr/></body>")).unwrap(),
            r#"/item/body/hr: expected nothing, found "<hr>""#
        );
        assert_eq!(
            difference(sent, &sent.replace("<p>1</p>", "one<p>1</p>")).unwrap(),
            r#"/item/body/p[1]: expected "<p>", found "one""#
        );
        assert_eq!(
            difference("<a xmlns='u'/>", "<a xmlns='v'/>").unwrap(),
            r#"/a: expected "<a xmlns=\"u\">", found "<a xmlns=\"v\">""#
        );
        assert_eq!(
            difference("<a/>", "<a xml:lang='en'/>").unwrap(),
            r#"/a/@xml:lang: expected nothing, found "en""#
        );
    }

    #[test]
    fn long_texts_are_cut_to_where_they_differ() {
        let long = |end| {
            format!(
                "<p>{}{end}{}</p>",
                "€ ".repeat(10_000),
                "tail ".repeat(10_000)
            )
        };
        let shown = difference(&long("left"), &long("right")).unwrap();
        assert!(shown.contains("left") && shown.contains("right"), "{shown}");
        assert!(shown.chars().count() < 300, "{shown}");
    }

    #[test]
    fn an_error_says_which_document_it_is_in() {
        assert!(
            !first_difference("<a>", "<a/>")
                .unwrap_err()
                .message
                .contains("stored")
        );
        assert!(
            first_difference("<a/>", "<a>")
                .unwrap_err()
                .message
                .contains("stored")
        );
    }

    #[test]
    fn attributes_are_matched_by_name_even_if_there_are_100_000() {
        let many: String = (0..100_000).map(|i| format!(" a{i}=''")).collect();
        let xml = format!("<a{many}/>");
        assert_same(&xml, &xml);
    }
}
