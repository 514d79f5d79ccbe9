//! `content`: the XML as JSON, in the shape that the live service gives it.
//!
//! - An element is an object. Several siblings of one name are a list, as are always those that tests are made of.
//! - Attributes are strings in `_attributes`; text is under `_`.
//! - An element that holds only text is a string; an empty element is `""`.
//!
//! The order of mixed content is lost; only `rawXml` has all that the document says.

use serde_json::{Map, Value};

use super::xml::{Element, Node, is_name};

const ATTRIBUTES: &str = "_attributes";
const TEXT: &str = "_";

/// Elements that are lists even if there is only one.
const LISTS: [&str; 3] = [
    "qti-test-part",
    "qti-assessment-section",
    "qti-assessment-item-ref",
];

/// The document as JSON: an object with the root element's name as its key.
pub(crate) fn of_document(root: &Element) -> Value {
    Value::Object(Map::from_iter([(root.name.clone(), of_element(root))]))
}

pub(super) fn of_element(element: &Element) -> Value {
    let mut object = Map::new();
    let text: String = element
        .children
        .iter()
        .filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        })
        .collect();
    let text = text.trim();
    if !text.is_empty() {
        object.insert(TEXT.to_owned(), text.into());
    }
    if !element.attributes.is_empty() {
        let attributes = element
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()));
        object.insert(ATTRIBUTES.to_owned(), Value::Object(attributes.collect()));
    }
    for child in element.elements() {
        insert(&mut object, &child.name, of_element(child));
    }
    match object.len() {
        0 => "".into(),
        1 if object.contains_key(TEXT) => text.into(),
        _ => Value::Object(object),
    }
}

/// Adds an element's value. The first of its name is added as it is, unless such elements are always lists; a second
/// one makes a list of both.
fn insert(object: &mut Map<String, Value>, name: &str, value: Value) {
    match object.get_mut(name) {
        None if LISTS.contains(&name) => {
            object.insert(name.to_owned(), vec![value].into());
        }
        None => {
            object.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// JSON back to XML, for the fields of a test that are free-form JSON (pre-conditions, branch rules, default values).
/// What XML cannot express is left out.
pub(crate) fn to_element(name: &str, value: &Value) -> Element {
    let mut element = Element::new(name);
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), value) {
                    (ATTRIBUTES, Value::Object(attributes)) => {
                        let attributes = attributes.iter().filter(|(name, _)| is_name(name));
                        element
                            .attributes
                            .extend(attributes.map(|(name, value)| (name.clone(), text_of(value))));
                    }
                    (TEXT, text) => element.children.push(Node::Text(text_of(text))),
                    (name, Value::Array(values)) if is_name(name) => {
                        element = element.all(values.iter().map(|value| to_element(name, value)));
                    }
                    (name, value) if is_name(name) => element.push(to_element(name, value)),
                    _ => {}
                }
            }
        }
        Value::Null => {}
        other => element.children.push(Node::Text(text_of(other))),
    }
    element
}

/// A scalar as the text of an attribute or of an element, without the characters that XML cannot hold.
pub(crate) fn text_of(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.chars()
        .filter(|character| super::xml::can_hold(character.encode_utf8(&mut [0; 4])))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LISTS, of_document, to_element};
    use crate::qti::xml::parse;

    #[test]
    fn one_element_is_an_object_and_two_are_a_list() {
        let content = |xml: &str| of_document(&parse(xml).unwrap());
        assert_eq!(
            content("<a><b c='1'/></a>"),
            json!({"a": {"b": {"_attributes": {"c": "1"}}}})
        );
        assert_eq!(
            content(
                "<a><qti-value>x</qti-value><qti-value>y</qti-value><qti-value>z</qti-value></a>"
            ),
            json!({"a": {"qti-value": ["x", "y", "z"]}})
        );
        assert_eq!(
            content("<a d='e'>one <b>two</b> three</a>"),
            json!({"a": {"_": "one  three", "_attributes": {"d": "e"}, "b": "two"}})
        );
        assert_eq!(content("<a>\n  <b/>\n</a>"), json!({"a": {"b": ""}}));
        assert_eq!(
            content("<a><b c='1'>x</b></a>"),
            json!({"a": {"b": {"_": "x", "_attributes": {"c": "1"}}}})
        );
    }

    #[test]
    fn what_tests_are_made_of_is_always_a_list() {
        for name in LISTS {
            let xml = format!("<a><{name} identifier='x'/></a>");
            let content = of_document(&parse(&xml).unwrap());
            assert_eq!(
                content,
                json!({"a": {name: [{"_attributes": {"identifier": "x"}}]}})
            );
        }
    }

    #[test]
    fn free_form_json_becomes_the_xml_that_reads_back_as_the_same_json() {
        let json = json!({"_attributes": {"target": "EXIT"}, "qti-gt": {"qti-variable": {"_attributes": {"identifier": "S"}}, "qti-value": ["1", "2"]}});
        let element = to_element("qti-branch-rule", &json);
        assert_eq!(of_document(&element)["qti-branch-rule"], json);
        assert!(
            parse(&to_element("a", &json!({"not a name": 1, "ok": "x\u{1}y"})).to_document())
                .is_ok()
        );
    }
}
