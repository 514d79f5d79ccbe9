//! The pieces that a document is read as.

use std::borrow::Cow;
use std::sync::Arc;

/// What a text is checked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A prolog and one root element.
    Document,
    /// What may stand inside an element: text and elements in any number.
    Fragment,
}

/// A checked piece of a document. Comments and processing instructions are checked and left out.
#[derive(Debug)]
pub(crate) enum Token<'a> {
    Start(Tag<'a>),
    End,
    Text(Cow<'a, str>),
}

#[derive(Debug)]
pub(crate) struct Tag<'a> {
    /// Byte offset of its `<`.
    pub(crate) offset: usize,
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) local: &'a str,
    pub(crate) attributes: Vec<TagAttribute<'a>>,
}

#[derive(Debug)]
pub(crate) struct TagAttribute<'a> {
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) prefix: Option<&'a str>,
    pub(crate) local: &'a str,
    pub(crate) value: Cow<'a, str>,
}
