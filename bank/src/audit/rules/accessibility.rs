//! Accessibility: alternative texts of images, and the language of the content.

use timeback_qti::xml::Element;

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;
use crate::entity::Kind;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for element in document.root.descendants().filter(is_image_without_alt) {
        let named = element.attribute("src").or(element.attribute("data"));
        let message = match named {
            // A `data:` URL would tell a reader nothing, and can be long.
            Some(address) if !address.starts_with("data:") => {
                format!("the image {address:?} has no alternative text")
            }
            _ => "the image has no alternative text".to_owned(),
        };
        findings.at(document.source, &element, Rule::ImageWithoutAlt, message);
    }
    // A test holds no text of its own, only that of its items.
    if document.source.entity.key.kind != Kind::Test && !says_language(&document.root) {
        let message = "the root has no xml:lang";
        findings.at(
            document.source,
            &document.root,
            Rule::LanguageMissing,
            message,
        );
    }
}

fn is_image_without_alt(element: &Element) -> bool {
    match element.name() {
        "img" => element.attribute("alt").is_none(),
        "object" => {
            let media_type = element.attribute("type").unwrap_or_default();
            media_type.starts_with("image/") && element.content().text().is_empty()
        }
        _ => false,
    }
}

fn says_language(root: &Element) -> bool {
    let says = |element: &Element| {
        let language = element.attribute("xml:lang");
        language.is_some_and(|language| !language.trim().is_empty())
    };
    let is_body =
        |element: &Element| matches!(element.qti_name(), Some("item-body" | "stimulus-body"));
    says(root) || root.children().any(|child| is_body(&child) && says(&child))
}
