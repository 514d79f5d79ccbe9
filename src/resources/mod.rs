//! The resources of the API, one file each: collections that list and create, handles that act on one entity.

mod conveniences;
pub(crate) mod edit;
mod feedback;
mod handles;
mod item_refs;
mod items;
mod metadata_write;
mod parts;
mod sections;
mod settle;
mod stimuli;
pub(crate) mod stored;
mod tests;
mod typed;
mod validation;

pub use conveniences::Upserted;
pub use feedback::FeedbackEntries;
pub use item_refs::ItemRefs;
pub use items::{ItemHandle, ItemQuery, Items};
pub use metadata_write::MetadataWrite;
pub use parts::{PartHandle, Parts};
pub use sections::{SectionHandle, Sections};
pub use stimuli::{Stimuli, StimulusHandle};
pub use tests::{TestHandle, TestQuery, Tests};
pub use validation::Validation;
