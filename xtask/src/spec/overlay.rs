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
