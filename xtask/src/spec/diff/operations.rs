//! Changes of operations: which exist, where, for whom, and their parameters, bodies and answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::access::compare_own;
use super::schemas::Schemas;
use super::{Change, Direction, Kind, Log, join};
use crate::spec::visit::{Operation, object, operations};

const REQUEST: Direction = Direction {
    request: true,
    response: false,
};
const RESPONSE: Direction = Direction {
    request: false,
    response: true,
};

pub(super) fn compare(old: &Value, new: &Value, changes: &mut Vec<Change>) {
    let schemas = Schemas { old, new };
    let (old, new) = (by_id(old), by_id(new));
    for (id, before) in &old {
        let mut log = Log {
            kind: Kind::Operation,
            name: id,
            changes,
        };
        match new.get(id) {
            None => log.breaking("removed"),
            Some(after) => compare_operation(&schemas, before, after, &mut log),
        }
    }
    for (id, after) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
        let route = after.route();
        Log {
            kind: Kind::Operation,
            name: id,
            changes,
        }
        .compatible(format!("added, {route}"));
    }
}

fn by_id(document: &Value) -> BTreeMap<String, Operation<'_>> {
    operations(document)
        .map(|operation| {
            let id = operation.value["operationId"].as_str().map(str::to_owned);
            (id.unwrap_or_else(|| operation.route()), operation)
        })
        .collect()
}

fn compare_operation(
    schemas: &Schemas<'_>,
    before: &Operation<'_>,
    after: &Operation<'_>,
    log: &mut Log<'_>,
) {
    if before.route() != after.route() {
        log.breaking(format!(
            "moved from {} to {}",
            before.route(),
            after.route()
        ));
    }
    compare_own([schemas.old, schemas.new], [before.value, after.value], log);
    compare_deprecation("", before.value, after.value, log);
    compare_callbacks(&before.value["callbacks"], &after.value["callbacks"], log);
    compare_parameters(schemas, before.value, after.value, log);
    compare_request(
        schemas,
        &before.value["requestBody"],
        &after.value["requestBody"],
        log,
    );
    compare_responses(
        schemas,
        &before.value["responses"],
        &after.value["responses"],
        log,
    );
}

fn compare_deprecation(at: &str, before: &Value, after: &Value, log: &mut Log<'_>) {
    match (before["deprecated"] == true, after["deprecated"] == true) {
        (false, true) => log.compatible(join(at, "is deprecated")),
        (true, false) => log.compatible(join(at, "is no longer deprecated")),
        _ => {}
    }
}

/// A client without a server of its own, as ours, gets no callbacks.
fn compare_callbacks(before: &Value, after: &Value, log: &mut Log<'_>) {
    for (name, old) in object(before) {
        match after.get(name) {
            Some(new) if new == old => {}
            Some(_) => log.breaking(format!("callback `{name}` is another")),
            None => log.breaking(format!("callback `{name}` removed")),
        }
    }
    for (name, _) in object(after).filter(|(name, _)| before.get(name).is_none()) {
        log.compatible(format!("callback `{name}` added"));
    }
}

/// How the value of a parameter is written.
const FORMS: [&str; 5] = [
    "allowEmptyValue",
    "allowReserved",
    "content",
    "explode",
    "style",
];

fn compare_parameters(schemas: &Schemas<'_>, before: &Value, after: &Value, log: &mut Log<'_>) {
    let (before, after) = (parameters(before), parameters(after));
    for (key @ (place, name), old) in &before {
        let at = format!("{place} parameter `{name}`");
        let Some(new) = after.get(key) else {
            log.breaking(format!("{at} removed"));
            continue;
        };
        match (old["required"] == true, new["required"] == true) {
            (false, true) => log.breaking(format!("{at} became required")),
            (true, false) => log.compatible(format!("{at} became optional")),
            _ => {}
        }
        compare_deprecation(&at, old, new, log);
        for form in FORMS.iter().filter(|form| old[**form] != new[**form]) {
            log.breaking(format!(
                "{at} has `{form}: {}`, had {}",
                new[form], old[form]
            ));
        }
        schemas.compare(&at, &old["schema"], &new["schema"], REQUEST, log);
    }
    for ((place, name), new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        match new["required"] == true {
            true => log.breaking(format!("required {place} parameter `{name}` added")),
            false => log.compatible(format!("{place} parameter `{name}` added")),
        }
    }
}

fn parameters(operation: &Value) -> BTreeMap<(&str, &str), &Value> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .filter_map(|parameter| {
            Some((
                (parameter["in"].as_str()?, parameter["name"].as_str()?),
                parameter,
            ))
        })
        .collect()
}

fn compare_request(schemas: &Schemas<'_>, before: &Value, after: &Value, log: &mut Log<'_>) {
    match (before.is_null(), after.is_null()) {
        (true, true) => {}
        (true, false) if after["required"] == true => log.breaking("required request body added"),
        (true, false) => log.compatible("request body added"),
        (false, true) => log.breaking("request body removed"),
        (false, false) => {
            if before["required"] != true && after["required"] == true {
                log.breaking("request body became required");
            }
            for (media, old) in object(&before["content"]) {
                match after["content"].get(media) {
                    None => log.breaking(format!("request body as {media} removed")),
                    Some(new) => schemas.compare(
                        "request body",
                        &old["schema"],
                        &new["schema"],
                        REQUEST,
                        log,
                    ),
                }
            }
            for (media, _) in object(&after["content"])
                .filter(|(media, _)| before["content"].get(media).is_none())
            {
                log.compatible(format!("request body as {media} added"));
            }
        }
    }
}

/// Only success is compared: an error that is documented now was possible before.
fn compare_responses(schemas: &Schemas<'_>, before: &Value, after: &Value, log: &mut Log<'_>) {
    let success = |responses: &Value| -> Vec<String> {
        object(responses)
            .map(|(status, _)| status.clone())
            .filter(|status| status.starts_with('2'))
            .collect()
    };
    for status in success(before) {
        let Some(new) = after.get(&status) else {
            log.breaking(format!("response {status} removed"));
            continue;
        };
        for (media, old) in object(&before[&status]["content"]) {
            match new["content"].get(media) {
                None => log.breaking(format!("response {status} as {media} removed")),
                Some(new) => {
                    let at = format!("response {status}");
                    schemas.compare(&at, &old["schema"], &new["schema"], RESPONSE, log);
                }
            }
        }
        compare_headers(schemas, &status, &before[&status], new, log);
        if object(&before[&status]["content"]).next().is_none()
            && object(&new["content"]).next().is_some()
        {
            log.compatible(format!("response {status} got a body"));
        }
    }
    for status in success(after)
        .iter()
        .filter(|status| before.get(status).is_none())
    {
        log.breaking(format!("response {status} added"));
    }
}

fn compare_headers(
    schemas: &Schemas<'_>,
    status: &str,
    before: &Value,
    after: &Value,
    log: &mut Log<'_>,
) {
    let (before, after) = (&before["headers"], &after["headers"]);
    for (name, old) in object(before) {
        let at = format!("response {status} header `{name}`");
        match after.get(name) {
            Some(new) => schemas.compare(&at, &old["schema"], &new["schema"], RESPONSE, log),
            None => log.breaking(format!("{at} removed")),
        }
    }
    for (name, _) in object(after).filter(|(name, _)| before.get(name).is_none()) {
        log.compatible(format!("response {status} header `{name}` added"));
    }
}
