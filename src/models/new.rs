//! Constructors of the entities that users make most.

use super::{ItemRef, Section};

impl Section {
    /// A visible section without items.
    pub fn new(identifier: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            identifier: identifier.into(),
            title: title.into(),
            visible: Some(true),
            fixed: None,
            required: None,
            sequence: None,
            qti_assessment_item_ref: None,
            qti_branch_rule: None,
            qti_pre_condition: None,
            extra: Default::default(),
        }
    }
}

impl ItemRef {
    /// A reference to the item of this identifier.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self {
            identifier: identifier.into(),
            href: None,
            sequence: None,
            extra: Default::default(),
        }
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
