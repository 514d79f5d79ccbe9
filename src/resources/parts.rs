//! Test parts.

use super::{SectionHandle, Sections};
use crate::client::Client;

/// One part of a test, addressed by its identifier; made by [`TestHandle::part`](super::TestHandle::part).
#[derive(Debug, Clone, Copy)]
pub struct PartHandle<'a> {
    client: &'a Client,
    test: &'a str,
    identifier: &'a str,
}

impl<'a> PartHandle<'a> {
    pub(super) fn new(client: &'a Client, test: &'a str, identifier: &'a str) -> Self {
        Self {
            client,
            test,
            identifier,
        }
    }

    /// The sections of the part: list and create.
    pub fn sections(self) -> Sections<'a> {
        Sections::new(self.client, self.test, self.identifier)
    }

    /// One section of the part, by its identifier. Nothing is sent yet.
    pub fn section(self, identifier: &'a str) -> SectionHandle<'a> {
        SectionHandle::new(self.client, self.test, self.identifier, identifier)
    }
}
