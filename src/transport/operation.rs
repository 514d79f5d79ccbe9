//! The operations of the API: where they are, how they answer, and whether they may be sent twice. `build/` writes the
//! table from the document, which says by `x-repeat` what a repeat does.

use http::{Method, StatusCode};

/// Whether sending an operation a second time can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Repeat {
    /// Changes nothing on the service, whatever its method (validation and scoring are POSTs that only compute).
    Read,
    /// The second time leaves what the first time left: a full replace, a removal by identifier.
    Idempotent,
    /// Creates an entity under the caller's identifier: a second time is answered by 409 if the first was applied, and
    /// reading the entity back tells the two apart.
    Create,
    /// Adds something that has no identifier of the caller's, or does what the document does not say: a second time
    /// may do it twice.
    Never,
}

/// What the transport knows of an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The document's operationId.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The document's path template.
    pub(crate) path: &'static str,
    /// The one success status that the bindings know; the others that the service uses are taken for it.
    pub(crate) success: StatusCode,
    pub(crate) repeat: Repeat,
}

include!(concat!(env!("OUT_DIR"), "/operations.rs"));

impl Operation {
    /// The operation with this operationId.
    pub(crate) fn of_id(id: &str) -> Option<&'static Self> {
        OPERATIONS.into_iter().find(|operation| operation.id == id)
    }

    /// Whether the operation reads over GET, the only kind whose redirects are followed.
    pub(crate) fn is_get(&self) -> bool {
        self.method == Method::GET
    }
}
