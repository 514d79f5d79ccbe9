//! Drop prose: upstream's texts and examples are not ours to pass on.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Document;
use super::error::Result;
use super::relax::OPEN_ENUM;
use super::visit::{self, METHODS, array_mut, items_mut, members_mut, object_mut, remove};

/// Keywords whose value is a text or an example.
const PROSE: [&str; 6] = [
    "description",
    "summary",
    "externalDocs",
    "example",
    "examples",
    "$comment",
];

/// Removes every description, summary, example and title of a schema.
///
/// A response must have a description: it becomes the standard phrase of its status.
pub(crate) fn drop_prose(mut document: Document) -> Result<Document> {
    strip(&mut document);
    if let Some(info) = document.get_mut("info") {
        strip(info);
        remove(info, "termsOfService");
        remove(info, "contact");
    }
    items_mut(&mut document, "tags").for_each(strip);
    items_mut(&mut document, "servers").for_each(strip_server);
    if let Some(components) = document.get_mut("components") {
        members_mut(components, "securitySchemes").for_each(|(_, scheme)| strip_security(scheme));
    }
    members_mut(&mut document, "paths").for_each(|(_, item)| strip_path_item(item));
    visit::each_schema(&mut document, &mut |_, schema| {
        strip(schema);
        remove(schema, "title");
        Ok(())
    })?;
    Ok(document)
}

/// Removes the texts of one object, and its extensions, of which only upstream knows what they hold.
fn strip(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        map.retain(|key, _| {
            // Of our own document, which can be compared, too.
            let is_ours = key == OPEN_ENUM;
            !PROSE.contains(&key.as_str()) && (is_ours || !key.starts_with("x-"))
        });
    }
}

fn strip_security(scheme: &mut Value) {
    strip(scheme);
    for (_, flow) in members_mut(scheme, "flows") {
        members_mut(flow, "scopes").for_each(|(_, text)| *text = json!(""));
    }
}

fn strip_path_item(item: &mut Value) {
    strip(item);
    for (key, value) in object_mut(item) {
        match key.as_str() {
            "parameters" => array_mut(value).for_each(strip_with_content),
            "servers" => array_mut(value).for_each(strip_server),
            method if METHODS.contains(&method) => strip_operation(value),
            _ => {}
        }
    }
}

fn strip_server(server: &mut Value) {
    strip(server);
    members_mut(server, "variables").for_each(|(_, variable)| strip(variable));
}

fn strip_operation(operation: &mut Value) {
    strip(operation);
    for (part, value) in object_mut(operation) {
        match part.as_str() {
            "parameters" => array_mut(value).for_each(strip_with_content),
            "requestBody" => strip_with_content(value),
            "servers" => array_mut(value).for_each(strip_server),
            "callbacks" => object_mut(value)
                .flat_map(|(_, paths)| object_mut(paths))
                .for_each(|(_, item)| strip_path_item(item)),
            "responses" => {
                if let Some(responses) = value.as_object_mut() {
                    responses.retain(|status, _| !status.starts_with("x-"));
                }
                for (status, response) in object_mut(value) {
                    strip_with_content(response);
                    if let Some(response) = response.as_object_mut() {
                        response.shift_insert(0, "description".into(), json!(phrase(status)));
                    }
                }
            }
            _ => {}
        }
    }
}

/// A parameter, request body, response or header, with its media types and headers.
fn strip_with_content(value: &mut Value) {
    strip(value);
    for (key, inner) in object_mut(value) {
        match key.as_str() {
            "content" | "encoding" | "headers" => {
                object_mut(inner).for_each(|(_, value)| strip_with_content(value));
            }
            "links" => {
                for (_, link) in object_mut(inner) {
                    strip(link);
                    link.get_mut("server").into_iter().for_each(strip_server);
                }
            }
            _ => {}
        }
    }
}

fn phrase(status: &str) -> &'static str {
    let status = status.parse::<StatusCode>().ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Any other status")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::yaml;

    #[test]
    fn no_text_of_upstream_is_left() {
        let document = yaml(
            "
openapi: 3.0.3
x-top: {a: PROSE}
info: {title: API, version: '1', x-logo: {url: PROSE}, description: PROSE, termsOfService: PROSE, contact: {name: PROSE}}
externalDocs: {url: PROSE}
tags: [{name: T, description: PROSE}]
servers: [{url: https://example.org, description: PROSE, variables: {v: {default: a, description: PROSE}}}]
paths:
  /a:
    summary: PROSE
    parameters: [{in: path, name: p, description: PROSE, example: PROSE, schema: {type: string, title: PROSE}}]
    get:
      operationId: a
      x-code: [{source: PROSE}]
      summary: PROSE
      description: PROSE
      externalDocs: {url: PROSE}
      servers: [{url: https://example.org, description: PROSE}]
      callbacks: {c: {'{$url}': {post: {summary: PROSE, requestBody: {content: {application/json: {schema: {title: PROSE}}}}}}}}
      parameters: [{in: query, name: q, description: PROSE, examples: {a: {value: PROSE}}, schema: {example: PROSE}}]
      requestBody:
        description: PROSE
        content: {application/json: {examples: {a: {value: PROSE}}, schema: {$ref: '#/components/schemas/S'}}}
      responses:
        x-note: PROSE
        '200':
          description: PROSE
          headers: {X: {description: PROSE, schema: {description: PROSE}}}
          links: {L: {operationId: b, description: PROSE, server: {url: /, description: PROSE}}}
          content: {application/json: {example: PROSE, schema: {items: {description: PROSE}}}}
components:
  securitySchemes:
    O: {type: oauth2, description: PROSE, flows: {clientCredentials: {tokenUrl: https://example.org, scopes: {s: PROSE}}}}
  schemas:
    S: {x-note: PROSE, description: PROSE, properties: {p: {description: PROSE, example: PROSE}}, allOf: [{title: PROSE}]}
",
        );
        let text = drop_prose(document).unwrap().to_string();
        assert!(!text.contains("PROSE"), "{text}");
    }

    #[test]
    fn a_property_may_be_called_description() {
        let schema = "{type: object, properties: {description: {type: string}, title: {type: string}, x-a: {type: string}}}";
        let document = crate::spec::testing::with_schemas(&format!("S: {schema}"));
        assert_eq!(drop_prose(document.clone()).unwrap(), document);
    }

    #[test]
    fn a_response_says_the_phrase_of_its_status() {
        let document = crate::spec::testing::with_paths(
            "/a: {get: {responses: {'201': {description: long}, '4XX': {description: long}}}}",
            "{}",
        );
        let document = drop_prose(document).unwrap();
        let responses = &document["paths"]["/a"]["get"]["responses"];
        assert_eq!(responses["201"]["description"], "Created");
        assert_eq!(responses["4XX"]["description"], "Any other status");
    }
}
