//! Constructors of the entities that users make most.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{ItemRef, Section};

impl Section {
    /// A visible section without items.
    pub fn new(identifier: impl Into<String>, title: impl Into<String>) -> Self {
        from_required(json!({ "identifier": identifier.into(), "title": title.into() }))
    }
}

impl ItemRef {
    /// A reference to the item of this identifier.
    pub fn new(identifier: impl Into<String>) -> Self {
        from_required(json!({ "identifier": identifier.into() }))
    }
}

impl From<&str> for ItemRef {
    fn from(identifier: &str) -> Self {
        Self::new(identifier)
    }
}

impl From<String> for ItemRef {
    fn from(identifier: String) -> Self {
        Self::new(identifier)
    }
}

/// An entity of only what it requires; all else is as the document says where it is not said.
fn from_required<T: DeserializeOwned>(fields: Value) -> T {
    serde_json::from_value(fields).expect("these are the fields that the document requires")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_has_what_the_document_requires() {
        assert!(Section::new("s", "S").visible);
        assert_eq!(
            serde_json::to_value(ItemRef::new("i")).unwrap(),
            json!({ "identifier": "i" })
        );
        let section = serde_json::to_value(Section::new("s", "S")).unwrap();
        assert_eq!(
            section,
            json!({ "identifier": "s", "title": "S", "visible": true })
        );
    }
}
