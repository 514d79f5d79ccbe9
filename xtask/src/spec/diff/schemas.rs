//! Changes of schemas, judged by the direction in which their values go.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Change, Direction, Kind, Log, Uses, join};
use crate::spec::limits::LIMITS;
use crate::spec::relax::OPEN_ENUM;
use crate::spec::visit::{SCHEMAS, object};

/// Keywords that allow fewer values than their absence does, as the limits do.
const RULES: [&str; 3] = ["additionalProperties", "multipleOf", "not"];

/// Both documents, as a reference is followed in the document that it stands in.
pub(super) struct Schemas<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
}

pub(super) fn compare_components(old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let schemas = Schemas { old, new };
    let uses = [Uses::of(old), Uses::of(new)];
    let (old, new) = (&old["components"]["schemas"], &new["components"]["schemas"]);
    for (name, before) in object(old) {
        let mut log = Log {
            kind: Kind::Schema,
            name,
            changes,
        };
        let Some(after) = new.get(name) else {
            // Schemas that used this one report what they use now. The name itself is not in any request or answer.
            log.compatible("removed");
            continue;
        };
        let direction =
            uses.iter()
                .map(|uses| uses.direction(name))
                .fold(Direction::default(), |a, b| Direction {
                    request: a.request || b.request,
                    response: a.response || b.response,
                });
        schemas.compare("", before, after, direction, &mut log);
    }
    for (name, _) in object(new).filter(|(name, _)| old.get(name).is_none()) {
        Log {
            kind: Kind::Schema,
            name,
            changes,
        }
        .compatible("added");
    }
}

impl Schemas<'_> {
    /// Compares two schemas at one place; `at` is empty for a component itself.
    pub(super) fn compare(
        &self,
        at: &str,
        before: &Value,
        after: &Value,
        direction: Direction,
        log: &mut Log<'_>,
    ) {
        let mut walk = Walk {
            schemas: self,
            direction,
            log,
            seen: BTreeSet::new(),
        };
        walk.compare(at, before, after);
    }
}

struct Walk<'a, 'b> {
    schemas: &'a Schemas<'a>,
    direction: Direction,
    log: &'a mut Log<'b>,
    /// Pairs of components that are already being compared, because a type may contain itself.
    seen: BTreeSet<(String, String)>,
}

impl Walk<'_, '_> {
    fn compare(&mut self, at: &str, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        self.nullable(at, before, after);
        match (target(before), target(after)) {
            // The changes of a component are reported once, under its name.
            (Some(old), Some(new)) if old == new => return,
            (None, None) => {}
            (old, new) => {
                let names = (
                    old.unwrap_or_default().to_owned(),
                    new.unwrap_or_default().to_owned(),
                );
                if self.seen.insert(names) {
                    let before = old.map_or(before, |name| {
                        &self.schemas.old["components"]["schemas"][name]
                    });
                    let after = new.map_or(after, |name| {
                        &self.schemas.new["components"]["schemas"][name]
                    });
                    self.compare_plain(at, before, after);
                }
                return;
            }
        }
        self.compare_plain(at, before, after);
    }

    fn compare_plain(&mut self, at: &str, before: &Value, after: &Value) {
        self.types(at, before, after);
        self.usage(at, before, after);
        self.rules(at, before, after);
        self.values(at, before, after);
        self.properties(at, before, after);
        self.branches(at, before, after);
        match (before.get("items"), after.get("items")) {
            (Some(old), Some(new)) => self.compare(&format!("{at}[]"), old, new),
            (None, None) => {}
            // The type itself has changed, which was reported above.
            _ => {}
        }
    }

    /// More values are allowed than before: an answer may hold one that the client does not expect.
    fn wider(&mut self, at: &str, change: &str) {
        self.log.add(self.direction.response, join(at, change));
    }

    /// Fewer values are allowed than before: a request may hold one that is refused.
    fn narrower(&mut self, at: &str, change: &str) {
        self.log.add(self.direction.request, join(at, change));
    }

    fn nullable(&mut self, at: &str, before: &Value, after: &Value) {
        match (before["nullable"] == true, after["nullable"] == true) {
            (false, true) => self.wider(at, "became nullable"),
            (true, false) => self.narrower(at, "is no longer nullable"),
            _ => {}
        }
    }

    fn types(&mut self, at: &str, before: &Value, after: &Value) {
        let (old, new) = (&before["type"], &after["type"]);
        match (old.as_str(), new.as_str()) {
            (old, new) if old == new => {}
            (Some("integer"), Some("number")) => self.wider(at, "is a number, was an integer"),
            (Some("number"), Some("integer")) => self.narrower(at, "is an integer, was a number"),
            (Some(old), None) => self.wider(at, &format!("is of any type, was {old}")),
            (None, Some(new)) => self.narrower(at, &format!("is of type {new}, was of any")),
            (old, new) => {
                let change = format!(
                    "is of type {}, was {}",
                    new.unwrap_or("any"),
                    old.unwrap_or("any")
                );
                self.log.breaking(join(at, &change));
            }
        }
        if before["format"] != after["format"] && before["type"] == after["type"] {
            self.log.breaking(join(
                at,
                &format!("has format {}, had {}", after["format"], before["format"]),
            ));
        }
        if before["default"] != after["default"] {
            let change = format!(
                "has default {}, had {}",
                after["default"], before["default"]
            );
            // It is what a value that is not there means, in a request as in an answer.
            self.log.breaking(join(at, &change));
        }
    }

