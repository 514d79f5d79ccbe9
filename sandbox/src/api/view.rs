//! Entities as the API shows them.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::listing::timestamp;
use crate::qti::{content, item_reading, test_xml, xml};
use crate::store::model::{Feedback, Item, ItemRef, Part, Section, Stamps, Stimulus, Test};

/// Everything but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An identifier as one segment of a path.
pub(crate) fn segment(identifier: &str) -> String {
    utf8_percent_encode(identifier, SEGMENT).to_string()
}

/// The address that a reference leads to. It is absolute, whatever was sent.
pub(crate) fn href(base: &str, item: &ItemRef) -> String {
    match &item.href {
        Some(href) if href.starts_with("http://") || href.starts_with("https://") => href.clone(),
        _ => format!("{base}/assessment-items/{}", segment(&item.identifier)),
    }
}

pub(crate) fn section(section: &Section, base: &str) -> Value {
    let mut value = plain(section);
    let items = section
        .items
        .iter()
        .map(|item| json!({"identifier": item.identifier, "href": href(base, item)}));
    value["qti-assessment-item-ref"] = items.collect();
    value
}

pub(crate) fn part(part: &Part, base: &str) -> Value {
    let mut value = plain(part);
    value["qti-assessment-section"] = part
        .sections
        .iter()
        .map(|below| section(below, base))
        .collect();
    value
}

/// A part with its XML, as the writes of parts answer.
pub(crate) fn part_with_xml(written: &Part, base: &str) -> Value {
    let element = test_xml::of_part(written, &|item| href(base, item));
    let mut value = part(written, base);
    value["rawXml"] = element.to_document().into();
    value["content"] = content::of_document(&element);
    value
}

pub(crate) fn test(test: &Test, base: &str) -> Value {
    let mut value = plain(test);
    let raw_xml = raw_xml(test, base);
    value["qti-test-part"] = test.parts.iter().map(|below| part(below, base)).collect();
    if value.get("qtiVersion").is_none() {
        value["qtiVersion"] = "3.0".into();
    }
    value["content"] = content_of(&raw_xml);
    value["rawXml"] = raw_xml.into();
    value["isValidXml"] = true.into();
    stamp(&mut value, test.stamps);
    value
}

/// The test's XML: as it was sent, or generated if the test has changed since.
pub(crate) fn raw_xml(test: &Test, base: &str) -> String {
    test.source_xml
        .clone()
        .unwrap_or_else(|| test_xml::of_test(test, &|item| href(base, item)).to_document())
}

/// The JSON of XML that has been checked before it was stored.
fn content_of(raw_xml: &str) -> Value {
    xml::parse(raw_xml)
        .map(|root| content::of_document(&root))
        .unwrap_or_default()
}

/// An item. Most of it is read from its XML, which has been checked before it was stored.
pub(crate) fn item(item: &Item) -> Value {
    let root = xml::parse(&item.raw_xml).unwrap_or_default();
    let mut fields = Map::new();
    fields.insert("identifier".to_owned(), item.identifier.as_str().into());
    fields.insert("title".to_owned(), item.title.as_str().into());
    fields.insert("type".to_owned(), item.kind.as_str().into());
    fields.extend(
        item.stale_fields
            .clone()
            .unwrap_or_else(|| item_reading::fields(&root)),
    );
    if let Some(metadata) = &item.metadata {
        fields.insert("metadata".to_owned(), metadata.clone());
    }
    let mut value = Value::Object(fields);
    value["rawXml"] = item.raw_xml.as_str().into();
    value["content"] = content::of_document(&root);
    stamp(&mut value, item.stamps);
    value
}

/// The fields that are read from the item's XML, and those of its interaction. The service is known to store a copy of
/// them.
pub(crate) fn typed_copy(item: &Item) -> Map<String, Value> {
    if let Some(stale) = &item.stale_fields {
        return stale.clone();
    }
    let root = xml::parse(&item.raw_xml).unwrap_or_default();
    let mut fields = item_reading::fields(&root);
    if let Some(interaction) = item_reading::interaction(&root) {
        fields.insert("interaction".to_owned(), interaction);
    }
    fields
}

pub(crate) fn stimulus(stimulus: &Stimulus) -> Value {
    let mut value = plain(stimulus);
    if value.get("catalogInfo").is_none() {
        value["catalogInfo"] = json!([]);
    }
    value["content"] = content_of(&stimulus.raw_xml);
    stamp(&mut value, stimulus.stamps);
    value
}

/// Feedback, with the `_id` by which it is deleted. The document leaves that field out.
pub(crate) fn feedback(feedback: &Feedback) -> Value {
    let mut value = plain(feedback);
    if let Some(object) = value.as_object_mut() {
        let id = object.remove("id").unwrap_or_default();
        object.insert("_id".to_owned(), id);
    }
    value
}

/// XML as an answer.
pub(crate) fn xml_response(xml: String) -> Response {
    (
        [(header::CONTENT_TYPE, "application/xml; charset=utf-8")],
        xml,
    )
        .into_response()
}

fn stamp(value: &mut Value, stamps: Stamps) {
    value["createdAt"] = timestamp(stamps.created).into();
    value["updatedAt"] = timestamp(stamps.updated).into();
    value["__v"] = stamps.version.into();
}

/// The entity's own fields, without those that only the store knows.
fn plain(entity: &impl Serialize) -> Value {
    // Plain data with string keys always has a JSON form.
    let mut value = serde_json::to_value(entity).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !matches!(name.as_str(), "_stamps" | "_sourceXml"));
    }
    value
}
