//! The comparison of tests, whose references a service may address in its own way.

use std::sync::Arc;

use super::{Difference, first_difference_of};
use crate::error::XmlError;
use crate::parse::dom::{Element, Node};

/// [`first_difference`](super::first_difference) but for what a service that stores a test writes in its own way: the `href`
/// of item references, the hints to validators (`xsi:schemaLocation`), and how a number is written (`3`, `3.0`).
///
/// # Errors
/// When either document is not well-formed; the message says if it is the stored one.
pub fn first_difference_of_tests(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
    first_difference_of(sent, stored, in_one_way)
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The attributes of tests that hold a number with a fraction.
const NUMBERS: [&str; 5] = [
    "mastery-value",
    "max-time",
    "min-time",
    "normal-maximum",
    "normal-minimum",
];

/// Brings what services write in their own way into one.
pub(super) fn in_one_way(element: &mut Arc<Element>) {
    let element = Arc::make_mut(element);
    let is_reference = element.qti_name() == Some("assessment-item-ref");
    element.attributes.retain(|attribute| {
        let (namespace, name) = attribute.name();
        namespace != Some(XSI) && !(is_reference && (namespace, name) == (None, "href"))
    });
    for attribute in &mut element.attributes {
        let is_number = matches!(attribute.name(), (None, name) if NUMBERS.contains(&name));
        if let (true, Ok(number)) = (is_number, attribute.value.trim().parse::<f64>()) {
            attribute.value = number.to_string();
        }
    }
    for child in &mut element.children {
        if let Node::Element(child) = child {
            in_one_way(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_to_validators_and_how_a_number_is_written_make_no_difference() {
        let test = |hint: &str, maximum: &str| {
            format!(
                "<qti-assessment-test xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' {hint} title='T'>\
                 <qti-outcome-declaration identifier='SCORE' normal-maximum='{maximum}'/></qti-assessment-test>"
            )
        };
        let difference = |hint: &str, maximum: &str| {
            first_difference_of_tests(&test("", "3"), &test(hint, maximum)).unwrap()
        };
        assert_eq!(difference("xsi:schemaLocation='a b'", "3.0"), None);
        let place = |maximum| difference("", maximum).unwrap().path;
        let maximum = "/qti-assessment-test/qti-outcome-declaration/@normal-maximum";
        assert_eq!(place("3.5"), maximum);
        assert_eq!(place("three"), maximum);
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
