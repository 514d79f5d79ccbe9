//! Fields that an answer can lack or write otherwise, and that a program can rely on all the same.

use serde::{Deserialize, Deserializer};

use super::Flag;

/// A text; empty where it is null.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Yes or no, as a boolean or as its name; yes where it is null.
pub(crate) fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let flag: Option<Flag> = Option::deserialize(deserializer)?;
    Ok(flag.is_none_or(|flag| flag.is_true()))
}
