//! What a bank takes from an entity as the client reads it.

use timeback_qti::Error;
use timeback_qti::models::{AssessmentItem, AssessmentTest, Metadata, Stimulus};

use crate::state::Stamp;

/// An entity as the client reads it.
pub(super) trait Found: Send {
    fn take_identifier(&mut self) -> String;
    fn xml(&mut self) -> &mut Option<String>;
    /// What its XML does not say.
    fn beside(&self) -> Result<Metadata, Error>;
    /// What tells the entity's state from others, without its XML.
    fn stamp(&self) -> Stamp;
}

macro_rules! found {
    ($($entity:ty),+) => {$(
        impl Found for $entity {
            fn take_identifier(&mut self) -> String {
                std::mem::take(&mut self.identifier)
            }

            fn xml(&mut self) -> &mut Option<String> {
                &mut self.raw_xml
            }

            fn beside(&self) -> Result<Metadata, Error> {
                self.beyond_xml()
            }

            fn stamp(&self) -> Stamp {
                Stamp::new(self.updated_at.clone(), self.v)
            }
        }
    )+};
}

found!(Stimulus, AssessmentItem, AssessmentTest);
