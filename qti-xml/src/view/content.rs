//! Mixed content, as plain text and as XML.

use std::fmt;
use std::sync::Arc;

use crate::compare::white_space::{WhiteSpace, is_inline};
use crate::parse::dom::{Element, Node};
use crate::parse::lexical::is_white_space;

/// The content of an element: text and markup in their order.
///
/// It shares the parsed document, so that keeping and cloning it is cheap; both renderings are made on demand.
///
/// ```
/// use qti_xml::StimulusView;
///
/// let stimulus = StimulusView::parse(
///     "<qti-assessment-stimulus identifier='s1' title='Rain'>
///        <qti-stimulus-body><h1>Rain</h1><p>It is <em>wet</em> &amp; cold.</p></qti-stimulus-body>
///      </qti-assessment-stimulus>",
/// )?;
/// let body = stimulus.body.unwrap();
/// assert_eq!(body.text(), "Rain\nIt is wet & cold.");
/// assert_eq!(body.xml(), "<h1>Rain</h1><p>It is <em>wet</em> &amp; cold.</p>");
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Content(Arc<Element>);

impl super::Element {
    /// What stands in the element.
    pub fn content(&self) -> Content {
        Content::of(&self.0)
    }
}

impl Content {
    pub(super) fn of(element: &Arc<Element>) -> Self {
        Self(Arc::clone(element))
    }

    /// The content as a reader sees it, without markup.
    ///
    /// Words keep their order and stay apart; each block is a line; an image is its `alt` text, a formula its `alttext`
    /// if it has one; what is to be filled in (a text entry, an inline choice, a gap) is `____`. Feedback and rubrics
    /// inside the content are left out: they are not part of what is first shown, and have their own place in a view.
    pub fn text(&self) -> String {
        let mut text = PlainText {
            text: String::new(),
            pending: Break::None,
        };
        text.content(&self.0, WhiteSpace::Collapse.within(&self.0));
        text.text
    }

    /// The content as XML, with references and prefixes in their plainest form.
    ///
    /// The namespace of the element that holds the content is taken as the default one; all others are declared, so
    /// that the text can be parsed on its own.
    pub fn xml(&self) -> String {
        self.0.inner_xml()
    }

    /// The element that holds the content.
    pub fn element(&self) -> super::Element {
        super::Element::of(&self.0)
    }

    /// Whether there is neither text nor an element.
    pub fn is_empty(&self) -> bool {
        self.0
            .children
            .iter()
            .all(|node| matches!(node, Node::Text(text) if text.chars().all(is_white_space)))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Content").field(&self.xml()).finish()
    }
}

impl fmt::Display for Content {
    /// Writes [`text`](Self::text).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// What must come between the text so far and the next word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Blank,
    Line,
}

struct PlainText {
    text: String,
    pending: Break,
}

impl PlainText {
    fn content(&mut self, element: &Element, white_space: WhiteSpace) {
        for node in &element.children {
            match node {
                Node::Text(text) if white_space == WhiteSpace::Preserve => self.word(text),
                Node::Text(text) => self.words(text),
                Node::Element(child) => self.element(child, white_space),
            }
        }
    }

    fn element(&mut self, element: &Element, white_space: WhiteSpace) {
        match (element.qti_name(), element.local.as_str()) {
            (Some("feedback-inline" | "feedback-block" | "modal-feedback" | "rubric-block"), _) => {
            }
            (Some("text-entry-interaction" | "inline-choice-interaction" | "gap"), _) => {
                self.word("____")
            }
            (None, "script" | "style" | "annotation" | "annotation-xml") => {}
            (None, "img") => self.words(element.attribute("alt").unwrap_or_default()),
            (None, "math") if element.attribute("alttext").is_some() => {
                self.words(element.attribute("alttext").unwrap_or_default());
            }
            _ => {
                let edge = edge(element, white_space);
                self.separate(edge);
                self.content(element, white_space.within(element));
                self.separate(edge);
            }
        }
    }

