//! Narrow: an operation keeps one answer and one media type.
//!
//! progenitor panics on two request media types, on two typed error responses, and on a typed 200 beside a 204. It also
//! hides the status of an error whose body is not the documented one, so errors are left out and the library reads them
//! itself.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::visit::{members_mut, operations_mut, remove};

const JSON: &str = "application/json";

/// Leaves each operation its one success response and the JSON form of every body.
pub(crate) fn narrow(mut document: Document) -> Result<Document> {
    for (place, operation) in operations_mut(&mut document) {
        if !operation["operationId"].is_string() {
            return Err(Error::new(place, "has no `operationId` to name it in Rust"));
        }
        // What the service sends of its own accord is not the library's.
        remove(operation, "callbacks");
        keep_success(&place, operation)?;
        if let Some(body) = operation.get_mut("requestBody") {
            keep_json(&format!("{place} request"), body)?;
        }
        for (status, response) in members_mut(operation, "responses") {
            keep_json(&format!("{place} response {status}"), response)?;
        }
    }
    Ok(document)
}

fn keep_success(place: &str, operation: &mut Value) -> Result<()> {
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    let responses = responses.ok_or_else(|| Error::new(place, "has no responses"))?;
    responses.retain(|status, _| status.starts_with('2'));
    match responses
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [_] => Ok(()),
        [] => Err(Error::new(place, "has no success response")),
        several => {
            let several = several.join(" and ");
            Err(Error::new(
                place,
                format!("answers {several}; an action of overlay.yaml must leave one of them"),
            ))
        }
    }
}

/// Keeps only the JSON form of a body; a body without content stays without.
fn keep_json(place: &str, holder: &mut Value) -> Result<()> {
    let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let other = content.keys().find(|media| !is_json(media)).cloned();
    content.retain(|media, _| is_json(media));
    let refused = |problem: String| Err(Error::new(place, problem));
    match (content.iter().collect::<Vec<_>>().as_slice(), other) {
        ([], Some(other)) => refused(format!("has no JSON form, only {other}")),
        ([(media, form)], _) if form["schema"].is_null() => refused(format!(
            "as {media} has no schema; overlay.yaml must give it one"
        )),
        ([(one, _), (other, _), ..], _) => refused(format!(
            "has two JSON forms, {one} and {other}; an action of overlay.yaml must leave one of them"
        )),
        _ => Ok(()),
    }
}

fn is_json(media: &str) -> bool {
    media
        .split(';')
        .next()
        .is_some_and(|media| media.trim() == JSON)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, yaml};

    fn operation(operation: &str) -> Document {
        with_paths(&format!("/a: {{post: {operation}}}"), "{}")
    }

    #[test]
    fn error_responses_leave() {
        let narrowed = narrow(operation(
            "{operationId: a, responses: {'201': {}, '404': {}, 5XX: {}, default: {}}}",
        ));
        assert_eq!(
            narrowed.unwrap()["paths"]["/a"]["post"]["responses"],
            yaml("{'201': {}}")
        );
    }

    #[test]
    fn callbacks_leave() {
        let narrowed = narrow(operation(
            "{operationId: a, callbacks: {c: {}}, responses: {'204': {}}}",
        ));
        assert_eq!(
            narrowed.unwrap()["paths"]["/a"]["post"]["callbacks"],
            yaml("null")
        );
    }

    #[test]
    fn bodies_keep_their_json_form() {
        let content = "{application/xml: {}, 'application/json; charset=utf-8': {schema: {}}}";
        let narrowed = narrow(operation(&format!(
            "{{operationId: a, requestBody: {{content: {content}}}, responses: {{'200': {{content: {content}}}}}}}"
        )))
        .unwrap();
        let operation = &narrowed["paths"]["/a"]["post"];
        let json = yaml("{'application/json; charset=utf-8': {schema: {}}}");
        assert_eq!(operation["requestBody"]["content"], json);
        assert_eq!(operation["responses"]["200"]["content"], json);
    }

    #[test]
    fn what_cannot_be_one_answer_in_json_is_refused_with_its_operation() {
        for (text, problem) in [
            (
                "{operationId: a, responses: {'200': {}, '204': {}}}",
                "operation `a`: answers 200 and 204; an action of overlay.yaml must leave one of them",
            ),
            (
                "{operationId: a, responses: {'400': {}}}",
                "operation `a`: has no success response",
            ),
            ("{operationId: a}", "operation `a`: has no responses"),
            (
                "{responses: {'200': {}}}",
                "operation `POST /a`: has no `operationId` to name it in Rust",
            ),
            (
                "{operationId: a, responses: {'200': {content: {text/csv: {}}}}}",
                "operation `a` response 200: has no JSON form, only text/csv",
            ),
            (
                "{operationId: a, responses: {'200': {content: {application/json: {}}}}}",
                "operation `a` response 200: as application/json has no schema; overlay.yaml must give it one",
            ),
            (
                "{operationId: a, requestBody: {content: {application/json: {schema: {}}, application/json;v=2: {schema: {}}}}, responses: {'204': {}}}",
                "operation `a` request: has two JSON forms, application/json and application/json;v=2; an action of overlay.yaml must leave one of them",
            ),
        ] {
            assert_eq!(error(narrow(operation(text))), problem);
        }
    }
}
