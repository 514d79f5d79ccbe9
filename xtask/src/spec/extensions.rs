//! The extensions by which the overlay tells later steps what OpenAPI has no words for.

use serde_json::Value;

use super::name::{HAND_WRITTEN, NAME};
use super::policy::{IN_XML, OWNER, REPEAT};
use super::relax::{KEEP_DEFAULT, REQUIRED};
use super::visit::object;

const ALL: [&str; 7] = [
    HAND_WRITTEN,
    IN_XML,
    KEEP_DEFAULT,
    NAME,
    OWNER,
    REPEAT,
    REQUIRED,
];

/// An extension of an update that no step reads, as it is misspelt.
pub(crate) fn unknown(update: &Value) -> Option<&str> {
    if let Value::Array(items) = update {
        return items.iter().find_map(unknown);
    }
    object(update).find_map(|(key, value)| match key.as_str() {
        // These are names, of fields and of headers.
        "headers" | "properties" => object(value).find_map(|(_, inner)| unknown(inner)),
        extension if extension.starts_with("x-") => {
            (!ALL.contains(&extension)).then_some(extension)
        }
        _ => unknown(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::yaml;

    #[test]
    fn an_extension_that_is_misspelt_is_found_at_any_depth() {
        for update in [
            "{x-repaet: read}",
            "{properties: {x-a: {x-requird: [a]}}}",
            "[{allOf: [{x-owners: {}}]}]",
        ] {
            assert!(unknown(&yaml(update)).is_some(), "{update}");
        }
        let update = yaml("{x-repeat: read, properties: {x-a: {}}, headers: {x-b: {}}}");
        assert_eq!(unknown(&update), None);
    }
}
