//! Validation of QTI XML by the service.

use crate::client::Client;
use crate::error::Result;
use crate::models::{
    BatchValidationInput, BatchValidationResult, ValidationInput, ValidationResult,
};

/// Validation against the QTI 3.0 schema; made by [`Client::validation`](crate::Client::validation).
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
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Validation {
    client: Client,
}

impl Validation {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// Validates one document, as XML or by the identifier of a stored entity (operation `validateXml`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the entity does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service takes neither XML nor entity from the input.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::ValidationInput;
    ///
    /// let outcome = client.validation().validate(&ValidationInput::entity("test", "test-001")).await?;
    /// assert!(outcome.success.is_true());
    /// # Ok(()) }
    /// ```
    pub fn validate<'a>(
        &self,
        input: &'a ValidationInput,
    ) -> impl Future<Output = Result<ValidationResult>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.validate_xml(input))
                .await
        }
    }

    /// Validates several documents against one schema (operation `validateBatch`); the outcomes are in the order of the
    /// input.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::BatchValidationInput;
    ///
    /// let batch = BatchValidationInput::xml("item", ["<p>", "<qti-assessment-item/>"]);
    /// assert_eq!(client.validation().validate_batch(&batch).await?.results.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn validate_batch<'a>(
        &self,
        input: &'a BatchValidationInput,
    ) -> impl Future<Output = Result<BatchValidationResult>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.validate_batch(input))
                .await
        }
    }
}
