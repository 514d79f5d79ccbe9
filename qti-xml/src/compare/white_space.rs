//! Where white space is part of the content: as a browser sees it.
//!
//! Inside a line of text a run of white space counts as one blank, however long it is. At the edges of a block and
//! between blocks it does not count, nor between the elements of a formula or a drawing. Preformatted text keeps each
//! character.

use std::borrow::Cow;

use crate::parse::dom::{Element, Node};
use crate::parse::lexical::is_white_space;
use crate::parse::namespaces::{XHTML, XML};

/// How the text directly in an element is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhiteSpace {
    /// Runs count as one blank, and as nothing at the edges of a block.
    Collapse,
    /// Runs count as one blank, and as nothing beside any element: in MathML and SVG.
    Apart,
    /// A value, where only the edges do not count.
    Trim,
    /// Each character counts.
    Preserve,
}

impl WhiteSpace {
    /// How to read `element`, whose parent is read in this way.
    pub(crate) fn within(self, element: &Element) -> Self {
        let xml_space = element
            .attributes
            .iter()
            .find(|a| a.local == "space" && a.namespace.as_deref() == Some(XML));
        match (xml_space.map(|a| a.value.as_str()), element.local.as_str()) {
            (Some("preserve"), _) | (_, "pre" | "textarea" | "script" | "style") => Self::Preserve,
            (Some("default"), _) => Self::Collapse,
            (_, "qti-value" | "qti-base-value") => Self::Trim,
            (_, "math" | "svg") if self == Self::Collapse => Self::Apart,
            (_, name) if self == Self::Apart && begins_lines(name) => Self::Collapse,
            _ => self,
        }
    }
}

/// A piece of content that counts.
#[derive(Debug)]
pub(crate) enum Piece<'e> {
    Element(&'e Element),
    Text(Cow<'e, str>),
}

/// The content of an element without the white space that does not count.
pub(crate) fn pieces<'e>(element: &'e Element, white_space: WhiteSpace) -> Vec<Piece<'e>> {
    // What stands beside a text: a neighbour, or else the edge of the element that holds both.
    let separates = |neighbour: Option<&Node>| match neighbour {
        Some(Node::Element(neighbour)) => is_inline(neighbour),
        Some(Node::Text(_)) => true,
        None => is_inline(element),
    };
    let nodes = &element.children;
    let piece = |(at, node): (usize, &'e Node)| {
        let text = match node {
            Node::Element(element) => return Some(Piece::Element(element)),
            Node::Text(text) => text.as_str(),
        };
        let counted = match white_space {
            WhiteSpace::Preserve => Cow::Borrowed(text),
            WhiteSpace::Apart => Cow::Owned(collapse(text, false, false)),
            WhiteSpace::Trim => Cow::Borrowed(text.trim_matches(is_white_space)),
            WhiteSpace::Collapse => {
                let before = at.checked_sub(1).and_then(|before| nodes.get(before));
                Cow::Owned(collapse(
                    text,
                    separates(before),
                    separates(nodes.get(at + 1)),
                ))
            }
        };
        (!counted.is_empty()).then_some(Piece::Text(counted))
    };
    nodes.iter().enumerate().filter_map(piece).collect()
}

/// A text with each run of white space as one blank, kept at its start and end only if asked for.
fn collapse(text: &str, keep_start: bool, keep_end: bool) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split(is_white_space).filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() || (keep_start && text.starts_with(is_white_space)) {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    let is_blank = collapsed.is_empty();
    if keep_end && text.ends_with(is_white_space) && (!is_blank || keep_start) {
        collapsed.push(' ');
    }
    collapsed
}

/// Whether the element stands in a line of text, so that white space at its edges separates words.
///
/// It does unless it is known to be a block: taken for a block, an unknown element would hide words that were joined.
pub(crate) fn is_inline(element: &Element) -> bool {
    if let Some(name) = element.qti_name() {
        return is_inline_qti(name);
    }
    // Content in QTI's namespace or in none is XHTML.
    let namespace = element.namespace.as_deref().unwrap_or(XHTML);
    let is_html = namespace == XHTML || namespace.contains("/imsqti");
    let is_drawn = namespace.ends_with("/MathML") || namespace.ends_with("/svg");
    !(is_html && is_block_html(&element.local)
        || (is_html || is_drawn) && begins_lines(&element.local))
}

/// Whether the text in this part of a formula or a drawing is one in lines again.
fn begins_lines(name: &str) -> bool {
    matches!(name, "mtext" | "annotation-xml" | "text" | "foreignObject")
}

/// QTI's own elements are blocks and parts of blocks, but for these.
fn is_inline_qti(name: &str) -> bool {
    matches!(
        name,
        "text-entry-interaction"
            | "inline-choice-interaction"
            | "end-attempt-interaction"
            | "custom-interaction"
            | "portable-custom-interaction"
            | "hottext"
            | "gap"
            | "feedback-inline"
            | "template-inline"
            | "printed-variable"
    )
}

/// XHTML's blocks, the parts of its lists and tables, and what ends a line.
fn is_block_html(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "base"
            | "blockquote"
            | "body"
            | "br"
            | "caption"
            | "center"
            | "col"
            | "colgroup"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "link"
            | "main"
            | "menu"
            | "meta"
            | "nav"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "param"
            | "pre"
            | "script"
            | "search"
            | "section"
            | "source"
            | "style"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "title"
            | "tr"
            | "track"
            | "ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_ends_are_kept_only_where_they_separate() {
        assert_eq!(collapse("\n a \t b\r\n", true, true), " a b ");
        assert_eq!(collapse(" a b ", false, true), "a b ");
        assert_eq!(collapse(" a b ", true, false), " a b");
        assert_eq!(collapse(" \n ", true, true), " ");
        assert_eq!(collapse(" \n ", true, false), "");
        assert_eq!(collapse("\u{a0}a ", false, false), "\u{a0}a");
    }
}
