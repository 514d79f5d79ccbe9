//! The resources of the API, one file each: collections that list and create, handles that act on one entity.

mod item_refs;
mod parts;
mod sections;
mod settle;
mod tests;

pub use item_refs::ItemRefs;
pub use parts::PartHandle;
pub use sections::{SectionHandle, Sections};
pub use tests::TestHandle;

use crate::error::{Error, Result};

/// Refuses a body that is about another entity than the one addressed: the service would rename or overwrite.
fn check_identifier(addressed: &str, body: &str) -> Result<()> {
    if addressed == body {
        Ok(())
    } else {
        Err(Error::input(format!(
            "the body's identifier {body:?} is not {addressed:?}, the one addressed"
        )))
    }
}
