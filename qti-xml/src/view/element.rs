//! Any element of a document, with its place: for what the other views do not tell.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::XmlError;
use crate::parse::dom;

/// An element of a document, with its attributes, its children and the place where it stands.
///
/// It shares the parsed document, so that keeping and cloning it is cheap. Two elements are equal if they mean the same,
/// wherever they stand.
///
/// ```
/// use qti_xml::Element;
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
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Element(pub(super) Arc<dom::Element>);

impl Element {
    pub(crate) fn of(element: &Arc<dom::Element>) -> Self {
        Self(Arc::clone(element))
    }

    /// Reads a document, of QTI or not, and returns its root.
    ///
    /// # Errors
    /// As [`check_well_formed`](crate::check_well_formed).
    pub fn parse(xml: &str) -> Result<Self, XmlError> {
        dom::parse(xml).map(|document| Self(document.root))
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
            .find(|attribute| attribute.name() == name)
            .map(|attribute| attribute.value())
    }

    /// All attributes, in the document's order.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.0.attributes.iter().map(Attribute)
    }

    /// The elements and texts directly in this one, in the document's order.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        self.0.children.iter().map(|node| match node {
            dom::Node::Element(element) => Node::Element(Self::of(element)),
            dom::Node::Text(text) => Node::Text(text),
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

    /// All text in the element, as it stands.
    pub fn text(&self) -> String {
        self.0.string_value()
    }

    /// The element as XML that means the same wherever it stands: all of its namespaces are declared, its attributes keep
    /// their prefixes, and comments and processing instructions are left out.
    ///
    /// ```
    /// use qti_xml::Element;
    ///
    /// let root = Element::parse("<m:a xmlns:m='urn:m'><m:b>1 &#60; 2<!-- so it is --></m:b></m:a>")?;
    /// let b = root.children().next().unwrap();
    /// assert_eq!(b.xml(), r#"<b xmlns="urn:m">1 &lt; 2</b>"#);
    /// # Ok::<(), qti_xml::XmlError>(())
    /// ```
    pub fn xml(&self) -> String {
        self.0.outer_xml()
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

/// What stands in an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'e> {
    /// An element.
    Element(Element),
    /// Text as it is meant, with no other text beside it: references and CDATA sections are resolved.
    Text(&'e str),
}

/// An attribute of an element. Two are equal if they mean the same, whatever their prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attribute<'e>(&'e dom::Attribute);

impl<'e> Attribute<'e> {
    /// The name, with the document's prefix if it has one.
    pub fn name(&self) -> Cow<'e, str> {
        match &self.0.prefix {
            Some(prefix) => Cow::Owned(format!("{prefix}:{}", self.0.local)),
            None => Cow::Borrowed(self.0.local.as_str()),
        }
    }

    /// The name without a prefix.
    pub fn local_name(&self) -> &'e str {
        &self.0.local
    }

    /// The namespace; without a prefix there is none.
    pub fn namespace(&self) -> Option<&'e str> {
        self.0.namespace.as_deref()
    }

    /// The value.
    pub fn value(&self) -> &'e str {
        &self.0.value
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
            .map(|attribute| attribute.name().into_owned())
            .collect();
        assert_eq!(names, ["y", "l:x", "xml:lang"]);
        assert_eq!(root.attribute("x"), None);
    }
}
