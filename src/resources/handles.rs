//! What a client gives handles of.

use super::resource::Entities;
use super::{
    FeedbackEntries, ItemHandle, Items, Stimuli, StimulusHandle, TestHandle, Tests, Validation,
};
use crate::client::Client;

impl Client {
    /// The stimuli: list, create and upsert.
    pub fn stimuli(&self) -> Stimuli {
        Stimuli(Entities::new(self, ()))
    }

    /// One stimulus, by its identifier. Nothing is sent yet.
    pub fn stimulus(&self, identifier: impl AsRef<str>) -> StimulusHandle {
        StimulusHandle(self.stimuli().0.one(identifier.as_ref()))
    }

    /// The assessment items: list, create and upsert.
    pub fn items(&self) -> Items {
        Items(Entities::new(self, ()))
    }

    /// One assessment item, by its identifier. Nothing is sent yet.
    pub fn item(&self, identifier: impl AsRef<str>) -> ItemHandle {
        ItemHandle(self.items().0.one(identifier.as_ref()))
    }

    /// The assessment tests: list, create and upsert.
    pub fn tests(&self) -> Tests {
        Tests(Entities::new(self, ()))
    }

    /// One assessment test, by its identifier, and the way to its parts. Nothing is sent yet.
    pub fn test(&self, identifier: impl AsRef<str>) -> TestHandle {
        TestHandle(self.tests().0.one(identifier.as_ref()))
    }

    /// What users say about questions and lessons.
    pub fn feedback(&self) -> FeedbackEntries {
        FeedbackEntries::new(self)
    }

    /// Validation of QTI XML by the service.
    pub fn validation(&self) -> Validation {
        Validation::new(self)
    }
}
