//! Where operations and schemas stand in an OpenAPI document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::error::Result;

/// The keys of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The prefix of a reference to a component schema.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// One operation and where it stands.
pub(crate) struct Operation<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) value: &'a Value,
}

impl Operation<'_> {
    /// "operation `createSection`", or its method and path if it has no id.
    pub(crate) fn place(&self) -> String {
        operation_place(self.method, self.path, self.value)
    }

    /// "POST /items".
    pub(crate) fn route(&self) -> String {
        route(self.method, self.path)
    }
}

fn operation_place(method: &str, path: &str, operation: &Value) -> String {
    match operation["operationId"].as_str() {
        Some(id) => format!("operation `{id}`"),
        None => format!("operation `{}`", route(method, path)),
    }
}

fn route(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

/// All operations, in the order of the document.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    object(&document["paths"]).flat_map(|(path, item)| {
        object(item)
            .filter(|(key, _)| METHODS.contains(&key.as_str()))
            .map(move |(method, value)| Operation {
                method,
                path,
                value,
            })
    })
}

/// All operations with their place, to be changed.
pub(crate) fn operations_mut(document: &mut Value) -> impl Iterator<Item = (String, &mut Value)> {
    members_mut(document, "paths").flat_map(|(path, item)| {
        object_mut(item)
            .filter(|(key, _)| METHODS.contains(&key.as_str()))
            .map(move |(method, value)| (operation_place(method, path, value), value))
    })
}

/// The entries of `value`, none if it is not an object.
pub(crate) fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The entries of `value`, none if it is not an object.
pub(crate) fn object_mut(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

/// The entries of the object at `key`, none if there is no such object. (Indexing would add what is missing.)
pub(crate) fn members_mut<'a>(
    value: &'a mut Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    value.get_mut(key).into_iter().flat_map(object_mut)
}

/// The items of the array at `key`, none if there is no such array.
pub(crate) fn items_mut<'a>(
    value: &'a mut Value,
    key: &str,
) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(key).into_iter().flat_map(array_mut)
}

/// Removes `key` from an object; the others keep their order.
pub(crate) fn remove(value: &mut Value, key: &str) -> Option<Value> {
    value.as_object_mut()?.shift_remove(key)
}

/// The items of `value`, none if it is not an array.
pub(crate) fn array_mut(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}

/// The outermost schemas of the document, each with its place: first the components, then the operations.
pub(crate) fn root_schemas(document: &mut Value) -> Vec<(String, &mut Value)> {
    let mut roots = Vec::new();
    let Some(document) = document.as_object_mut() else {
        return roots;
    };
    for (section, value) in document.iter_mut() {
        match section.as_str() {
            "components" => component_schemas(value, &mut roots),
            "paths" => {
                for (path, item) in object_mut(value) {
                    path_item_schemas(path, item, &mut roots);
                }
            }
            _ => {}
        }
    }
    roots.sort_by_key(|(place, _)| !place.starts_with("schema "));
    roots
}

/// The component that a root's place names.
pub(crate) fn component_of(place: &str) -> Option<&str> {
    place.strip_prefix("schema `")?.strip_suffix('`')
}

fn component_schemas<'a>(components: &'a mut Value, roots: &mut Vec<(String, &'a mut Value)>) {
    for (section, members) in object_mut(components) {
        for (name, member) in object_mut(members) {
            match section.as_str() {
                "schemas" => roots.push((format!("schema `{name}`"), member)),
                "parameters" | "headers" => {
                    parameter_schemas(&format!("{section} `{name}`"), member, roots)
                }
                "requestBodies" | "responses" => {
                    content_schemas(&format!("{section} `{name}`"), member, roots)
                }
                _ => {}
            }
        }
    }
}

