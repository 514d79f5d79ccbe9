//! The comparison of tests, whose references a service may address in its own way.

use std::sync::Arc;

use super::{Difference, first_difference_of};
use crate::error::XmlError;
use crate::parse::dom::{Attribute, Element, Node};

/// [`first_difference`](super::first_difference) but for the `href` of item references: a service that stores a test may
/// write addresses of its own there.
///
/// # Errors
/// When either document is not well-formed; the message says if it is the stored one.
pub fn first_difference_of_tests(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
    first_difference_of(sent, stored, without_hrefs)
}

pub(super) fn without_hrefs(element: &mut Arc<Element>) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
