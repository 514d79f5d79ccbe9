//! What the API's own entities need of their XML besides its views.

use std::sync::Arc;

use super::compare::{Difference, first_difference_of};
use super::dom::{Attribute, Element, Node, parse};
use super::error::XmlError;
use super::reader::{Form, Reader, Token};

/// The identifier of a document's root, `None` if it has none.
///
/// # Errors
/// When the document is not well-formed.
///
/// ```
/// use timeback_qti::xml::root_identifier;
///
/// assert_eq!(root_identifier("<qti-assessment-item identifier='item-1'/>")?.as_deref(), Some("item-1"));
/// # Ok::<(), timeback_qti::xml::XmlError>(())
/// ```
pub fn root_identifier(xml: &str) -> Result<Option<String>, XmlError> {
    let root = parse(xml)?.root;
    Ok(root.attribute("identifier").map(str::to_owned))
}

/// The name of a document's root, without its prefix.
pub(crate) fn root_name(xml: &str) -> Result<String, XmlError> {
    Ok(parse(xml)?.root.local.clone())
}

/// [`first_difference`](super::first_difference) but for the `href` of item references, which is the service's own.
///
/// # Errors
/// When either document is not well-formed; the message says if it is the stored one.
pub fn first_difference_of_tests(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
    first_difference_of(sent, stored, without_hrefs)
}

fn without_hrefs(element: &mut Arc<Element>) {
    let element = Arc::make_mut(element);
    if element.qti_name() == Some("assessment-item-ref") {
        let is_href = |a: &Attribute| a.name() == (None, "href");
        element.attributes.retain(|attribute| !is_href(attribute));
    }
    for child in &mut element.children {
        if let Node::Element(child) = child {
            without_hrefs(child);
        }
    }
}

/// What stands in a stimulus's body, to the letter; `None` if it has no body without a prefix in its name: what stands
/// in another one may mean something else outside of it.
///
/// # Errors
/// When the document is not well-formed.
///
/// ```
/// use timeback_qti::xml::stimulus_content;
///
/// let xml = "<qti-assessment-stimulus><qti-stimulus-body><p>Rome</p></qti-stimulus-body></qti-assessment-stimulus>";
/// assert_eq!(stimulus_content(xml)?, Some("<p>Rome</p>"));
/// # Ok::<(), timeback_qti::xml::XmlError>(())
/// ```
pub fn stimulus_content(xml: &str) -> Result<Option<&str>, XmlError> {
    let mut reader = Reader::new(xml, Form::Document)?;
    let mut found = None;
    let mut depth = 0;
    let mut start = None;
    while let Some(token) = reader.next()? {
        let end = reader.position();
        match token {
            Token::Start(tag) => {
                depth += 1;
                let text = &reader.text()[tag.offset..end];
                if depth == 2 && text.starts_with("<qti-stimulus-body") && found.is_none() {
                    start = Some(end);
                }
            }
            Token::End => {
                depth -= 1;
                if let Some(start) = start.take_if(|_| depth == 1) {
                    let content = &reader.text()[start..end];
                    // An element without content has no end tag.
                    let length = content.rfind("</").unwrap_or_default();
                    found = Some(&content[..length]);
                }
            }
            Token::Text(_) => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_of_a_stimulus_is_taken_to_the_letter() {
        for content in [
            "",
            " text ",
            "<p class='a'>x &amp; &#x20AC; <![CDATA[<b>]]><!-- </c> --></p>\r\n<br/>",
            "<qti-stimulus-body>nested</qti-stimulus-body>",
        ] {
            let xml = format!(
                "\u{feff}<?xml version='1.0'?><qti-assessment-stimulus><qti-stylesheet href='x'/>\
                 <qti-stimulus-body id='b' >{content}</qti-stimulus-body ></qti-assessment-stimulus>"
            );
            assert_eq!(stimulus_content(&xml).unwrap(), Some(content));
        }
        let empty = "<qti-assessment-stimulus><qti-stimulus-body/></qti-assessment-stimulus>";
        assert_eq!(stimulus_content(empty).unwrap(), Some(""));
    }

    #[test]
    fn a_body_with_a_prefix_is_not_taken() {
        let xml = "<q:qti-assessment-stimulus xmlns:q='urn:q'><q:qti-stimulus-body><p/></q:qti-stimulus-body>\
                   </q:qti-assessment-stimulus>";
        assert_eq!(stimulus_content(xml).unwrap(), None);
    }

    #[test]
    fn the_address_of_an_item_reference_makes_no_difference() {
        let test = |href: &str, title: &str| {
            format!(
                "<qti-assessment-test title='{title}'><qti-assessment-item-ref identifier='i' href='{href}'/>\
                 </qti-assessment-test>"
            )
        };
        let difference = |href: &str, title: &str| {
            first_difference_of_tests(&test("a", "T"), &test(href, title)).unwrap()
        };
        assert_eq!(difference("b", "T"), None);
        assert_eq!(
            difference("b", "U").unwrap().path,
            "/qti-assessment-test/@title"
        );
    }
}