    fn separate(&mut self, with: Break) {
        self.pending = self.pending.max(with);
    }

    fn words(&mut self, text: &str) {
        if text.starts_with(is_white_space) {
            self.separate(Break::Blank);
        }
        let words = text.split(is_white_space).filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if at > 0 {
                self.separate(Break::Blank);
            }
            self.word(word);
        }
        if text.ends_with(is_white_space) {
            self.separate(Break::Blank);
        }
    }

    fn word(&mut self, word: &str) {
        match self.pending {
            _ if self.text.is_empty() => {}
            Break::None => {}
            Break::Blank => self.text.push(' '),
            Break::Line => self.text.push('\n'),
        }
        self.pending = Break::None;
        self.text.push_str(word);
    }
}

/// What separates an element from its surroundings, which are read in the way of `outer`.
fn edge(element: &Element, outer: WhiteSpace) -> Break {
    let is_apart = matches!(element.local.as_str(), "td" | "th" | "math");
    match is_inline(element) {
        _ if is_apart => Break::Blank,
        true if outer == WhiteSpace::Apart => Break::Blank,
        true => Break::None,
        false => Break::Line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::dom::parse;

    fn text(inner: &str) -> String {
        Content::of(&parse(&format!("<div>{inner}</div>")).unwrap().root).text()
    }

    #[test]
    fn words_keep_their_order_and_boundaries() {
        assert_eq!(
            text(" a <b>b</b>c<i> d</i> \n e&#160;f<!-- x -->g "),
            "a bc d e\u{a0}fg"
        );
        assert_eq!(
            text("<p>1</p>2<p>3<br/>4</p> <ul><li>5</li><li>6</li></ul>"),
            "1\n2\n3\n4\n5\n6"
        );
        assert_eq!(
            text("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"),
            "1 2\n3"
        );
        assert_eq!(text("a <img alt=''/>b <img alt='a  cat'/>."), "a b a cat.");
    }

    #[test]
    fn an_unknown_element_stands_in_its_line() {
        let ssml = "<p xmlns:s='http://www.w3.org/2001/10/synthesis'>Say <s:emphasis>not</s:emphasis> this</p>";
        assert_eq!(text(ssml), "Say not this");
        assert_eq!(text("<p>un<x-part>done</x-part>, so</p>"), "undone, so");
    }

    #[test]
    fn preformatted_text_keeps_its_lines() {
        assert_eq!(
            text("<p>x</p><pre>if a:\n    <b>b</b></pre>y"),
            "x\nif a:\n    b\ny"
        );
    }

    #[test]
    fn formulas_are_their_alttext_or_their_tokens_apart() {
        let math = |attributes| {
            text(&format!(
                "x=<math xmlns='http://www.w3.org/1998/Math/MathML'{attributes}><semantics><mfrac><mn>1</mn><mn>2</mn>\
                 </mfrac><annotation>tex</annotation></semantics></math>!"
            ))
        };
        assert_eq!(math(""), "x= 1 2 !");
        let without_namespace = "x=<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>!";
        assert_eq!(text(without_namespace), "x= 1 2 !");
        assert_eq!(math(" alttext='1/2'"), "x=1/2!");
    }

    #[test]
    fn what_is_filled_in_shows_as_a_blank_and_feedback_does_not_show() {
        let cloze = "2 + <qti-text-entry-interaction/> = <qti-inline-choice-interaction><qti-inline-choice>4</qti-inline-choice>\
                     </qti-inline-choice-interaction>.<qti-feedback-inline>Yes!</qti-feedback-inline>";
        assert_eq!(text(cloze), "2 + ____ = ____.");
    }

    #[test]
    fn only_content_without_text_and_elements_is_empty() {
        let is_empty = |xml| Content::of(&parse(xml).unwrap().root).is_empty();
        assert!(is_empty("<p/>") && is_empty("<p> <!-- x -->\n</p>"));
        assert!(!is_empty("<p><br/></p>") && !is_empty("<p>&#160;</p>"));
    }
}