fn path_item_schemas<'a>(
    path: &str,
    item: &'a mut Value,
    roots: &mut Vec<(String, &'a mut Value)>,
) {
    for (key, value) in object_mut(item) {
        if key == "parameters" {
            for parameter in array_mut(value) {
                parameter_schemas(&format!("path `{path}`"), parameter, roots);
            }
        } else if METHODS.contains(&key.as_str()) {
            let place = operation_place(key, path, value);
            for (part, value) in object_mut(value) {
                match part.as_str() {
                    "parameters" => {
                        array_mut(value).for_each(|p| parameter_schemas(&place, p, roots))
                    }
                    "requestBody" => content_schemas(&format!("{place} request"), value, roots),
                    "callbacks" => {
                        for (path, item) in
                            object_mut(value).flat_map(|(_, paths)| object_mut(paths))
                        {
                            path_item_schemas(path, item, roots);
                        }
                    }
                    "responses" => {
                        for (status, response) in object_mut(value) {
                            content_schemas(&format!("{place} response {status}"), response, roots);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

fn parameter_schemas<'a>(
    place: &str,
    parameter: &'a mut Value,
    roots: &mut Vec<(String, &'a mut Value)>,
) {
    let place = match parameter["name"].as_str() {
        Some(name) => format!("{place} parameter `{name}`"),
        None => place.to_owned(),
    };
    for (key, value) in object_mut(parameter) {
        match key.as_str() {
            "schema" => roots.push((place.clone(), value)),
            "content" => media_type_schemas(&place, value, roots),
            _ => {}
        }
    }
}

fn content_schemas<'a>(
    place: &str,
    value: &'a mut Value,
    roots: &mut Vec<(String, &'a mut Value)>,
) {
    for (key, value) in object_mut(value) {
        match key.as_str() {
            "content" => media_type_schemas(place, value, roots),
            "headers" => {
                for (name, header) in object_mut(value) {
                    parameter_schemas(&format!("{place} header `{name}`"), header, roots);
                }
            }
            _ => {}
        }
    }
}

fn media_type_schemas<'a>(
    place: &str,
    content: &'a mut Value,
    roots: &mut Vec<(String, &'a mut Value)>,
) {
    for (_, media) in object_mut(content) {
        if let Some(schema) = media.get_mut("schema") {
            roots.push((place.to_owned(), schema));
        }
    }
}

/// What a subschema is to the schema around it.
#[derive(Clone, Copy)]
pub(crate) enum Role<'a> {
    Property(&'a str),
    Items,
    AdditionalProperties,
    Branch,
}

impl Role<'_> {
    /// The place of the subschema, given that of its parent.
    pub(crate) fn place(self, parent: &str) -> String {
        match self {
            Role::Property(name) => format!("{parent}.{name}"),
            Role::Items => format!("{parent}[]"),
            Role::AdditionalProperties => format!("{parent}.*"),
            Role::Branch => parent.to_owned(),
        }
    }
}

/// The schemas directly inside `schema`.
pub(crate) fn subschemas(schema: &mut Value) -> Vec<(Role<'_>, &mut Value)> {
    let mut found = Vec::new();
    for (keyword, value) in object_mut(schema) {
        match keyword.as_str() {
            "properties" => {
                found.extend(object_mut(value).map(|(name, v)| (Role::Property(name), v)))
            }
            "items" => found.push((Role::Items, value)),
            "additionalProperties" if value.is_object() => {
                found.push((Role::AdditionalProperties, value))
            }
            "not" => found.push((Role::Branch, value)),
            "allOf" | "anyOf" | "oneOf" => {
                found.extend(array_mut(value).map(|v| (Role::Branch, v)))
            }
            _ => {}
        }
    }
    found
}

/// Calls `visit` with every schema of the document, inner ones before outer ones.
pub(crate) fn each_schema(
    document: &mut Value,
    visit: &mut dyn FnMut(&str, &mut Value) -> Result<()>,
) -> Result<()> {
    root_schemas(document)
        .into_iter()
        .try_for_each(|(place, schema)| within(&place, schema, visit))
}

fn within(
    place: &str,
    schema: &mut Value,
    visit: &mut dyn FnMut(&str, &mut Value) -> Result<()>,
) -> Result<()> {
    for (role, inner) in subschemas(schema) {
        within(&role.place(place), inner, visit)?;
    }
    visit(place, schema)
}

/// The components that `roots` refer to, directly or through other components.
pub(crate) fn reachable<'a>(
    document: &'a Value,
    roots: impl Iterator<Item = &'a Value>,
) -> BTreeSet<String> {
    let schemas = &document["components"]["schemas"];
    let mut queue: Vec<&str> = roots.flat_map(references).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if found.insert(name.to_owned()) {
            queue.extend(references(&schemas[name]));
        }
    }
    found
}

/// The names of the component schemas that `value` refers to, anywhere in it.
pub(crate) fn references(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect_references(value, &mut found);
    found
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(reference(map).and_then(|target| target.strip_prefix(SCHEMAS)));
            map.values()
                .for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// The `$ref` of an object, if it is one (a property may be called `$ref`, but then it is no string).
pub(crate) fn reference(map: &Map<String, Value>) -> Option<&str> {
    map.get("$ref").and_then(Value::as_str)
}
