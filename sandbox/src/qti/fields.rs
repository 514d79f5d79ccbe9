//! The fields of a JSON body: texts, objects and markup.

use serde_json::{Map, Value};

use super::content::text_of;
use super::xml::{self, Element, Node};

/// Appends markup from a field.
pub(super) fn with_markup(
    mut element: Element,
    markup: Option<&Value>,
    field: &str,
) -> Result<Element, (String, String)> {
    element.children.extend(nodes(markup, field)?);
    Ok(element)
}

/// Markup from a field, as nodes.
pub(super) fn nodes(markup: Option<&Value>, field: &str) -> Result<Vec<Node>, (String, String)> {
    match markup {
        None => Ok(Vec::new()),
        Some(markup) => {
            let markup = markup
                .as_str()
                .map_or_else(|| text_of(markup), str::to_owned);
            xml::parse_fragment(&markup).map_err(|error| (field.to_owned(), error))
        }
    }
}

/// A field as text; empty where it is missing.
pub(crate) fn text(body: &Map<String, Value>, name: &str) -> String {
    body.get(name).map(text_of).unwrap_or_default()
}

/// The objects of a list.
pub(super) fn objects<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> + use<'a> {
    body.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}
