//! Comparison by meaning, with the place of each difference.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use timeback_qti::xml::{
    Element, XmlError, differences as differences_of_xml, differences_of_tests,
};

use crate::bank::Bank;
use crate::connection::{Connection, Offline};
use crate::entity::{Entity, Kind};
use crate::remote::{Service, stimulus_form};
use crate::state::Store;

mod diff;
mod loss;
mod status;

pub use diff::{Diff, DiffReport, Edit};
pub(crate) use loss::{first_difference, is_addition};
pub use status::{Change, Status, StatusEntry};

/// What is compared: the bank's files, what the service was last seen to hold, and what it holds now, unless it is not asked.
#[derive(Debug, Clone, Copy)]
struct Sides<'c> {
    bank: &'c Arc<Bank>,
    store: &'c Store,
    service: Option<&'c Service>,
}

impl<'c> From<&'c Connection> for Sides<'c> {
    fn from(connection: &'c Connection) -> Self {
        Self {
            bank: &connection.bank,
            store: &connection.store,
            service: Some(&connection.service),
        }
    }
}

impl<'c> From<&'c Offline> for Sides<'c> {
    fn from(offline: &'c Offline) -> Self {
        Self {
            bank: &offline.bank,
            store: &offline.store,
            service: None,
        }
    }
}

/// A place where two states of an entity differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The place: a path in the XML, or a field of what stands beside it, as in `metadata.subject`.
    pub place: String,
    /// What one side has there; `None` for nothing.
    pub expected: Option<String>,
    /// What the other side has there; `None` for nothing.
    pub found: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let (expected, found) = (shown(&self.expected), shown(&self.found));
        write!(f, "{}: {expected}, not {found}", self.place)
    }
}

/// Where two states of an entity differ: each place of the XML, then each field of what stands beside it. What does not
/// change the meaning does not count, nor what the service writes itself.
///
/// # Errors
/// When either XML cannot be read.
pub fn differences(expected: &Entity, found: &Entity) -> Result<Vec<Difference>, XmlError> {
    let (from, to) = (&expected.xml, &found.xml);
    let (mut from_beside, mut to_beside) = (expected.beside.clone(), found.beside.clone());
    let of_xml = match expected.key.kind {
        _ if from == to => Vec::new(),
        Kind::Item => differences_of_xml(from, to)?,
        Kind::Test => {
            let mut places = differences_of_tests(from, to)?;
            let is_control =
                |place: &timeback_qti::xml::Difference| place.path.ends_with(SESSION_CONTROL);
            if places.iter().any(is_control)
                && repeats_attempts(expected)
                && repeats_attempts(found)
            {
                places.retain(|place| !is_control(place));
            }
            places
        }
        // A stimulus is written as its content form, so nothing else of it is compared.
        Kind::Stimulus => match (stimulus_form(expected), stimulus_form(found)) {
            (Ok(from), Ok(to)) => {
                (from_beside, to_beside) = (from, to);
                let body = |form: &mut Map<String, Value>| {
                    let content = form.remove("content");
                    let content = content.as_ref().and_then(Value::as_str);
                    format!("<div>{}</div>", content.unwrap_or_default())
                };
                differences_of_xml(&body(&mut from_beside), &body(&mut to_beside))?
            }
            _ => differences_of_xml(from, to)?,
        },
    };
    let mut differences: Vec<_> = of_xml.into_iter().map(Difference::from).collect();
    let (from, to) = (Value::Object(from_beside), Value::Object(to_beside));
    beside("", &from, &to, &mut differences);
    Ok(differences)
}

const SESSION_CONTROL: &str = "/qti-item-session-control";

/// Whether each part of a test says of its sessions no more than what stands beside the XML as `maxAttempts`, if anything:
/// the service writes that into the parts itself.
fn repeats_attempts(test: &Entity) -> bool {
    let Ok(root) = Element::parse(&test.xml) else {
        return false;
    };
    let attempts = test.beside.get("maxAttempts").and_then(Value::as_f64);
    let parts = root
        .children()
        .filter(|part| part.qti_name() == Some("test-part"));
    let mut controls = parts
        .flat_map(|part| part.children().collect::<Vec<_>>())
        .filter(|child| child.qti_name() == Some("item-session-control"));
    controls.all(|control| {
        let said = control
            .attribute("max-attempts")
            .and_then(|text| text.parse().ok());
        said == attempts && control.attributes().count() == 1 && control.children().next().is_none()
    })
}

/// Whether two states of an entity say the same.
pub(crate) fn same(expected: &Entity, found: &Entity) -> bool {
    // XML that cannot be read is the same only byte for byte.
    expected == found || differences(expected, found).is_ok_and(|all| all.is_empty())
}

/// Whether `found` lies on the way from `from` to `to`: a write of several requests that ended early leaves such a state.
pub(crate) fn is_between(from: Option<&Entity>, to: &Entity, found: &Entity) -> bool {
    let with = |xml: &Entity, field: &dyn Fn(&str) -> Option<Value>| {
        let mut entity = xml.clone();
        let names = found.beside.keys().chain(to.beside.keys());
        let names: Vec<_> = names
            .chain(from.into_iter().flat_map(|from| from.beside.keys()))
            .collect();
        entity.beside.clear();
        for name in names {
            entity
                .beside
                .extend(field(name).map(|value| (name.clone(), value)));
        }
        entity
    };
    let ours = |name: &str| {
        let now = found.beside.get(name);
        let sides = [
            to.beside.get(name),
            from.and_then(|from| from.beside.get(name)),
            None,
        ];
        // A write that ended early may have cleared a field.
        sides
            .into_iter()
            .find(|side| side.map(sorted) == now.map(sorted))
            .flatten()
            .cloned()
    };
    let fields = found.beside.keys().all(|name| ours(name).is_some());
    let xml = |side: &Entity| same(&with(side, &|name| found.beside.get(name).cloned()), found);
    fields && (xml(to) || from.is_some_and(xml))
}

fn sorted(value: &Value) -> Value {
    let mut value = value.clone();
    value.sort_all_objects();
    value
}

impl From<timeback_qti::xml::Difference> for Difference {
    fn from(difference: timeback_qti::xml::Difference) -> Self {
        Self {
            place: difference.path,
            expected: difference.expected,
            found: difference.found,
        }
    }
}

/// Adds the differences of two JSON values, field by field. An empty value is the same as a missing one.
fn beside(place: &str, from: &Value, to: &Value, differences: &mut Vec<Difference>) {
    if let (Value::Object(from), Value::Object(to)) = (from, to) {
        let added = to.keys().filter(|name| !from.contains_key(*name));
        for name in from.keys().chain(added) {
            let place = match place {
                "" => name.clone(),
                place => format!("{place}.{name}"),
            };
            let side = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or_default();
            beside(&place, &side(from), &side(to), differences);
        }
        return;
    }
    let same = match (from, to) {
        (Value::Number(from), Value::Number(to)) => from == to || from.as_f64() == to.as_f64(),
        _ => sorted(from) == sorted(to) || (is_empty(from) && is_empty(to)),
    };
    if !same {
        let shown = |side: &Value| (!side.is_null()).then(|| side.to_string());
        differences.push(Difference {
            place: place.to_owned(),
            expected: shown(from),
            found: shown(to),
        });
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
