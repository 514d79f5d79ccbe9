//! Assessment tests.

use super::PartHandle;
use crate::client::Client;

/// One test, addressed by its identifier; made by [`Client::test`].
#[derive(Debug, Clone, Copy)]
pub struct TestHandle<'a> {
    client: &'a Client,
    identifier: &'a str,
}

impl<'a> TestHandle<'a> {
    pub(crate) fn new(client: &'a Client, identifier: &'a str) -> Self {
        Self { client, identifier }
    }

    /// One part of the test, by its identifier. Nothing is sent yet.
    pub fn part(self, identifier: &'a str) -> PartHandle<'a> {
        PartHandle::new(self.client, self.identifier, identifier)
    }
}
