//! A boolean that the service also writes as a string.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Yes or no, as a boolean or as the string `"true"` or `"false"`; it goes back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Flag {
    /// A boolean, as the service answers.
    Boolean(bool),
    /// A string, as the document says.
    Text(String),
}

impl Flag {
    /// Whether it says yes.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Boolean(flag) => *flag,
            Self::Text(text) => text.eq_ignore_ascii_case("true"),
        }
    }
}

impl From<bool> for Flag {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(flag) => flag.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}
