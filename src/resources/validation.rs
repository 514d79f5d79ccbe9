//! Validation of QTI XML by the service.

use crate::client::Client;
use crate::error::Result;
use crate::models::{
    BatchValidationInput, BatchValidationResult, ValidationInput, ValidationResult,
};

/// Validation against the QTI 3.0 schema; made by [`Client::validation`].
///
/// Invalid XML is an answer, not an error: [`ValidationResult::success`] tells. Whether XML is well-formed can be told
/// without the service: [`check_well_formed`](crate::xml::check_well_formed).
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::models::{BatchValidationInput, ValidationInput};
///
/// let validation = client.validation();
/// assert!(validation.validate(&ValidationInput::entity("test", "test-001")).await?.success.is_true());
/// let batch = BatchValidationInput::xml("item", ["<p>", "<qti-assessment-item/>"]);
/// for result in validation.validate_batch(&batch).await?.results {
///     println!("{:?}", result.validation_errors);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    client: &'a Client,
}

impl<'a> Validation<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Validates one document, as XML or by the identifier of a stored entity (operation `validateXml`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the entity does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service takes neither XML nor entity from the input.
    pub async fn validate(self, input: &ValidationInput) -> Result<ValidationResult> {
        self.client
            .call(|raw| async move { raw.validate_xml(input).await })
            .await
    }

    /// Validates several documents against one schema (operation `validateBatch`); the outcomes are in the order of the
    /// input.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub async fn validate_batch(
        self,
        input: &BatchValidationInput,
    ) -> Result<BatchValidationResult> {
        self.client
            .call(|raw| async move { raw.validate_batch(input).await })
            .await
    }
}
