//! XML as a small tree: read strictly, written readably.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper documents are refused, so that none can exhaust the stack.
const MAX_DEPTH: usize = 100;

/// The declaration that generated documents begin with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

impl Element {
    pub(crate) fn new(name: impl Into<String>) -> Element {
        Element {
            name: name.into(),
            ..Element::default()
        }
    }

    /// Sets an attribute.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Element {
        self.attributes.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets an attribute if there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl ToString>) -> Element {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Appends text.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Element {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// Appends an element.
    pub(crate) fn child(mut self, child: Element) -> Element {
        self.push(child);
        self
    }

    /// Appends elements.
    pub(crate) fn all(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children
            .extend(children.into_iter().map(Node::Element));
        self
    }

    pub(crate) fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The elements directly below.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements of this name directly below.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.name == name)
    }

    /// Itself and all elements below, in the document's order.
    pub(crate) fn descendants(&self) -> Box<dyn Iterator<Item = &Element> + '_> {
        Box::new(std::iter::once(self).chain(self.elements().flat_map(Element::descendants)))
    }

    /// All text below, as it stands.
    pub(crate) fn full_text(&self) -> String {
        self.children
            .iter()
            .map(|node| match node {
                Node::Element(element) => element.full_text(),
                Node::Text(text) => text.clone(),
            })
            .collect()
    }

    /// The XML of this element as a document.
    pub(crate) fn to_document(&self) -> String {
        let mut xml = String::from(DECLARATION);
        self.write(&mut xml, Some(0));
        // Thousands of documents are kept. The spare capacity that writing leaves would double their memory.
        xml.shrink_to_fit();
        xml
    }

    /// The XML of what stands inside this element.
    pub(crate) fn inner_xml(&self) -> String {
        let mut xml = String::new();
        for child in &self.children {
            child.write(&mut xml, None);
        }
        xml
    }

    /// Writes the element. Lines are indented where white space has no meaning: between QTI's own elements.
    fn write(&self, xml: &mut String, indent: Option<usize>) {
        let _ = write!(xml, "<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(xml, " {name}=\"{}\"", escape(value, &['\t', '\n', '\r']));
        }
        if self.children.is_empty() {
            xml.push_str("/>");
            return;
        }
        xml.push('>');
        let structural = |node: &Node| matches!(node, Node::Element(element) if element.name.starts_with("qti-"));
        let below = indent
            .filter(|_| self.name.starts_with("qti-") && self.children.iter().all(structural))
            .map(|depth| depth + 1);
        for child in &self.children {
            if let Some(depth) = below {
                let _ = write!(xml, "\n{:1$}", "", depth * 2);
            }
            child.write(xml, below);
        }
        if let Some(depth) = below {
            let _ = write!(xml, "\n{:1$}", "", (depth - 1) * 2);
        }
        let _ = write!(xml, "</{}>", self.name);
    }
}

impl Node {
    fn write(&self, xml: &mut String, indent: Option<usize>) {
        match self {
            Node::Element(element) => element.write(xml, indent),
            Node::Text(text) => xml.push_str(&escape(text, &['\r'])),
        }
    }
}

/// Escapes text, and this white space, which a reader of the XML would otherwise change.
fn escape(text: &str, white_space: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ if white_space.contains(&character) => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Whether XML 1.0 can express the text.
pub(crate) fn can_hold(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..))
}

/// Whether the text can name an element or an attribute.
pub(crate) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}

/// Parses a document, which must be well-formed and have one root element. The error says what is wrong and at which
/// byte.
pub(crate) fn parse(xml: &str) -> Result<Element, String> {
    if !can_hold(xml) {
        return Err("a character that XML cannot hold".to_owned());
    }
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{FEFF}'));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| at(&reader, error))?;
        match event {
            Event::Start(start) => {
                if root.is_some() {
                    return Err(at(&reader, "a second root element"));
                }
                if open.len() == MAX_DEPTH {
                    return Err(at(
                        &reader,
                        format!("elements are nested deeper than {MAX_DEPTH}"),
                    ));
                }
                open.push(element(&start).map_err(|error| at(&reader, error))?);
            }
            Event::Empty(start) => {
                let element = element(&start).map_err(|error| at(&reader, error))?;
                close(element, &mut open, &mut root).map_err(|error| at(&reader, error))?;
            }
            Event::End(_) => {
                // The reader has checked that the names match, so there is an open element.
                let element = open.pop().unwrap_or_default();
                close(element, &mut open, &mut root).map_err(|error| at(&reader, error))?;
            }
            Event::Text(text) => {
                let text = text.xml10_content().into_owned();
                if text.contains("]]>") {
                    return Err(at(&reader, "]]> in text"));
                }
                append(&mut open, text).map_err(|error| at(&reader, error))?;
            }
            Event::CData(text) => append(&mut open, text.xml10_content().into_owned())
                .map_err(|error| at(&reader, error))?,
            Event::GeneralRef(reference) => {
                let resolved = match reference
                    .resolve_char_ref()
                    .map_err(|error| at(&reader, error))?
                {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(&reference.xml10_content())
                        .ok_or_else(|| {
                            at(
                                &reader,
                                format!(
                                    "the entity &{}; is not declared",
                                    reference.xml10_content()
                                ),
                            )
                        })?
                        .to_owned(),
                };
                append(&mut open, resolved).map_err(|error| at(&reader, error))?;
            }
            Event::DocType(_) => return Err(at(&reader, "a DOCTYPE is not allowed")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match (open.pop(), root) {
        (Some(element), _) => Err(format!("the element <{}> is not closed", element.name)),
        (None, root) => root.ok_or_else(|| "there is no root element".to_owned()),
    }
}

/// Parses what may stand inside an element: text and elements.
pub(crate) fn parse_fragment(xml: &str) -> Result<Vec<Node>, String> {
    parse(&format!("<fragment>{xml}</fragment>")).map(|root| root.children)
}

fn at(reader: &Reader<&[u8]>, error: impl std::fmt::Display) -> String {
    format!("{error} (at byte {})", reader.buffer_position())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.name().as_ref().to_owned();
    if !is_name(&name) {
        return Err(format!("{name:?} is not a name"));
    }
    let mut element = Element::new(name);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.as_ref().to_owned();
        if !is_name(&name) || attribute.value.contains('<') {
            return Err(format!("the attribute {name:?} is not well-formed"));
        }
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}

fn close(
    element: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
) -> Result<(), &'static str> {
    match (open.last_mut(), &root) {
        (Some(parent), _) => parent.push(element),
        (None, None) => *root = Some(element),
        (None, Some(_)) => return Err("a second root element"),
    }
    Ok(())
}

fn append(open: &mut [Element], text: String) -> Result<(), &'static str> {
    match open.last_mut() {
        Some(parent) => match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(&text),
            _ => parent.children.push(Node::Text(text)),
        },
        None if text.trim().is_empty() => {}
        None => return Err("text outside the root element"),
    }
    Ok(())
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
