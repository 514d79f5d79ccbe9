//! Any element of a document, with its place: for what the other views do not tell.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::super::dom;
use super::super::error::XmlError;
use super::content::Content;

/// An element of a document, with its attributes, its children and the place where it stands.
///
/// It shares the parsed document, so that keeping and cloning it is cheap. Two elements are equal if they mean the same,
/// wherever they stand.
///
/// ```
/// use timeback_qti::xml::Element;
///
/// let item = Element::parse(
///     "<qti-assessment-item xml:lang='en'>
///        <qti-item-body><p><img src='map.png' alt='A map'/></p></qti-item-body>
///      </qti-assessment-item>",
/// )?;
/// assert_eq!(item.qti_name(), Some("assessment-item"));
/// assert_eq!(item.attribute("xml:lang"), Some("en"));
///
/// let image = item.descendants().find(|element| element.name() == "img").unwrap();
/// assert_eq!(image.attribute("src"), Some("map.png"));
/// assert_eq!((image.line(), image.column()), (2, 26));
/// # Ok::<(), timeback_qti::xml::XmlError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Element(Arc<dom::Element>);

impl Element {
    pub(in crate::xml) fn of(element: &Arc<dom::Element>) -> Self {
        Self(Arc::clone(element))
    }

    /// Reads a document, of QTI or not, and returns its root.
    ///
    /// # Errors
    /// As [`check_well_formed`](crate::xml::check_well_formed).
    pub fn parse(xml: &str) -> Result<Self, XmlError> {
        dom::parse(xml).map(|document| Self(document.root))
    }

    pub(in crate::xml) fn dom(&self) -> &Arc<dom::Element> {
        &self.0
    }

    /// The name without a prefix.
    pub fn name(&self) -> &str {
        &self.0.local
    }

    /// The namespace.
    pub fn namespace(&self) -> Option<&str> {
        self.0.namespace.as_deref()
    }

    /// The name without `qti-`, if it is one of QTI 3's elements.
    ///
    /// An element inside of XHTML that declares its own namespace counts, too: authors mean QTI's.
    pub fn qti_name(&self) -> Option<&str> {
        self.0.qti_name()
    }

    /// The value of an attribute, named with its prefix if it has one: `identifier`, `xml:lang`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All attributes with their values, named with their prefix if they have one, in the document's order.
    pub fn attributes(&self) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
        self.0.attributes.iter().map(|attribute| {
            let name = match &attribute.prefix {
                Some(prefix) => Cow::Owned(format!("{prefix}:{}", attribute.local)),
                None => Cow::Borrowed(attribute.local.as_str()),
            };
            (name, attribute.value.as_str())
        })
    }

    /// The elements directly in this one, in the document's order.
    pub fn children(&self) -> impl Iterator<Item = Self> {
        self.0.elements().map(Self::of)
    }

    /// All elements below this one, in the document's order.
    pub fn descendants(&self) -> impl Iterator<Item = Self> {
        let mut open: Vec<Self> = self.children().collect();
        open.reverse();
        std::iter::from_fn(move || {
            let next = open.pop()?;
            let below = open.len();
            open.extend(next.children());
            open[below..].reverse();
            Some(next)
        })
    }

    /// What stands in the element.
    pub fn content(&self) -> Content {
        Content::of(&self.0)
    }

    /// Line of the element's tag, from 1.
    pub fn line(&self) -> usize {
        self.0.place.0
    }

    /// Column of the element's tag, from 1, counted in characters (not bytes).
    pub fn column(&self) -> usize {
        self.0.place.1
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element")
            .field("name", &self.name())
            .field("line", &self.line())
            .field("column", &self.column())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_come_in_the_order_of_the_document_with_their_places() {
        let root = Element::parse("\u{feff}<a>\n <b><c/>é<d/></b>\r\n<e/></a>").unwrap();
        let found: Vec<_> = root
            .descendants()
            .map(|e| (e.name().to_owned(), e.line(), e.column()))
            .collect();
        let expected = [("b", 2, 2), ("c", 2, 5), ("d", 2, 10), ("e", 3, 1)];
        assert_eq!(found, expected.map(|(n, l, c)| (n.to_owned(), l, c)));
        assert_eq!((root.line(), root.column()), (1, 1));
    }

    #[test]
    fn elements_are_equal_wherever_they_stand() {
        let root = Element::parse("<a><b x='1'/>\n\n<b x='1'/><b x='2'/></a>").unwrap();
        let children: Vec<_> = root.children().collect();
        assert_eq!(children[0], children[1]);
        assert_ne!(children[0], children[2]);
    }

    #[test]
    fn attributes_keep_their_prefix_and_order() {
        let root = Element::parse("<a y='1' xmlns:l='urn:l' l:x='2' xml:lang='en'/>").unwrap();
        let names: Vec<_> = root
            .attributes()
            .map(|(name, _)| name.into_owned())
            .collect();
        assert_eq!(names, ["y", "l:x", "xml:lang"]);
        assert_eq!(root.attribute("x"), None);
    }
}
