//! The content of a stimulus, to the letter.

use crate::error::XmlError;
use crate::parse::reader::Reader;
use crate::parse::token::{Form, Token};

/// What stands in a stimulus's body, to the letter; `None` if it has no body without a prefix in its name: what stands
/// in another one may mean something else outside of it.
///
/// # Errors
/// When the document is not well-formed.
///
/// ```
/// use qti_xml::stimulus_content;
///
/// let xml = "<qti-assessment-stimulus><qti-stimulus-body><p>Rome</p></qti-stimulus-body></qti-assessment-stimulus>";
/// assert_eq!(stimulus_content(xml)?, Some("<p>Rome</p>"));
/// # Ok::<(), qti_xml::XmlError>(())
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
}
