//! A client's id and secret, as they were given.

use secrecy::SecretString;

use crate::error::{Error, Result};

#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) id: String,
    pub(super) secret: SecretString,
    /// What to call them in an error: the variables or the builder's method.
    pub(super) names: (&'static str, &'static str),
}

/// Refuses a credential that is empty or that a stray blank or line break got into, without repeating it.
pub(super) fn check_text(name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        Err(Error::config(format!("{name} is empty")))
    } else if value.trim() != value {
        Err(Error::config(format!(
            "{name} begins or ends with white space; remove it"
        )))
    } else if value.chars().any(char::is_control) {
        Err(Error::config(format!("{name} holds control characters")))
    } else {
        Ok(())
    }
}
