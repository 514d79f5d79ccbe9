//! A small owned tree of a document, with namespaces resolved and text as it is meant.
//!
//! Comments, processing instructions, prefixes of elements and the spelling of text (references, CDATA) are gone.
//! Elements are shared, so that a view can keep parts of the tree at no cost. The reader bounds the depth, which is
//! what makes the recursion here (and in drop, clone and comparison) safe.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::namespaces::XHTML;
use super::reader::Reader;
use super::token::{Form, Tag, TagAttribute, Token};
use crate::error::{Lines, XmlError};

#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) local: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Node>,
    /// Line and column of its tag.
    pub(crate) place: (usize, usize),
}

/// The place is not part of what an element means.
impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        (&self.namespace, &self.local) == (&other.namespace, &other.local)
            && self.attributes == other.attributes
            && self.children == other.children
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Element(Arc<Element>),
    /// Never empty, and never beside another text.
    Text(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) namespace: Option<Arc<str>>,
    /// The document's prefix for the namespace, kept to write and name the attribute as the author did.
    pub(crate) prefix: Option<String>,
    pub(crate) local: String,
    pub(crate) value: String,
}

/// The prefix is not part of what an attribute means.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.value == other.value
    }
}

impl Attribute {
    /// Namespace and local name.
    pub(crate) fn name(&self) -> (Option<&str>, &str) {
        (self.namespace.as_deref(), &self.local)
    }
}

/// A document's root element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    pub(crate) root: Arc<Element>,
    /// Byte offset of the root's tag, for errors about it.
    pub(crate) root_offset: usize,
}

/// Builds the tree of a document, which must be well-formed.
pub(crate) fn parse(xml: &str) -> Result<Document, XmlError> {
    let mut reader = Reader::new(xml, Form::Document)?;
    let mut root_offset = None;
    // Stands for the document itself, so that every element has a parent.
    let mut open = vec![Element::named(None, "")];
    let mut lines = Lines::of(reader.text());
    while let Some(token) = reader.next()? {
        match token {
            Token::Start(tag) => {
                root_offset.get_or_insert(tag.offset);
                let place = lines.place(tag.offset);
                open.push(Element {
                    place,
                    ..Element::from(tag)
                });
            }
            Token::Text(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.push_text(text);
                }
            }
            Token::End => {
                if let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(Node::Element(Arc::new(element)));
                }
            }
        }
    }
    let root = open
        .first()
        .and_then(|document| document.elements().next().cloned());
    Ok(Document {
        // A document that the reader let pass has a root.
        root: root.unwrap_or_else(|| Arc::new(Element::named(None, ""))),
        root_offset: root_offset.unwrap_or_default(),
    })
}

impl Element {
    fn named(namespace: Option<Arc<str>>, local: &str) -> Self {
        Self {
            namespace,
            local: local.to_owned(),
            attributes: Vec::new(),
            children: Vec::new(),
            place: (1, 1),
        }
    }

    fn push_text(&mut self, text: Cow<'_, str>) {
        match self.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => before.push_str(&text),
            _ => self.children.push(Node::Text(text.into_owned())),
        }
    }

    /// The value of an attribute without namespace.
    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        let mut plain = self
            .attributes
            .iter()
            .filter(|attribute| attribute.namespace.is_none());
        plain
            .find(|attribute| attribute.local == local)
            .map(|attribute| attribute.value.as_str())
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Arc<Element>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Visits all elements below this one in document order. `Break` leaves out what is below the visited one.
    pub(crate) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Arc<Element>) -> ControlFlow<()>) {
        for element in self.elements() {
            if visit(element).is_continue() {
                element.walk(visit);
            }
        }
    }

    /// All text in the element, as it stands.
    pub(crate) fn string_value(&self) -> String {
        let mut value = String::new();
        self.add_string_value(&mut value);
        value
    }

    fn add_string_value(&self, value: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => value.push_str(text),
                Node::Element(element) => element.add_string_value(value),
            }
        }
    }

    /// The element's name without `qti-`, if it is one of QTI's.
    ///
    /// QTI elements inside of XHTML that declares its own namespace belong to that namespace by the letter; authors mean
    /// QTI's, which has the prefix in each name for that reason.
    pub(crate) fn qti_name(&self) -> Option<&str> {
        let is_qti = |namespace: &str| namespace == XHTML || namespace.contains("/imsqti");
        self.namespace
            .as_deref()
            .is_none_or(is_qti)
            .then(|| self.local.strip_prefix("qti-"))
            .flatten()
    }
}

impl From<Tag<'_>> for Element {
    fn from(tag: Tag<'_>) -> Self {
        let attributes = tag.attributes.into_iter().map(Attribute::from).collect();
        Self {
            attributes,
            ..Self::named(tag.namespace, tag.local)
        }
    }
}

impl From<TagAttribute<'_>> for Attribute {
    fn from(attribute: TagAttribute<'_>) -> Self {
        Self {
            namespace: attribute.namespace,
            prefix: attribute.prefix.map(str::to_owned),
            local: attribute.local.to_owned(),
            value: attribute.value.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(xml: &str) -> Arc<Element> {
        parse(xml).unwrap().root
    }

    #[test]
    fn text_is_one_node_however_it_was_written() {
        let element = root("<a>1 &lt;<!-- c --> 2<?pi?><![CDATA[ & ]]]]><![CDATA[>]]>&#x33;</a>");
        assert_eq!(element.children, [Node::Text("1 < 2 & ]]>3".into())]);
    }

    #[test]
    fn line_ends_are_normalized_as_xml_demands() {
        assert_eq!(root("<a>1\r\n2\r3&#13;</a>").string_value(), "1\n2\n3\r");
    }

    #[test]
    fn names_carry_their_namespace_not_their_prefix() {
        let prefixed = root("<p:a xmlns:p='urn:p' p:x='1' y='2'><b xmlns='urn:b'/><c/></p:a>");
        let plain = root(
            "<a xmlns='urn:p' xmlns:q='urn:p' q:x='1' y='2'><q:b xmlns:q='urn:b'/><c xmlns=''/></a>",
        );
        assert_eq!(prefixed, plain);
        assert_eq!(prefixed.attribute("y"), Some("2"));
        assert_eq!(prefixed.attribute("x"), None, "it has a namespace");
    }

    #[test]
    fn qti_names_are_those_of_qti_namespaces() {
        let name = |xml: &str| root(xml).qti_name().map(str::to_owned);
        assert_eq!(name("<qti-prompt/>").as_deref(), Some("prompt"));
        assert_eq!(
            name("<x:qti-prompt xmlns:x='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>")
                .as_deref(),
            Some("prompt")
        );
        assert_eq!(
            name("<qti-prompt xmlns='http://www.w3.org/1999/xhtml'/>").as_deref(),
            Some("prompt")
        );
        assert_eq!(name("<qti-prompt xmlns='urn:other'/>"), None);
        assert_eq!(name("<p/>"), None);
    }
}