    /// Whether a value may still be written, still be read, and is still wanted at all.
    fn usage(&mut self, at: &str, before: &Value, after: &Value) {
        for (keyword, breaks) in [
            ("readOnly", self.direction.request),
            ("writeOnly", self.direction.response),
            ("deprecated", false),
        ] {
            match (before[keyword] == true, after[keyword] == true) {
                (false, true) => self.log.add(breaks, join(at, &format!("is `{keyword}`"))),
                (true, false) => self
                    .log
                    .compatible(join(at, &format!("is no longer `{keyword}`"))),
                _ => {}
            }
        }
        if before["discriminator"] != after["discriminator"] {
            let change = format!(
                "has `discriminator: {}`, had {}",
                after["discriminator"], before["discriminator"]
            );
            self.log.breaking(join(at, &change));
        }
    }

    fn rules(&mut self, at: &str, before: &Value, after: &Value) {
        for &rule in LIMITS.iter().chain(&RULES) {
            let said = |schema: &Value| {
                let value = schema.get(rule)?;
                (!is_void(rule, value)).then(|| value.clone())
            };
            match (said(before), said(after)) {
                (old, new) if old == new => {}
                (None, Some(new)) => self.narrower(at, &format!("got `{rule}: {new}`")),
                (Some(old), None) => self.wider(at, &format!("lost `{rule}: {old}`")),
                (old, new) => {
                    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
                    self.log
                        .breaking(join(at, &format!("has `{rule}: {new}`, had {old}")));
                }
            }
        }
    }

    fn values(&mut self, at: &str, before: &Value, after: &Value) {
        let (Some(old), Some(new)) = (before["enum"].as_array(), after["enum"].as_array()) else {
            match (before["enum"].is_array(), after["enum"].is_array()) {
                (true, false) => self.wider(at, "is no longer an enum"),
                (false, true) => self.narrower(at, "became an enum"),
                _ => {}
            }
            return;
        };
        for value in new.iter().filter(|value| !old.contains(value)) {
            // Clients of an open enum expect further values.
            match before[OPEN_ENUM] == true {
                true => self
                    .log
                    .compatible(join(at, &format!("value {value} added to an open enum"))),
                false => self.wider(at, &format!("value {value} added")),
            }
        }
        for value in old.iter().filter(|value| !new.contains(value)) {
            self.narrower(at, &format!("value {value} removed"));
        }
    }

    fn properties(&mut self, at: &str, before: &Value, after: &Value) {
        let (was_required, is_required) = (required(before), required(after));
        for (name, old) in object(&before["properties"]) {
            let at = format!("{at}.{name}");
            let Some(new) = after["properties"].get(name) else {
                self.log.breaking(join(&at, "removed"));
                continue;
            };
            match (
                was_required.contains(name.as_str()),
                is_required.contains(name.as_str()),
            ) {
                (true, false) => self.wider(&at, "became optional"),
                (false, true) => self.narrower(&at, "became required"),
                _ => {}
            }
            self.compare(&at, old, new);
        }
        for (name, _) in object(&after["properties"])
            .filter(|(name, _)| before["properties"].get(name).is_none())
        {
            let at = format!("{at}.{name}");
            match is_required.contains(name.as_str()) {
                true => self.narrower(&at, "added, required"),
                false => self.log.compatible(join(&at, "added")),
            }
        }
    }

    fn branches(&mut self, at: &str, before: &Value, after: &Value) {
        for keyword in ["oneOf", "anyOf"] {
            let list = |schema: &Value| schema[keyword].as_array().cloned().unwrap_or_default();
            let (old, new) = (list(before), list(after));
            for branch in new.iter().filter(|branch| !old.contains(branch)) {
                self.wider(at, &format!("alternative {} added", describe(branch)));
            }
            for branch in old.iter().filter(|branch| !new.contains(branch)) {
                self.narrower(at, &format!("alternative {} removed", describe(branch)));
            }
        }
        let parts = |schema: &Value| schema["allOf"].as_array().cloned().unwrap_or_default();
        let (old, new) = (parts(before), parts(after));
        for part in new.iter().filter(|part| !old.contains(part)) {
            self.log
                .breaking(join(at, &format!("must also be {}", describe(part))));
        }
        for part in old.iter().filter(|part| !new.contains(part)) {
            self.log
                .breaking(join(at, &format!("need no longer be {}", describe(part))));
        }
    }
}

/// Keywords that a schema may have and still be a mere reference.
const BESIDE_REFERENCE: [&str; 4] = ["$ref", "allOf", "nullable", "description"];

/// The component that a schema refers to, directly or by `allOf` around one reference.
fn target(schema: &Value) -> Option<&str> {
    if object(schema).any(|(key, _)| !BESIDE_REFERENCE.contains(&key.as_str())) {
        return None;
    }
    let reference = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    reference["$ref"].as_str()?.strip_prefix(SCHEMAS)
}

fn required(schema: &Value) -> BTreeSet<&str> {
    schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Whether a rule with this value means the same as its absence.
fn is_void(rule: &str, value: &Value) -> bool {
    match rule {
        "additionalProperties" => *value == true || *value == json!({}),
        _ => *value == false,
    }
}

fn describe(schema: &Value) -> String {
    target(schema).map_or_else(|| schema.to_string(), |name| format!("`{name}`"))
}
