//! The typed copy of what an item's XML says, which an update from XML has been seen to leave as it was.

use serde_json::{Map, Value};

use crate::xml::{Interaction, InteractionKind, ItemView};

/// The first field of an answered item that does not say what its XML says, with both sides. What the answer lacks,
/// what the XML leaves open and types that QTI does not name are not judged.
pub(super) fn first_stale(sent: &ItemView, found: &Map<String, Value>) -> Option<String> {
    let stale = |name: &str, expected: &str, found: Option<&Value>| {
        let found = text_of(found?)?;
        let differs = !same(expected, &found);
        differs.then(|| {
            format!("{name}: expected {expected:?}, found {found:?}, though the XML was stored")
        })
    };
    let kind = found.get("type").and_then(Value::as_str);
    let kinds: Vec<&str> = sent.interactions.iter().map(|i| i.kind.as_str()).collect();
    // An item has one type and may have several interactions: any of theirs will do.
    let expected_kind = kind.filter(|kind| is_named(kind) && !kinds.contains(kind));
    expected_kind
        .and_then(|_| kinds.iter().find(|expected| is_named(expected)))
        .and_then(|expected| stale("type", expected, found.get("type")))
        .or_else(|| {
            // Whether the service keeps entities in its copy of a title is not known.
            let title = sent.title.as_deref()?;
            let is_plain = !title.contains(['&', '<', '>', '"', '\'']);
            is_plain.then(|| stale("title", title, found.get("title")))?
        })
        .or_else(|| stale("adaptive", flag(sent.adaptive), found.get("adaptive")))
        .or_else(|| {
            stale(
                "timeDependent",
                flag(sent.time_dependent),
                found.get("timeDependent"),
            )
        })
        .or_else(|| {
            let found = found.get("interaction")?;
            let sent = same_interaction(sent, found)?;
            let shuffled = sent.attributes.contains_key("shuffle");
            let shuffle = || {
                stale(
                    "interaction.shuffle",
                    flag(sent.shuffle),
                    found.get("shuffle"),
                )
            };
            let most = || {
                let most = sent.max_choices?.to_string();
                stale("interaction.maxChoices", &most, found.get("maxChoices"))
            };
            shuffled.then(shuffle).flatten().or_else(most)
        })
}

/// The sent interaction that the answer's one is the copy of.
fn same_interaction<'v>(sent: &'v ItemView, found: &Value) -> Option<&'v Interaction> {
    match (
        found.get("responseIdentifier").and_then(Value::as_str),
        sent.interactions.as_slice(),
    ) {
        (Some(identifier), interactions) => interactions
            .iter()
            .find(|interaction| interaction.response_identifier.as_deref() == Some(identifier)),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

fn is_named(kind: &str) -> bool {
    use InteractionKind::{Custom, Other, PortableCustom};
    !matches!(
        InteractionKind::from(kind),
        Custom | PortableCustom | Other(_)
    )
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Numbers are equal as numbers, texts but for the length of white space.
fn same(expected: &str, found: &str) -> bool {
    match (expected.parse::<f64>(), found.parse::<f64>()) {
        (Ok(expected), Ok(found)) => expected == found,
        _ => expected.split_whitespace().eq(found.split_whitespace()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stale(found: Value) -> Option<String> {
        let sent = ItemView::parse(
            "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i' title='A  B' \
             time-dependent='false'><qti-item-body><qti-choice-interaction response-identifier='R' shuffle='true' \
             max-choices='2'/></qti-item-body></qti-assessment-item>",
        );
        first_stale(&sent.unwrap(), found.as_object().unwrap())
    }

    #[test]
    fn a_field_that_does_not_say_what_the_xml_says_is_named() {
        for (found, name) in [
            (json!({"type": "order"}), "type"),
            (json!({"title": "C"}), "title"),
            (json!({"adaptive": true}), "adaptive"),
            (json!({"timeDependent": "true"}), "timeDependent"),
            (
                json!({"interaction": {"shuffle": false}}),
                "interaction.shuffle",
            ),
            (
                json!({"interaction": {"responseIdentifier": "R", "maxChoices": "1"}}),
                "interaction.maxChoices",
            ),
        ] {
            let message = stale(found).unwrap_or_default();
            assert!(
                message.starts_with(&format!("{name}: expected")),
                "{name}: {message}"
            );
        }
    }

    #[test]
    fn what_an_answer_lacks_or_spells_differently_is_not_stale() {
        for found in [
            json!({}),
            json!({"type": "unknown", "title": null, "adaptive": null, "interaction": null}),
            json!({"type": "custom"}),
            json!({"type": "choice", "title": "A B", "adaptive": "false", "timeDependent": false}),
            json!({"interaction": {"shuffle": "true", "maxChoices": 2.0}}),
            json!({"interaction": {"responseIdentifier": "OTHER", "shuffle": false, "maxChoices": 9}}),
        ] {
            assert_eq!(stale(found.clone()), None, "{found}");
        }
    }
}
