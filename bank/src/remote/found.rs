//! What a bank takes from an entity as the client reads it.

use serde::Serialize;
use timeback_qti::models::{AssessmentItem, AssessmentTest, Stimulus};

use crate::state::Stamp;

/// An entity as the client reads it.
pub(super) trait Found: Serialize + Send {
    fn take_identifier(&mut self) -> String;
    fn take_xml(&mut self) -> Option<String>;
    /// What tells the entity's state from others, without its XML.
    fn stamp(&self) -> Stamp;
}

macro_rules! found {
    ($($entity:ty),+) => {$(
        impl Found for $entity {
            fn take_identifier(&mut self) -> String {
                std::mem::take(&mut self.identifier)
            }

            fn take_xml(&mut self) -> Option<String> {
                self.raw_xml.take()
            }

            fn stamp(&self) -> Stamp {
                Stamp::new(self.updated_at.clone(), self.v)
            }
        }
    )+};
}

found!(Stimulus, AssessmentItem, AssessmentTest);
