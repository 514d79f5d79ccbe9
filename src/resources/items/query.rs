//! What the list of items can be asked for besides what every list can.

use super::Items;
use crate::models::ItemType;
use crate::page::List;

/// The query parameters of the list of items alone; set by the methods of [`List`].
#[derive(Debug, Clone, Default)]
pub struct ItemQuery {
    pub(super) item_type: Option<ItemType>,
    pub(super) subject: Option<String>,
    pub(super) grade: Option<String>,
    pub(super) search: Option<String>,
}

impl List<Items> {
    /// Only items of this type (parameter `type`).
    pub fn item_type(mut self, item_type: impl Into<ItemType>) -> Self {
        self.parameters.extra.item_type = Some(item_type.into());
        self
    }

    /// Only items whose metadata says this subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.parameters.extra.subject = Some(subject.into());
        self
    }

    /// Only items whose metadata says this grade, such as `5` or `K`.
    pub fn grade(mut self, grade: impl ToString) -> Self {
        self.parameters.extra.grade = Some(grade.to_string());
        self
    }

    /// Only items that the service's second, fuzzy text search finds (parameter `search`).
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.parameters.extra.search = Some(text.into());
        self
    }
}
