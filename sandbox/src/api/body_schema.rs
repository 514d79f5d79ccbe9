//! Checks JSON bodies against the shapes of the API document and says everything that is wrong at once.

use serde_json::{Map, Value};

use super::error::{ApiError, Issue};
use crate::qti::xml;

/// QTI's types of values.
pub(crate) const BASE_TYPES: &[&str] = &[
    "identifier",
    "boolean",
    "integer",
    "float",
    "string",
    "point",
    "pair",
    "directedPair",
    "duration",
    "file",
    "uri",
];

/// The shape that a JSON value must have.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Any text that XML can hold.
    Text,
    /// Text that names something: it must not be empty.
    Identifier,
    Bool,
    Number,
    /// A whole number of 1 or more.
    Position,
    OneOf(&'static [&'static str]),
    /// An object with these fields; others may stand beside them.
    Object(&'static [Field]),
    List(&'static Shape),
    /// A list with at least one entry.
    Filled(&'static Shape),
    /// One of these, or a list of them.
    OneOrList(&'static Shape),
    /// Any object.
    Open,
    Any,
}

/// A field of an object.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    required: bool,
    shape: Shape,
}

pub(crate) const fn required(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        required: true,
        shape,
    }
}

pub(crate) const fn optional(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        required: false,
        shape,
    }
}

/// An entity as XML inside JSON: `{"format": "xml", "xml": ...}`.
pub(crate) const XML_FORM: Shape = Shape::Object(&[
    required("xml", Shape::Identifier),
    optional("metadata", Shape::Open),
]);

impl Shape {
    /// The object, if it fits; otherwise 400 with all that is wrong.
    pub(crate) fn accept(&self, value: Value) -> Result<Map<String, Value>, ApiError> {
        let issues = self.check(&value);
        match value {
            Value::Object(object) if issues.is_empty() => Ok(object),
            _ => Err(ApiError::invalid(&issues)),
        }
    }

    /// All that is wrong with `value`; nothing if it fits.
    fn check(&self, value: &Value) -> Vec<Issue> {
        let mut issues = Vec::new();
        self.collect(value, "", &mut issues);
        issues
    }

    fn collect(&self, value: &Value, path: &str, issues: &mut Vec<Issue>) {
        let mut expect = |fits: bool, code: &'static str, message: &str| {
            if !fits {
                let field = if path.is_empty() { "body" } else { path };
                issues.push(Issue::new(field, code, message));
            }
        };
        match self {
            Shape::Text => expect(value.is_string(), "type", "must be a string"),
            Shape::Identifier => {
                expect(value.is_string(), "type", "must be a string");
                expect(value != "", "empty", "must not be empty");
            }
            Shape::Bool => expect(value.is_boolean(), "type", "must be true or false"),
            Shape::Number => expect(value.is_number(), "type", "must be a number"),
            Shape::Position => expect(
                value.as_u64().is_some_and(|n| n > 0),
                "type",
                "must be a whole number above 0",
            ),
            Shape::OneOf(words) => expect(
                value.as_str().is_some_and(|word| words.contains(&word)),
                "enum",
                &format!("must be one of {}", words.join(", ")),
            ),
            Shape::Open => expect(value.is_object(), "type", "must be an object"),
            Shape::Any => {}
            Shape::Object(fields) => match value {
                Value::Object(object) => collect_fields(fields, object, path, issues),
                _ => expect(false, "type", "must be an object"),
            },
            Shape::OneOrList(shape) if !value.is_array() => shape.collect(value, path, issues),
            Shape::List(shape) | Shape::Filled(shape) | Shape::OneOrList(shape) => match value {
                Value::Array(entries) => {
                    expect(
                        !(matches!(self, Shape::Filled(_)) && entries.is_empty()),
                        "empty",
                        "must not be empty",
                    );
                    for (index, entry) in entries.iter().enumerate() {
                        shape.collect(entry, &format!("{path}[{index}]"), issues);
                    }
                }
                _ => expect(false, "type", "must be a list"),
            },
        }
        if let (Shape::Text | Shape::Identifier, Value::String(text)) = (self, value)
            && !xml::can_hold(text)
        {
            issues.push(Issue::new(
                path,
                "character",
                "holds a character that XML cannot hold",
            ));
        }
    }
}

fn collect_fields(
    fields: &[Field],
    object: &Map<String, Value>,
    path: &str,
    issues: &mut Vec<Issue>,
) {
    for Field {
        name,
        required,
        shape,
    } in fields
    {
        let path = if path.is_empty() {
            (*name).to_owned()
        } else {
            format!("{path}.{name}")
        };
        match object.get(*name) {
            Some(value) => shape.collect(value, &path, issues),
            None if *required => issues.push(Issue::new(path, "required", "is required")),
            None => {}
        }
    }
}

/// An issue for each identifier that a list holds more than once.
pub(crate) fn repeated<'a>(
    field: &str,
    identifiers: impl IntoIterator<Item = &'a str>,
) -> Vec<Issue> {
    let mut seen = std::collections::HashSet::new();
    identifiers
        .into_iter()
        .filter(|identifier| !seen.insert(*identifier))
        .map(|identifier| {
            Issue::new(
                field,
                "unique",
                format!("{identifier:?} stands more than once"),
            )
        })
        .collect()
}
