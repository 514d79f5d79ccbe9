//! A stimulus's XML, both ways.

use serde_json::{Map, Value, json};

use super::content::text_of;
use super::document::document;
use super::fields::{objects, text, with_markup};
use super::xml::Element;

/// The stimulus as XML, or the field whose markup is not well-formed and why.
pub(crate) fn of_body(body: &Map<String, Value>) -> Result<Element, (String, String)> {
    let mut stimulus = document("qti-assessment-stimulus")
        .with("identifier", text(body, "identifier"))
        .with_some("xml:lang", body.get("language").map(text_of))
        .with("title", text(body, "title"))
        .with_some("label", body.get("label").map(text_of))
        .with_some("tool-name", body.get("toolName").map(text_of))
        .with_some("tool-version", body.get("toolVersion").map(text_of));
    if let Some(sheet) = body.get("stylesheet").and_then(Value::as_object) {
        stimulus.push(
            Element::new("qti-stylesheet")
                .with("href", text(sheet, "href"))
                .with("type", text(sheet, "type")),
        );
    }
    stimulus.push(with_markup(
        Element::new("qti-stimulus-body"),
        body.get("content"),
        "content",
    )?);
    let mut catalogs = Element::new("qti-catalog-info");
    for entry in objects(body, "catalogInfo") {
        let content = with_markup(
            Element::new("qti-html-content"),
            entry.get("content"),
            "catalogInfo.content",
        )?;
        let card = Element::new("qti-card")
            .with("support", text(entry, "support"))
            .child(content);
        catalogs.push(
            Element::new("qti-catalog")
                .with("id", text(entry, "id"))
                .child(card),
        );
    }
    Ok(if catalogs.children.is_empty() {
        stimulus
    } else {
        stimulus.child(catalogs)
    })
}

/// The fields of a stimulus that was sent as XML.
pub(crate) fn to_body(root: &Element) -> Map<String, Value> {
    let attributes = [
        ("identifier", "identifier"),
        ("title", "title"),
        ("xml:lang", "language"),
        ("label", "label"),
        ("tool-name", "toolName"),
        ("tool-version", "toolVersion"),
    ];
    let named = attributes
        .into_iter()
        .filter_map(|(attribute, name)| Some((name.to_owned(), root.attribute(attribute)?.into())));
    let mut body: Map<String, Value> = named.collect();
    if let Some(sheet) = root.named("qti-stylesheet").next() {
        body.insert(
            "stylesheet".to_owned(),
            json!({"href": sheet.attribute("href"), "type": sheet.attribute("type")}),
        );
    }
    let catalogs = root
        .descendants()
        .filter(|element| element.name == "qti-catalog");
    let cards =
        catalogs.flat_map(|catalog| catalog.named("qti-card").map(move |card| (catalog, card)));
    let entries = cards.map(|(catalog, card)| {
        let content: String = card.named("qti-html-content").map(Element::inner_xml).collect();
        json!({"id": catalog.attribute("id"), "support": card.attribute("support"), "content": content})
    });
    body.insert("catalogInfo".to_owned(), entries.collect());
    body
}
