//! Whether two documents say the same: what was sent, and what was stored of it.

mod all;
mod excerpt;
mod in_one_way;
pub(crate) mod white_space;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use self::excerpt::{excerpt, excerpts};
use self::white_space::{Piece, WhiteSpace, pieces};
use crate::error::XmlError;
use crate::parse::dom::{Attribute, Element, parse};

pub use all::{differences, differences_of_tests};
pub use in_one_way::first_difference_of_tests;

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
/// Not compared is what does not change the meaning: white space between blocks and at their edges, the length of a run
/// of white space in text, the order of attributes, comments and processing instructions, the prolog, the choice of
/// prefixes, references and CDATA sections as ways to write text. Compared is white space that separates words
/// (`Hello <b>world</b>`), each character in `pre` and under `xml:space="preserve"`, and the inside of `qti-value`. An
/// element that is neither XHTML's nor QTI's is taken for a word of the line, so white space beside it is compared, too.
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
    let (sent, stored) = prepared(sent, stored, prepare)?;
    let difference = compare_elements(&sent, &stored, WhiteSpace::Collapse);
    Ok(difference.map(|below| below.under(&sent.local)))
}

/// Both documents, after something was taken from them.
fn prepared(
    sent: &str,
    stored: &str,
    prepare: impl Fn(&mut Arc<Element>),
) -> Result<(Arc<Element>, Arc<Element>), XmlError> {
    let mut sent = parse(sent)?.root;
    let stored = parse(stored).map_err(|error| XmlError {
        message: format!("in the stored document: {}", error.message),
        ..error
    })?;
    let mut stored = stored.root;
    prepare(&mut sent);
    prepare(&mut stored);
    Ok((sent, stored))
}

impl Difference {
    fn under(self, step: &str) -> Self {
        self.under_path(&format!("/{step}"))
    }

    fn under_path(mut self, path: &str) -> Self {
        self.path.insert_str(0, path);
        self
    }
}

/// Paths are written from the inside out, once a difference is found: here without the element's own step.
fn compare_elements(sent: &Element, stored: &Element, outer: WhiteSpace) -> Option<Difference> {
    if !same_name(sent, stored) {
        return Some(tags(sent, stored, String::new()));
    }
    let attributes = attribute_differences(sent, stored).next();
    attributes.or_else(|| compare_content(sent, stored, outer.within(sent)))
}

fn same_name(sent: &Element, stored: &Element) -> bool {
    sent.local == stored.local && sent.namespace == stored.namespace
}

/// Two elements of different names.
fn tags(sent: &Element, stored: &Element, path: String) -> Difference {
    Difference {
        path,
        expected: Some(tag(sent, stored)),
        found: Some(tag(stored, sent)),
    }
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

/// Attributes that one of the two lacks or has otherwise: first those that were sent.
fn attribute_differences<'e>(
    sent: &'e Element,
    stored: &'e Element,
) -> impl Iterator<Item = Difference> + use<'e> {
    let (sent_by_name, stored_by_name) = (by_name(sent), by_name(stored));
    let changed = sent.attributes.iter().filter_map(move |attribute| {
        let found = stored_by_name.get(&attribute.name());
        let found = found.map(|found| found.value.as_str());
        let expected = Some(attribute.value.as_str());
        (found != expected).then(|| attribute_difference(attribute, expected, found))
    });
    let added = stored.attributes.iter().filter_map(move |attribute| {
        let is_added = !sent_by_name.contains_key(&attribute.name());
        is_added.then(|| attribute_difference(attribute, None, Some(&attribute.value)))
    });
    changed.chain(added)
}

fn attribute_difference(
    attribute: &Attribute,
    expected: Option<&str>,
    found: Option<&str>,
) -> Difference {
    let prefix = attribute.prefix.as_ref();
    let prefix = prefix
        .map(|prefix| format!("{prefix}:"))
        .unwrap_or_default();
    let (expected, found) = excerpts(expected, found);
    Difference {
        path: format!("/@{prefix}{}", attribute.local),
        expected,
        found,
    }
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
            return Some(below.under(&steps(longer)[at].to_string()));
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
}

/// The steps of a path that lead to these siblings; the number is left out where the name is the only one of its kind.
fn steps<'a>(pieces: &[Piece<'a>]) -> Vec<Step<'a>> {
    let mut counts = HashMap::new();
    let numbered = pieces.iter().map(|piece| {
        let Piece::Element(element) = piece else {
            return (None, 0);
        };
        let count = counts.entry(element.local.as_str()).or_insert(0_usize);
        *count += 1;
        (Some(element.local.as_str()), *count)
    });
    let numbered: Vec<_> = numbered.collect();
    let number = |(name, number): (Option<&'a str>, usize)| Step {
        name,
        number: name.filter(|name| counts[name] > 1).map(|_| number),
    };
    numbered.into_iter().map(number).collect()
}

/// A step of a path, to an element of a name or to text.
struct Step<'a> {
    name: Option<&'a str>,
    number: Option<usize>,
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.unwrap_or("text()"))?;
        match self.number {
            Some(number) => write!(f, "[{number}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
