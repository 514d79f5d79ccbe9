//! What a document says that the API's JSON form of it does not: a write of the JSON form would lose it.

use std::collections::HashMap;

use qti_xml::{Attribute, Element, Node, XmlError};
use serde_json::Value;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A document that the API also takes as JSON.
#[derive(Debug, Clone, Copy)]
pub enum JsonForm {
    /// A test, `qti-assessment-test`.
    Test,
    /// A stimulus, `qti-assessment-stimulus`.
    Stimulus,
}

/// The JSON object that an element becomes.
pub(crate) struct Form {
    /// Its attributes, and the fields that they become.
    pub(super) attributes: &'static [(&'static str, &'static str)],
    /// Its child elements, and what holds them.
    pub(super) children: &'static [(&'static str, Held)],
}

#[derive(Clone, Copy)]
pub(crate) enum Held {
    /// A field with a list of objects, one for each element of the name.
    List(&'static str, &'static Form),
    /// A field with an object, for the one element of the name.
    Object(&'static str, &'static Form),
    /// Fields of the parent's object.
    Inside(&'static Form),
    /// Fields of the whole document's object, which the service writes into each element of the name.
    OfWhole(&'static Form),
    /// A field with the text, or a list of the texts.
    Texts(&'static str),
    /// A field in a form of its own, which holds the whole element if it holds anything.
    Own(&'static str),
    /// The content, which the caller has in full; attributes are nowhere.
    Content,
}

const TEST: Form = Form {
    attributes: &[
        ("identifier", "identifier"),
        ("title", "title"),
        ("tool-name", "toolName"),
        ("tool-version", "toolVersion"),
    ],
    children: &[
        (
            "outcome-declaration",
            Held::List("qti-outcome-declaration", &OUTCOME),
        ),
        ("time-limits", Held::Inside(&TIME_LIMITS)),
        ("test-part", Held::List("qti-test-part", &PART)),
    ],
};
const TIME_LIMITS: Form = Form {
    attributes: &[("max-time", "timeLimit")],
    children: &[],
};
const OUTCOME: Form = Form {
    attributes: &[
        ("identifier", "identifier"),
        ("cardinality", "cardinality"),
        ("base-type", "baseType"),
        ("normal-maximum", "normalMaximum"),
        ("normal-minimum", "normalMinimum"),
    ],
    children: &[(
        "default-value",
        Held::Object("defaultValue", &DEFAULT_VALUE),
    )],
};
const DEFAULT_VALUE: Form = Form {
    attributes: &[],
    children: &[("value", Held::Texts("value"))],
};
const PART: Form = Form {
    attributes: &[
        ("identifier", "identifier"),
        ("navigation-mode", "navigationMode"),
        ("submission-mode", "submissionMode"),
    ],
    children: &[
        ("item-session-control", Held::OfWhole(&SESSION_CONTROL)),
        (
            "assessment-section",
            Held::List("qti-assessment-section", &SECTION),
        ),
    ],
};
const SESSION_CONTROL: Form = Form {
    attributes: &[("max-attempts", "maxAttempts")],
    children: &[],
};
const SECTION: Form = Form {
    attributes: &[
        ("identifier", "identifier"),
        ("title", "title"),
        ("visible", "visible"),
        ("required", "required"),
        ("fixed", "fixed"),
    ],
    children: &[(
        "assessment-item-ref",
        Held::List("qti-assessment-item-ref", &ITEM_REF),
    )],
};
const ITEM_REF: Form = Form {
    attributes: &[("identifier", "identifier"), (HREF, HREF)],
    children: &[],
};
const STIMULUS: Form = Form {
    attributes: &[
        ("identifier", "identifier"),
        ("title", "title"),
        ("label", "label"),
        ("xml:lang", "language"),
        ("tool-name", "toolName"),
        ("tool-version", "toolVersion"),
    ],
    children: &[
        ("stylesheet", Held::Object("stylesheet", &STYLESHEET)),
        ("catalog-info", Held::Own("catalogInfo")),
        ("stimulus-body", Held::Content),
    ],
};
const STYLESHEET: Form = Form {
    attributes: &[(HREF, HREF), ("type", "type")],
    children: &[],
};

/// The flags of a section, and what each is where nobody says anything, as the document has it.
pub(super) const FLAGS: [(&str, bool); 3] =
    [("visible", true), ("required", true), ("fixed", false)];

/// The service writes addresses itself, so that the two forms may have different ones.
const HREF: &str = "href";

/// The first place of a document whose meaning is not in its JSON form; `None` if all is.
///
/// # Errors
/// When the document is not well-formed.
pub fn beyond_json(
    form: JsonForm,
    raw_xml: &str,
    json: &Value,
) -> Result<Option<String>, XmlError> {
    let root = Element::parse(raw_xml)?;
    Ok(Form::of(form)
        .beyond(&root, json, json)
        .map(|place| format!("/{}{place}", root.name())))
}

impl Form {
    pub(crate) fn of(form: JsonForm) -> &'static Self {
        match form {
            JsonForm::Test => &TEST,
            JsonForm::Stimulus => &STIMULUS,
        }
    }

    /// The place below the element. `whole` is the object of the whole document.
    fn beyond(&self, element: &Element, json: &Value, whole: &Value) -> Option<String> {
        let mut attributes = element.attributes();
        if let Some(attribute) = attributes.find(|&found| !self.has_attribute(found, json)) {
            return Some(format!("/@{}", qualified(attribute)));
        }
        let mut earlier: HashMap<String, usize> = HashMap::new();
        for node in element.nodes() {
            let child = match node {
                Node::Text(text) if is_blank(text) => continue,
                Node::Text(_) => return Some("/text()".to_owned()),
                Node::Element(child) => child,
            };
            let known = |name: &str| self.children.iter().find(|(known, _)| *known == name);
            let place = match child.qti_name().and_then(known) {
                Some((_, held)) => {
                    let index = earlier.entry(child.name().to_owned()).or_default();
                    *index += 1;
                    held.beyond(&child, *index - 1, json, whole)
                }
                None => Some(String::new()),
            };
            if let Some(place) = place {
                return Some(format!("/{}{place}", child.name()));
            }
        }
        None
    }

    fn has_attribute(&self, attribute: Attribute<'_>, json: &Value) -> bool {
        if attribute.namespace() == Some(XSI) {
            return true;
        }
        let name = qualified(attribute);
        let field = self.attributes.iter().find(|(known, _)| *known == name);
        field.is_some_and(|(_, field)| match &json[*field] {
            Value::String(_) if *field == HREF => true,
            value => says(value, attribute.value()),
        })
    }
}

impl Held {
    /// The field that holds the elements, where one does.
    pub(super) fn field(&self) -> Option<&'static str> {
        match self {
            Self::List(field, _)
            | Self::Object(field, _)
            | Self::Texts(field)
            | Self::Own(field) => Some(field),
            Self::Inside(_) | Self::OfWhole(_) | Self::Content => None,
        }
    }

    /// `index` counts the elements of this name before this one.
    fn beyond(
        self,
        element: &Element,
        index: usize,
        json: &Value,
        whole: &Value,
    ) -> Option<String> {
        let lost = |held: bool| (!held).then(String::new);
        match self {
            Self::List(field, form) => form.beyond(element, &json[field][index], whole),
            Self::Object(field, form) if index == 0 => form.beyond(element, &json[field], whole),
            Self::Inside(form) if index == 0 => form.beyond(element, json, whole),
            Self::OfWhole(form) if index == 0 => form.beyond(element, whole, whole),
            Self::Object(..) | Self::Inside(_) | Self::OfWhole(_) => lost(false),
            Self::Texts(field) => {
                let plain =
                    element.attributes().next().is_none() && element.children().next().is_none();
                let value = match &json[field] {
                    Value::Array(values) => values.get(index),
                    value => (index == 0).then_some(value),
                };
                let text = element.text();
                lost(plain && value.is_some_and(|value| says(value, text.trim())))
            }
            Self::Own(field) => lost(match &json[field] {
                Value::Array(list) => !list.is_empty(),
                _ => false,
            }),
            Self::Content => {
                let attribute = element.attributes().next();
                attribute.map(|attribute| format!("/@{}", qualified(attribute)))
            }
        }
    }
}

/// Whether a text is only what XML calls white space.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
}

pub(super) fn qualified(attribute: Attribute<'_>) -> String {
    let local = attribute.local_name();
    match attribute.namespace() {
        None => local.to_owned(),
        Some(XML) => format!("xml:{local}"),
        // Of another vocabulary, whatever its prefix.
        Some(namespace) => format!("{{{namespace}}}{local}"),
    }
}

/// Whether a JSON value is what the text means.
pub(super) fn says(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value == text,
        Value::Bool(value) => text.parse() == Ok(*value),
        Value::Number(value) => text.parse().ok() == value.as_f64(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const XML: &str = r#"<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" identifier="t" title="T">
      <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="2">
        <qti-default-value><qti-value>0</qti-value></qti-default-value>
      </qti-outcome-declaration>
      <qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">
        <qti-assessment-section identifier="a" title="A" visible="true"/>
        <qti-assessment-section identifier="b" title="B" visible="false">
          <qti-assessment-item-ref identifier="i" href="i.xml"/>
        </qti-assessment-section>
      </qti-test-part>
    </qti-assessment-test>"#;

    fn test() -> Value {
        json!({"identifier": "t", "title": "T",
            "qti-outcome-declaration": [{"identifier": "SCORE", "cardinality": "single", "baseType": "float",
                "normalMaximum": 2.0, "defaultValue": {"value": 0}}],
            "qti-test-part": [{"identifier": "p", "navigationMode": "linear", "submissionMode": "individual",
                "qti-assessment-section": [{"identifier": "a", "title": "A", "visible": true},
                    {"identifier": "b", "title": "B", "visible": false,
                        "qti-assessment-item-ref": [{"identifier": "i", "href": "https://example.org/i"}]}]}]})
    }

    fn beyond(from: &str, to: &str) -> Option<String> {
        assert!(XML.contains(from));
        beyond_json(JsonForm::Test, &XML.replacen(from, to, 1), &test()).unwrap()
    }

    #[test]
    fn what_json_says_too_is_not_beyond_it() {
        assert_eq!(beyond("", ""), None);
    }

    #[test]
    fn the_attempts_of_a_test_are_those_of_each_part() {
        let mut test = test();
        test["maxAttempts"] = json!(3);
        let with = |attempts: &str| {
            let control = format!("<qti-item-session-control {attempts}/><qti-assessment-section");
            let xml = XML.replacen("<qti-assessment-section", &control, 1);
            beyond_json(JsonForm::Test, &xml, &test).unwrap()
        };
        let control = "/qti-assessment-test/qti-test-part/qti-item-session-control";
        assert_eq!(with("max-attempts='3'"), None);
        assert_eq!(
            with("max-attempts='2'"),
            Some(format!("{control}/@max-attempts"))
        );
        assert_eq!(
            with("max-attempts='3' show-feedback='true'"),
            Some(format!("{control}/@show-feedback"))
        );
    }

    #[test]
    fn what_only_the_xml_says_is_found_with_its_place() {
        let part = "/qti-assessment-test/qti-test-part";
        for (from, to, place) in [
            (
                "title=\"T\"",
                "title=\"T\" class=\"x\"",
                "/qti-assessment-test/@class".to_owned(),
            ),
            (
                "title=\"T\"",
                "title=\"T2\"",
                "/qti-assessment-test/@title".to_owned(),
            ),
            (
                "<qti-test-part",
                "<qti-time-limits max-time=\"9\"/><qti-test-part",
                "/qti-assessment-test/qti-time-limits/@max-time".to_owned(),
            ),
            (
                "<qti-value>0",
                "<qti-value>1",
                "/qti-assessment-test/qti-outcome-declaration/qti-default-value/qti-value"
                    .to_owned(),
            ),
            (
                "<qti-assessment-section identifier=\"a\"",
                "<qti-pre-condition><qti-match/></qti-pre-condition><qti-assessment-section identifier=\"a\"",
                format!("{part}/qti-pre-condition"),
            ),
            (
                "visible=\"true\"/>",
                "visible=\"true\" keep-together=\"true\"/>",
                format!("{part}/qti-assessment-section/@keep-together"),
            ),
            (
                "href=\"i.xml\"/>",
                "href=\"i.xml\"><qti-weight identifier=\"w\" value=\"2\"/></qti-assessment-item-ref>",
                format!("{part}/qti-assessment-section/qti-assessment-item-ref/qti-weight"),
            ),
            (
                "<qti-assessment-item-ref identifier=\"i\"",
                "<qti-assessment-section identifier=\"n\" title=\"N\"/><qti-assessment-item-ref identifier=\"i\"",
                format!("{part}/qti-assessment-section/qti-assessment-section"),
            ),
            (
                "</qti-test-part>",
                "</qti-test-part><qti-test-part identifier=\"q\"/>",
                format!("{part}/@identifier"),
            ),
        ] {
            assert_eq!(beyond(from, to).as_ref(), Some(&place), "{to}");
        }
    }
}
