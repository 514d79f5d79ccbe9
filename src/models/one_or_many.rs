//! A value that stands alone or in a list.

use std::slice;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StimulusRef;

/// One value or a list of values, as the service writes correct responses and references; it goes back as it came.
///
/// ```
/// use timeback_qti::models::OneOrMany;
///
/// let answer = OneOrMany::from(["A", "B"]);
/// assert_eq!(answer.iter().collect::<Vec<_>>(), ["A", "B"]);
/// assert_eq!(OneOrMany::from("A").iter().count(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum OneOrMany<T = String> {
    /// A single value.
    One(T),
    /// A list of values.
    Many(Vec<T>),
    /// Anything else, such as numbers, as it came.
    Other(Value),
}

/// A reference to a stimulus, or a list of them.
///
/// ```
/// use timeback_qti::models::{AssessmentItemInput, StimulusRef};
///
/// let mut item = AssessmentItemInput::new("item-001", "Italy", "choice");
/// item.stimulus = Some(StimulusRef::new("italy").into());
/// ```
pub type StimulusRefs = OneOrMany<StimulusRef>;

impl<T> OneOrMany<T> {
    /// The values; none for [`Other`](Self::Other).
    pub fn iter(&self) -> slice::Iter<'_, T> {
        match self {
            Self::One(one) => slice::from_ref(one).iter(),
            Self::Many(many) => many.iter(),
            Self::Other(_) => [].iter(),
        }
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<&str> for OneOrMany {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
    }
}

impl From<String> for OneOrMany {
    fn from(one: String) -> Self {
        Self::One(one)
    }
}

impl From<StimulusRef> for StimulusRefs {
    fn from(one: StimulusRef) -> Self {
        Self::One(one)
    }
}

impl From<Vec<StimulusRef>> for StimulusRefs {
    fn from(many: Vec<StimulusRef>) -> Self {
        Self::Many(many)
    }
}

impl<S: Into<String>> From<Vec<S>> for OneOrMany {
    fn from(many: Vec<S>) -> Self {
        Self::Many(many.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for OneOrMany {
    fn from(many: [S; N]) -> Self {
        Self::Many(many.into_iter().map(Into::into).collect())
    }
}
