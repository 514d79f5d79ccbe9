//! A value that stands alone or in a list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One string or a list of strings, as the service writes answers and correct responses; it goes back as it came.
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
pub enum OneOrMany {
    /// A single string.
    One(String),
    /// A list of strings.
    Many(Vec<String>),
    /// Anything else, such as numbers, as it came.
    Other(Value),
}

impl OneOrMany {
    /// The strings; none for [`Other`](Self::Other).
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let strings = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
            Self::Other(_) => &[],
        };
        strings.iter().map(String::as_str)
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
