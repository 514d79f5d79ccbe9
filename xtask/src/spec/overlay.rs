//! Correct: applies an [OpenAPI Overlay 1.0](https://spec.openapis.org/overlay/v1.0.0.html).

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::Document;
use super::error::{Error, Result};
use super::parse;

/// An Overlay 1.0 document: actions, applied in their order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    actions: Vec<Action>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: JsonPath,
    /// Why; the action's name in errors.
    description: Option<String>,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

pub(crate) type Permit = dyn Fn(&Value, &Value) -> std::result::Result<(), String>;

impl Overlay {
    /// Reads an overlay from YAML text that came from `place`.
    pub(crate) fn parse(place: &str, text: &str) -> Result<Self> {
        let overlay: Self =
            serde_json::from_value(parse::yaml(place, text)?).map_err(|e| Error::new(place, e))?;
        if !overlay.overlay.starts_with("1.0.") {
            return Err(Error::new(
                place,
                format!("is Overlay {}; 1.0 is needed", overlay.overlay),
            ));
        }
        Ok(overlay)
    }

    /// Applies every action; one that matches nothing is an error, so that the overlay cannot rot.
    pub(crate) fn apply(&self, document: Document) -> Result<Document> {
        self.apply_with(document, &|_, _| Ok(()))
    }

    /// The same, with a say on every update: `permit` sees a target and what would be merged into it.
    pub(crate) fn apply_with(&self, mut document: Document, permit: &Permit) -> Result<Document> {
        for (index, action) in self.actions.iter().enumerate() {
            action.apply(&mut document, permit).map_err(|problem| {
                let name = action
                    .description
                    .as_deref()
                    .map_or_else(|| action.target.to_string(), |why| why.trim().to_owned());
                Error::new(format!("overlay action {} ({name})", index + 1), problem)
            })?;
        }
        Ok(document)
    }
}

impl Action {
    fn apply(&self, document: &mut Document, permit: &Permit) -> std::result::Result<(), String> {
        let mut targets: Vec<String> = self
            .target
            .query_located(document)
            .locations()
            .map(|path| path.to_json_pointer())
            .collect();
        if targets.is_empty() {
            return Err(format!("`{}` matches nothing", self.target));
        }
        // A later member of an array goes first: removing it leaves the places of the others alone.
        targets.reverse();
        for target in &targets {
            if self.remove {
                remove(document, target)?;
            } else {
                let update = self
                    .update
                    .as_ref()
                    .ok_or("has neither `update` nor `remove`")?;
                let node = document
                    .pointer_mut(target)
                    .ok_or_else(|| format!("`{target}` is gone"))?;
                permit(node, update)?;
                merge(node, update);
            }
        }
        Ok(())
    }
}

fn remove(document: &mut Value, pointer: &str) -> std::result::Result<(), String> {
    let (parent, key) = pointer
        .rsplit_once('/')
        .ok_or("cannot remove the whole document")?;
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.shift_remove(&key)),
        Some(Value::Array(items)) => drop(key.parse().map(|index: usize| items.remove(index))),
        // Its parent went with an earlier target of the same action.
        _ => {}
    }
    Ok(())
}

/// Objects merge member by member, arrays grow, everything else is replaced.
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(node), Value::Object(update)) => {
            for (key, value) in update {
                match node.get_mut(key) {
                    Some(old) => merge(old, value),
                    None => drop(node.insert(key.clone(), value.clone())),
                }
            }
        }
        (Value::Array(node), Value::Array(update)) => node.extend(update.iter().cloned()),
        (Value::Array(node), update) => node.push(update.clone()),
        (node, update) => *node = update.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, yaml};

    fn overlay(actions: &str) -> Overlay {
        let text = format!("overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions:\n{actions}");
        Overlay::parse("overlay.yaml", &text).unwrap()
    }

    fn applied(document: &str, actions: &str) -> Value {
        overlay(actions).apply(yaml(document)).unwrap()
    }

    #[test]
    fn an_update_merges_objects_and_replaces_values() {
        let action = "- {target: $.a, description: d, update: {x: 2, y: {z: 3}}}";
        assert_eq!(
            applied("a: {x: 1, y: {w: 0}}", action),
            yaml("a: {x: 2, y: {w: 0, z: 3}}")
        );
    }

    #[test]
    fn an_update_of_an_array_appends() {
        assert_eq!(
            applied("a: [1]", "- {target: $.a, description: d, update: 2}"),
            yaml("a: [1, 2]")
        );
        assert_eq!(
            applied(
                "a: {b: [1]}",
                "- {target: $.a, description: d, update: {b: [2]}}"
            ),
            yaml("a: {b: [1, 2]}")
        );
    }

    #[test]
    fn an_action_reaches_every_match() {
        let action = "- {target: '$..[?@.type == \"string\"]', description: d, update: {x: 1}}";
        assert_eq!(
            applied(
                "a: {type: string}\nb: [{type: string}, {type: integer}]",
                action
            ),
            yaml("a: {type: string, x: 1}\nb: [{type: string, x: 1}, {type: integer}]")
        );
    }

    #[test]
    fn a_removal_takes_members_of_objects_and_arrays() {
        assert_eq!(
            applied(
                "a: {b: 1, c: 2}",
                "- {target: $.a.b, description: d, remove: true}"
            ),
            yaml("a: {c: 2}")
        );
        let action = "- {target: '$.a[?@ > 1]', description: d, remove: true}";
        assert_eq!(applied("a: [3, 1, 2]", action), yaml("a: [1]"));
    }

    #[test]
    fn keys_with_slashes_and_tildes_are_found() {
        let action = "- {target: \"$['/a/{b}']['~c']\", description: d, remove: true}";
        assert_eq!(
            applied("'/a/{b}': {'~c': 1, d: 2}", action),
            yaml("'/a/{b}': {d: 2}")
        );
    }

    #[test]
    fn later_actions_see_what_earlier_ones_did() {
        let actions = "- {target: $, description: d, update: {a: {}}}\n- {target: $.a, description: d, update: {b: 1}}";
        assert_eq!(applied("{}", actions), yaml("a: {b: 1}"));
    }

    #[test]
    fn an_action_that_matches_nothing_is_an_error_with_its_name() {
        let actions = "- {target: $.a, description: first, remove: true}\n- {target: $.gone, description: second, remove: true}";
        assert_eq!(
            error(overlay(actions).apply(yaml("a: 1"))),
            "overlay action 2 (second): `$.gone` matches nothing"
        );
    }

    #[test]
    fn an_action_that_does_nothing_is_an_error() {
        let error = error(overlay("- {target: $.a, description: d}").apply(yaml("a: 1")));
        assert_eq!(
            error,
            "overlay action 1 (d): has neither `update` nor `remove`"
        );
    }

    #[test]
    fn what_is_no_overlay_is_refused() {
        for text in [
            "overlay: 2.0.0\ninfo: {title: T, version: '1'}\nactions: []",
            "overlay: 1.0.0\nactions: []",
            "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: [{target: 'not a path', update: 1}]",
            "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: [{target: $, updates: 1}]",
        ] {
            let error = error(Overlay::parse("overlay.yaml", text));
            assert!(error.starts_with("overlay.yaml: "), "{error}");
        }
    }
}
