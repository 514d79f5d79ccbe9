//! What the lists of tests and of parts can be asked for besides what every list can.

use crate::models::{NavigationMode, SubmissionMode};
use crate::page::{Collection, List};

/// The query parameters that the lists of tests and of parts have in common; set by the methods of [`List`].
#[derive(Debug, Clone, Default)]
pub struct TestQuery {
    pub(in crate::resources) navigation_mode: Option<NavigationMode>,
    pub(in crate::resources) submission_mode: Option<SubmissionMode>,
    pub(in crate::resources) subject: Option<String>,
    pub(in crate::resources) grade: Option<String>,
    pub(in crate::resources) has_questions: Option<bool>,
}

impl<C: Collection<Extra = TestQuery>> List<C> {
    /// Only those that candidates move through in this way.
    pub fn navigation_mode(mut self, mode: impl Into<NavigationMode>) -> Self {
        self.parameters.extra.navigation_mode = Some(mode.into());
        self
    }

    /// Only those whose responses are submitted in this way.
    pub fn submission_mode(mut self, mode: impl Into<SubmissionMode>) -> Self {
        self.parameters.extra.submission_mode = Some(mode.into());
        self
    }

    /// Only those whose metadata says this subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.parameters.extra.subject = Some(subject.into());
        self
    }

    /// Only those whose metadata says this grade, such as `5` or `K`.
    pub fn grade(mut self, grade: impl ToString) -> Self {
        self.parameters.extra.grade = Some(grade.to_string());
        self
    }

    /// Only those with items, or only those without.
    pub fn has_questions(mut self, has_questions: bool) -> Self {
        self.parameters.extra.has_questions = Some(has_questions);
        self
    }
}
