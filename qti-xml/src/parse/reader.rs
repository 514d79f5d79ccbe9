//! A pull parser that checks all of well-formedness: quick-xml finds the tokens, this judges them.
//!
//! It reads from memory only and expands nothing but the five entities and character numbers, so that neither external
//! entities nor entity bombs exist for it. Depth, size and the number of nodes are bounded.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use quick_xml::Reader as Tokenizer;
use quick_xml::errors::{Error as TokenError, IllFormedError};
use quick_xml::events::Event;
use quick_xml::events::attributes::{AttrError, Attributes};

use super::lexical::{attribute_value, is_white_space, is_xml_char, resolve_reference, split_name};
use super::namespaces::Namespaces;
use super::token::{Form, Tag, TagAttribute, Token};
use crate::error::{XmlError, XmlErrorKind, place, quoted, without_mark};

/// Deepest nesting accepted. Bounds the recursion of all that walks a tree.
pub(crate) const DEEPEST: usize = 256;
/// Largest text accepted, in bytes.
const LARGEST: usize = 64 << 20;
/// Most elements and attributes accepted, together.
const MOST_NODES: usize = 1_000_000;

pub(crate) struct Reader<'a> {
    /// The text after its byte order mark.
    xml: &'a str,
    pub(crate) form: Form,
    tokens: Tokenizer<&'a [u8]>,
    namespaces: Namespaces<'a>,
    /// Name and offset of each open element.
    open: Vec<(&'a str, usize)>,
    /// An element without content was started: its end comes next.
    ends_at_once: bool,
    pub(crate) seen_root: bool,
    pub(crate) seen_doctype: bool,
    /// The declared encoding and its place: what it says of the text is not judged here.
    pub(crate) encoding: Option<(usize, String)>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(xml: &'a str, form: Form) -> Result<Self, XmlError> {
        let xml = without_mark(xml);
        let mut tokens = Tokenizer::from_str(xml);
        let config = tokens.config_mut();
        config.check_comments = true;
        // End tags are matched here, where the place of the start tag is known.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let reader = Self {
            xml,
            form,
            tokens,
            namespaces: Namespaces::new(),
            open: Vec::new(),
            ends_at_once: false,
            seen_root: false,
            seen_doctype: false,
            encoding: None,
            nodes: 0,
        };
        if xml.len() > LARGEST {
            return Err(reader.limit(0, format!("the document is larger than {LARGEST} bytes")));
        }
        // A second mark would vanish in the tokenizer and shift every place after it.
        let allowed = |(at, c)| is_xml_char(c) && (at > 0 || c != '\u{feff}');
        match xml.char_indices().find(|&found| !allowed(found)) {
            Some((at, c)) => Err(reader.malformed(
                at,
                format!("the character U+{:04X} cannot stand here", u32::from(c)),
            )),
            None => Ok(reader),
        }
    }

    /// The next piece, `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, XmlError> {
        if self.ends_at_once {
            self.ends_at_once = false;
            self.leave();
            return Ok(Some(Token::End));
        }
        loop {
            let start = self.position();
            let event = self
                .tokens
                .read_event()
                .map_err(|error| self.token_error(&error))?;
            let raw = &self.xml[start..self.position()];
            let token = match event {
                Event::Start(_) => Token::Start(self.start(start, &raw[1..raw.len() - 1])?),
                Event::Empty(_) => {
                    self.ends_at_once = true;
                    Token::Start(self.start(start, &raw[1..raw.len() - 2])?)
                }
                Event::End(_) => self.end(start, &raw[2..raw.len() - 1])?,
                Event::Text(text) => {
                    self.check_text(start, raw)?;
                    if self.open.is_empty() && self.form == Form::Document {
                        continue;
                    }
                    Token::Text(text.xml10_content())
                }
                Event::CData(text) => {
                    self.check_inside(start, "a CDATA section")?;
                    Token::Text(text.xml10_content())
                }
                Event::GeneralRef(reference) => {
                    self.check_inside(start, "a reference")?;
                    let c = resolve_reference(&reference).map_err(|problem| {
                        self.malformed(start, format!("{} {problem}", quoted(raw)))
                    })?;
                    Token::Text(Cow::Owned(c.to_string()))
                }
                Event::Comment(_) => continue,
                Event::PI(pi) => {
                    self.check_instruction(start, pi.target())?;
                    continue;
                }
                Event::Decl(_) => {
                    self.check_declaration(start, raw)?;
                    continue;
                }
                Event::DocType(_) => {
                    self.check_doctype(start, raw)?;
                    continue;
                }
                Event::Eof => return self.finish().map(|()| None),
            };
            return Ok(Some(token));
        }
    }

    /// `content` is what stands between `<` and `>` or `/>`.
    fn start(&mut self, offset: usize, content: &'a str) -> Result<Tag<'a>, XmlError> {
        if self.open.is_empty() && self.form == Form::Document && self.seen_root {
            return Err(self.malformed(
                offset,
                "a document has one root element, this is a second".into(),
            ));
        }
        if self.open.len() == DEEPEST {
            return Err(self.limit(offset, format!("elements are nested deeper than {DEEPEST}")));
        }
        self.seen_root = true;
        self.count_node(offset)?;
        let name = content.split(is_white_space).next().unwrap_or_default();
        let (prefix, local) = self.split(offset, name)?;
        self.open.push((name, offset));
        let attributes = self.attributes(Attributes::new(content, name.len()), offset)?;
        let namespace = match prefix {
            None => self.namespaces.default_namespace(),
            Some(prefix) => Some(self.namespace_of(offset, prefix)?),
        };
        Ok(Tag {
            offset,
            namespace,
            local,
            attributes,
        })
    }

    fn attributes(
        &mut self,
        found: Attributes<'a>,
        tag: usize,
    ) -> Result<Vec<TagAttribute<'a>>, XmlError> {
        let mut plain = Vec::new();
        for attribute in found {
            let attribute = attribute.map_err(|error| self.attribute_error(tag, error))?;
            let name = attribute.key.into_inner();
            let offset = self.offset_of(name);
            self.count_node(offset)?;
            self.check_separated(offset)?;
            let (prefix, local) = self.split(offset, name)?;
            let value_offset = self.offset_of(&attribute.value);
            let value = attribute_value(attribute.value).map_err(|bad| {
                let reference = bad
                    .reference
                    .map(|name| format!("{} ", quoted(&format!("&{name};"))));
                self.malformed(
                    value_offset + bad.offset,
                    reference.unwrap_or_default() + &bad.problem,
                )
            })?;
            let declares = match (prefix, local) {
                (None, "xmlns") => Some(""),
                (Some("xmlns"), local) => Some(local),
                _ => None,
            };
            match declares {
                Some(declared) => {
                    let bound = self.namespaces.bind(declared, &value, self.open.len());
                    bound.map_err(|problem| self.malformed(offset, problem.into()))?;
                }
                None => plain.push((offset, prefix, local, value)),
            }
        }
        // Only now are all declarations of the tag known.
        let mut attributes = Vec::with_capacity(plain.len());
        let mut seen = HashSet::new();
        for (offset, prefix, local, value) in plain {
            let namespace = match prefix {
                None => None,
                Some(prefix) => {
                    let namespace = self.namespace_of(offset, prefix)?;
                    // Equal qualified names are found by the tokenizer, equal names behind two prefixes are not.
                    if !seen.insert((Arc::clone(&namespace), local)) {
                        return Err(self.malformed(
                            offset,
                            format!("the attribute {} stands twice", quoted(local)),
                        ));
                    }
                    Some(namespace)
                }
            };
            attributes.push(TagAttribute {
                namespace,
                prefix,
                local,
                value,
            });
        }
        Ok(attributes)
    }

    /// `name` is what stands between `</` and `>`.
    fn end(&mut self, offset: usize, name: &str) -> Result<Token<'a>, XmlError> {
        let name = name.trim_end_matches(is_white_space);
        match self.open.last() {
            Some((expected, _)) if *expected == name => {
                self.leave();
                Ok(Token::End)
            }
            Some((expected, opened)) => {
                let (line, column) = place(self.xml, *opened);
                let expected = quoted(expected);
                let message = format!(
                    "the end tag {} stands where that of {expected} (line {line}, column {column}) is due",
                    quoted(name)
                );
                Err(self.malformed(offset, message))
            }
            None => Err(self.malformed(
                offset,
                format!("the end tag {} has no start tag", quoted(name)),
            )),
        }
    }

    fn leave(&mut self) {
        self.namespaces.leave(self.open.len());
        self.open.pop();
    }

    fn check_text(&self, start: usize, raw: &str) -> Result<(), XmlError> {
        if let Some(at) = raw.find("]]>") {
            return Err(self.malformed(start + at, "`]]>` in text is written ]]&gt;".into()));
        }
        match raw.find(|c| !is_white_space(c)) {
            Some(at) => self.check_inside(start + at, "text"),
            None => Ok(()),
        }
    }

    fn check_inside(&self, offset: usize, what: &str) -> Result<(), XmlError> {
        if self.open.is_empty() && self.form == Form::Document {
            return Err(self.malformed(offset, format!("{what} stands outside the root element")));
        }
        Ok(())
    }

    pub(crate) fn check_separated(&self, attribute: usize) -> Result<(), XmlError> {
        if !self.xml[..attribute].ends_with(is_white_space) {
            return Err(self.malformed(
                attribute,
                "white space is missing before this attribute".into(),
            ));
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), XmlError> {
        if let Some((name, offset)) = self.open.last() {
            return Err(self.malformed(
                *offset,
                format!("the element {} is never closed", quoted(name)),
            ));
        }
        if self.form == Form::Document && !self.seen_root {
            return Err(self.malformed(self.xml.len(), "the document has no root element".into()));
        }
        Ok(())
    }

    fn split(&self, offset: usize, name: &'a str) -> Result<(Option<&'a str>, &'a str), XmlError> {
        split_name(name)
            .ok_or_else(|| self.malformed(offset, format!("{} is not a name", quoted(name))))
    }

    fn namespace_of(&self, offset: usize, prefix: &str) -> Result<Arc<str>, XmlError> {
        let unbound = || {
            self.malformed(
                offset,
                format!("the prefix {} is not bound to a namespace", quoted(prefix)),
            )
        };
        self.namespaces.of_prefix(prefix).ok_or_else(unbound)
    }

    fn count_node(&mut self, offset: usize) -> Result<(), XmlError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(self.limit(
                offset,
                format!("the document has more than {MOST_NODES} elements and attributes"),
            ));
        }
        Ok(())
    }

    /// The text after its byte order mark, in which all offsets count.
    pub(crate) fn text(&self) -> &'a str {
        self.xml
    }

    /// The offset after the last piece.
    pub(crate) fn position(&self) -> usize {
        as_offset(self.tokens.buffer_position())
    }

    /// Where a slice of the text starts in it.
    pub(crate) fn offset_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize)
            .saturating_sub(self.xml.as_ptr() as usize)
            .min(self.xml.len())
    }

    pub(crate) fn malformed(&self, offset: usize, message: String) -> XmlError {
        self.error(offset, XmlErrorKind::Malformed, message)
    }

    fn limit(&self, offset: usize, message: String) -> XmlError {
        self.error(offset, XmlErrorKind::Limit, message)
    }

    pub(crate) fn error(&self, offset: usize, kind: XmlErrorKind, message: String) -> XmlError {
        XmlError::at(self.xml, offset, kind, message)
    }

    fn token_error(&self, error: &TokenError) -> XmlError {
        let message = match error {
            TokenError::IllFormed(IllFormedError::UnclosedReference) => {
                "a bare ampersand is written &amp;".into()
            }
            TokenError::IllFormed(error) => error.to_string(),
            TokenError::Syntax(error) => error.to_string(),
            other => other.to_string(),
        };
        self.malformed(as_offset(self.tokens.error_position()), message)
    }

    /// `tag` is the offset of the tag's `<`, after which the tokenizer counts.
    pub(crate) fn attribute_error(&self, tag: usize, error: AttrError) -> XmlError {
        let (at, message) = match error {
            AttrError::ExpectedEq(at) => (at, "an attribute is written name=\"value\""),
            AttrError::ExpectedValue(at) => (at, "the attribute has no value"),
            AttrError::UnquotedValue(at) => (at, "the attribute's value is not quoted"),
            AttrError::ExpectedQuote(at, _) => (at, "the attribute's value has no closing quote"),
            AttrError::Duplicated(at, _) => (at, "the attribute stands twice"),
        };
        self.malformed(tag + 1 + at, message.into())
    }
}

/// The text is in memory, so that its offsets fit.
fn as_offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
