//! Correct: applies an [OpenAPI Overlay 1.0](https://spec.openapis.org/overlay/v1.0.0.html).

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::Document;
use super::error::{Error, Result};
use super::extensions;
use super::parse;

/// An Overlay 1.0 document: actions, applied in their order.
#[derive(Debug)]
pub(crate) struct Overlay {
    actions: Vec<Action>,
}

/// One action, with the name that errors give it.
#[derive(Debug)]
pub(crate) struct Action {
    name: String,
    target: JsonPath,
    /// Whether a version of the document may lack the target.
    optional: bool,
    effect: Effect,
}

#[derive(Debug)]
pub(crate) enum Effect {
    Update(Value),
    Remove,
}

/// An overlay as it stands in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayFile {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    actions: Vec<ActionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionEntry {
    target: String,
    /// Why; the action's name in errors.
    description: Option<String>,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
    /// Why a version of the document may lack the target.
    #[serde(rename = "x-optional")]
    optional: Option<String>,
}

impl Overlay {
    /// Reads an overlay from the YAML text of `file`.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self> {
        let entries: OverlayFile =
            serde_json::from_value(parse::yaml(file, text)?).map_err(|e| Error::new(file, e))?;
        if !entries.overlay.starts_with("1.0.") {
            let problem = format!("is Overlay {}; 1.0 is needed", entries.overlay);
            return Err(Error::new(file, problem));
        }
        let actions = entries
            .actions
            .into_iter()
            .enumerate()
            .map(|(index, entry)| Action::new(file, index + 1, entry))
            .collect::<Result<_>>()?;
        Ok(Self { actions })
    }

    /// Applies every action, and gives the names of those that this document did not need.
    ///
    /// An action that matches nothing is an error, so that the overlay cannot rot, unless it says why it is optional.
    pub(crate) fn apply(&self, mut document: Document) -> Result<(Document, Vec<String>)> {
        let mut unneeded = Vec::new();
        for action in &self.actions {
            let targets = action.targets(&document);
            if targets.is_empty() {
                if !action.optional {
                    return Err(Error::new(&action.name, action.matches_nothing()));
                }
                unneeded.push(action.name.clone());
            }
            for target in &targets {
                match &action.effect {
                    Effect::Remove if target.is_empty() => {
                        return Err(Error::new(&action.name, "cannot remove the whole document"));
                    }
                    Effect::Remove => remove(&mut document, target),
                    // An update does not move the targets of the others.
                    Effect::Update(update) => {
                        let Some(node) = document.pointer_mut(target) else {
                            continue;
                        };
                        if node.is_object() && !update.is_object() {
                            let problem = format!("`{target}` is an object, its `update` is none");
                            return Err(Error::new(&action.name, problem));
                        }
                        merge(node, update);
                    }
                }
            }
        }
        Ok((document, unneeded))
    }

    pub(crate) fn actions(&self) -> &[Action] {
        &self.actions
    }
}

impl Action {
    fn new(file: &str, number: usize, entry: ActionEntry) -> Result<Self> {
        let name = entry
            .description
            .map_or_else(|| entry.target.clone(), |why| why.trim().to_owned());
        let name = format!("{file} action {number} ({name})");
        let target = JsonPath::parse(&entry.target)
            .map_err(|e| Error::new(&name, format!("`{}` is no JSONPath: {e}", entry.target)))?;
        if let Some(extension) = entry.update.as_ref().and_then(extensions::unknown) {
            let problem = format!("sets `{extension}`, which nothing reads");
            return Err(Error::new(name, problem));
        }
        let effect = match (entry.update, entry.remove) {
            // Overlay 1.0 says that an update has no effect beside a removal.
            (_, true) => Effect::Remove,
            (Some(update), false) => Effect::Update(update),
            (None, false) => return Err(Error::new(name, "has neither `update` nor `remove`")),
        };
        if entry
            .optional
            .as_ref()
            .is_some_and(|why| why.trim().is_empty())
        {
            return Err(Error::new(name, "is optional for no reason"));
        }
        Ok(Self {
            name,
            target,
            optional: entry.optional.is_some(),
            effect,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn effect(&self) -> &Effect {
        &self.effect
    }

    pub(crate) fn matches_nothing(&self) -> String {
        format!("`{}` matches nothing", self.target)
    }

    /// The JSON pointers of what the action is about.
    ///
    /// A later member of an array comes first, because removing it does not move the earlier ones.
    pub(crate) fn targets(&self, document: &Document) -> Vec<String> {
        let located = self.target.query_located(document);
        let mut targets: Vec<String> = located
            .locations()
            .map(|path| path.to_json_pointer())
            .collect();
        targets.reverse();
        targets
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.shift_remove(&key)),
        Some(Value::Array(items)) => drop(key.parse().map(|index: usize| items.remove(index))),
        // An earlier target of the same action contained this one and was removed.
        _ => {}
    }
}

/// Objects merge member by member, arrays grow, everything else is replaced.
pub(crate) fn merge(node: &mut Value, update: &Value) {
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
        overlay(actions).apply(yaml(document)).unwrap().0
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
            "overlay.yaml action 2 (second): `$.gone` matches nothing"
        );
    }

    #[test]
    fn an_optional_action_may_match_nothing_and_says_so() {
        let action = "- {target: $.gone, description: d, update: {x: 1}, x-optional: older versions lack it}";
        let (document, unneeded) = overlay(action).apply(yaml("a: 1")).unwrap();
        assert_eq!(document, yaml("a: 1"));
        assert_eq!(unneeded, ["overlay.yaml action 1 (d)"]);
        let (document, unneeded) = overlay(action).apply(yaml("gone: {}")).unwrap();
        assert_eq!((document, unneeded), (yaml("gone: {x: 1}"), vec![]));
    }

    #[test]
    fn what_is_no_overlay_is_refused() {
        for text in [
            "overlay: 2.0.0\ninfo: {title: T, version: '1'}\nactions: []",
            "overlay: 1.0.0\nactions: []",
            "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: [{target: $, updates: 1}]",
        ] {
            let error = error(Overlay::parse("overlay.yaml", text));
            assert!(error.starts_with("overlay.yaml: "), "{error}");
        }
    }

    #[test]
    fn an_action_that_cannot_be_meant_is_refused_by_its_name() {
        for (action, problem) in [
            (
                "{target: $.a, description: d}",
                "has neither `update` nor `remove`",
            ),
            (
                "{target: a b, description: d, remove: true}",
                "`a b` is no JSONPath: at position 0, parser error",
            ),
            (
                "{target: $.a, description: d, update: {x-repaet: read}}",
                "sets `x-repaet`, which nothing reads",
            ),
            (
                "{target: $.a, description: d, remove: true, x-optional: ' '}",
                "is optional for no reason",
            ),
        ] {
            let text =
                format!("overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions: [{action}]");
            assert_eq!(
                error(Overlay::parse("overlay.yaml", &text)),
                format!("overlay.yaml action 1 (d): {problem}")
            );
        }
        let list = overlay("- {target: $.a, description: d, update: [1]}").apply(yaml("a: {}"));
        assert_eq!(
            error(list),
            "overlay.yaml action 1 (d): `/a` is an object, its `update` is none"
        );
        let whole = overlay("- {target: $, description: d, remove: true}").apply(yaml("a: 1"));
        assert_eq!(
            error(whole),
            "overlay.yaml action 1 (d): cannot remove the whole document"
        );
    }
}
