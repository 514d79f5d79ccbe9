//! Changes of how the service is reached: its servers, what it asks for to let a client in, and its version.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Change, Kind, Log};
use crate::spec::visit::object;

/// Compares what the documents say of all operations.
pub(super) fn compare(old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let (was, is) = (&old["info"]["version"], &new["info"]["version"]);
    if was != is {
        log("version", changes).compatible(format!("is {}, was {}", text(is), text(was)));
    }
    compare_servers(
        &old["servers"],
        &new["servers"],
        &mut log("servers", changes),
    );
    compare_members(
        "",
        &old["components"]["securitySchemes"],
        &new["components"]["securitySchemes"],
        &mut log("securitySchemes", changes),
    );
    compare_security(
        &old["security"],
        &new["security"],
        &mut log("security", changes),
    );
}

fn log<'a>(name: &'a str, changes: &'a mut Vec<Change>) -> Log<'a> {
    Log {
        kind: Kind::Document,
        name,
        changes,
    }
}

/// Compares the servers and the security of an operation, where it does not leave them to its document.
pub(super) fn compare_own(documents: [&Value; 2], operations: [&Value; 2], log: &mut Log<'_>) {
    let [old, new] = [0, 1].map(|side| {
        move |key: &str| match &operations[side][key] {
            Value::Null => &documents[side][key],
            own => own,
        }
    });
    let has_own = |key| operations.iter().any(|operation| !operation[key].is_null());
    if has_own("servers") {
        compare_servers(old("servers"), new("servers"), log);
    }
    if has_own("security") {
        compare_security(old("security"), new("security"), log);
    }
}

fn compare_servers(old: &Value, new: &Value, log: &mut Log<'_>) {
    let servers = |list: &Value| -> Vec<String> {
        let servers = list.as_array().into_iter().flatten();
        servers
            .map(|server| match &server["variables"] {
                Value::Null => text(&server["url"]),
                variables => format!("{} with {variables}", text(&server["url"])),
            })
            .collect()
    };
    let (old, new) = (servers(old), servers(new));
    for server in old.iter().filter(|server| !new.contains(server)) {
        log.breaking(format!("server {server} removed"));
    }
    for server in new.iter().filter(|server| !old.contains(server)) {
        log.compatible(format!("server {server} added"));
    }
    if let (Some(was), Some(is)) = (old.first(), new.first())
        && was != is
        && new.contains(was)
    {
        log.compatible(format!("server {is} comes first, {was} did"));
    }
}

/// What is gone or different concerns a client that uses it, what is new does not.
fn compare_members(at: &str, old: &Value, new: &Value, log: &mut Log<'_>) {
    if let (Value::Object(before), Value::Object(after)) = (old, new) {
        for (name, before) in before {
            let at = format!("{at}.{name}");
            match after.get(name) {
                Some(after) => compare_members(&at, before, after, log),
                None => log.breaking(super::join(&at, "removed")),
            }
        }
        for (name, _) in object(new).filter(|(name, _)| !before.contains_key(*name)) {
            log.compatible(super::join(&format!("{at}.{name}"), "added"));
        }
    } else if old != new {
        let change = format!("is {}, was {}", text(new), text(old));
        log.breaking(super::join(at, &change));
    }
}

fn compare_security(old: &Value, new: &Value, log: &mut Log<'_>) {
    let (old, new) = (ways_in(old), ways_in(new));
    let is_open = new.contains(NOTHING);
    for way in old.difference(&new) {
        log.add(!is_open, format!("no longer lets in with {way}"));
    }
    for way in new.difference(&old) {
        log.compatible(format!("lets in with {way}"));
    }
}

const NOTHING: &str = "nothing";

/// The alternatives, of which a client needs one: each names the schemes that it needs together, and their scopes.
fn ways_in(security: &Value) -> BTreeSet<String> {
    let none = [json!({})];
    let ways = security.as_array().map_or(&none[..], Vec::as_slice);
    let ways = if ways.is_empty() { &none[..] } else { ways };
    let way = |schemes: &Value| {
        let schemes: Vec<_> = object(schemes)
            .map(
                |(name, scopes)| match scopes.as_array().map(Vec::as_slice) {
                    None | Some([]) => format!("`{name}`"),
                    Some(scopes) => {
                        let scopes: Vec<_> = scopes.iter().map(text).collect();
                        format!("`{name}` ({})", scopes.join(", "))
                    }
                },
            )
            .collect();
        if schemes.is_empty() {
            NOTHING.to_owned()
        } else {
            schemes.join(" and ")
        }
    };
    ways.iter().map(way).collect()
}

/// A string without its quotes, another value as JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
