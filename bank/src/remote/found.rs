//! What a bank needs of an entity that the client has read.

use timeback_qti::Error;
use timeback_qti::models::{AssessmentItem, AssessmentTest, Metadata, Stimulus};

use crate::state::Stamp;

/// An entity that the client has read.
pub(super) trait Found: Send {
    fn take_identifier(&mut self) -> String;
    fn xml(&mut self) -> &mut Option<String>;
    /// Its fields that its XML does not hold.
    fn beside(&self) -> Result<Metadata, Error>;
    /// What changes with each write of the entity, without a hash of its XML.
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
