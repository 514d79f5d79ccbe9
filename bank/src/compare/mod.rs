//! What differs: by meaning, with the place of each difference.

use serde::Serialize;
use serde_json::Value;
use timeback_qti::xml::{XmlError, first_difference, first_difference_of_tests};

use crate::entity::{Entity, Kind};
use crate::remote::{is_empty, stimulus_form};

mod status;

pub use status::{Change, Status, StatusEntry, StatusOptions};

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

/// Where two states of an entity differ: the first place of the XML, and all of what stands beside it. What does not
/// change the meaning does not count, nor what the service writes itself.
///
/// # Errors
/// When either XML cannot be read.
pub fn differences(expected: &Entity, found: &Entity) -> Result<Vec<Difference>, XmlError> {
    let mut differences = Vec::new();
    let (from, to) = (&expected.xml, &found.xml);
    let kind = expected.key.kind;
    if from != to {
        let first = match kind {
            Kind::Item => first_difference(from, to)?,
            Kind::Test => first_difference_of_tests(from, to)?,
            // Only what the content form says counts, as that is what is written.
            Kind::Stimulus => match (stimulus_form(expected), stimulus_form(found)) {
                (Ok(mut from), Ok(mut to)) => {
                    let body = |form: &mut serde_json::Map<String, Value>| {
                        let content = form.remove("content");
                        format!(
                            "<div>{}</div>",
                            content.as_ref().and_then(Value::as_str).unwrap_or_default()
                        )
                    };
                    let (from_body, to_body) = (body(&mut from), body(&mut to));
                    beside(
                        "",
                        &Value::Object(from),
                        &Value::Object(to),
                        &mut differences,
                    );
                    return Ok(first_difference(&from_body, &to_body)?
                        .into_iter()
                        .map(of_xml)
                        .chain(differences)
                        .collect());
                }
                _ => first_difference(from, to)?,
            },
        };
        differences.extend(first.map(of_xml));
    }
    let (from, to) = (expected.beside.clone(), found.beside.clone());
    beside(
        "",
        &Value::Object(from),
        &Value::Object(to),
        &mut differences,
    );
    Ok(differences)
}

/// Whether two states of an entity say the same.
pub(crate) fn same(expected: &Entity, found: &Entity) -> bool {
    // What cannot be read is the same only to the letter.
    expected == found || differences(expected, found).is_ok_and(|all| all.is_empty())
}

/// Whether a state is one on the way from one to another, as a write in several steps leaves it.
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
        // A write that is not finished may have cleared a field.
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

fn of_xml(difference: timeback_qti::xml::Difference) -> Difference {
    Difference {
        place: difference.path,
        expected: difference.expected,
        found: difference.found,
    }
}

/// What is empty is the same as what is not there.
fn beside(place: &str, from: &Value, to: &Value, differences: &mut Vec<Difference>) {
    if let (Value::Object(from), Value::Object(to)) = (from, to) {
        let added = to.keys().filter(|name| !from.contains_key(*name));
        for name in from.keys().chain(added) {
            let place = match place {
                "" => name.clone(),
                place => format!("{place}.{name}"),
            };
            let side =
                |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or_default();
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
