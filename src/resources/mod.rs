//! The resources of the API, one file each: collections that list and create, handles that act on one entity.

mod feedback;
mod handles;
mod identifier;
mod item_refs;
mod items;
mod lost_reply;
mod metadata_write;
mod parts;
mod read_back;
mod resource;
mod sections;
mod stale_fields;
mod stimuli;
mod tests;
mod upsert;
mod validation;
mod xml_body;
mod xml_resource;

pub use feedback::FeedbackEntries;
pub use item_refs::ItemRefs;
pub use items::{ItemHandle, ItemQuery, Items};
pub use metadata_write::MetadataWrite;
pub use parts::{PartHandle, Parts};
pub use sections::{SectionHandle, Sections};
pub use stimuli::{Stimuli, StimulusHandle};
pub use tests::{TestHandle, TestQuery, Tests};
pub use upsert::Upserted;
pub use validation::Validation;
