//! What the environment variables are called, and what they say.

use crate::error::{Error, Result};

/// The names of one setting, the one to recommend first.
pub(super) type Names = &'static [&'static str];

/// A value, and the variable that it comes from.
pub(super) type Found = (&'static str, String);

pub(super) const CLIENT_ID: Names = &[
    "TIMEBACK_CLIENT_ID",
    "TIMEBACK_SSO_CLIENT_ID",
    "QTI_CLIENT_ID",
];
/// In the order of [`CLIENT_ID`], each the other half of a pair.
pub(super) const CLIENT_SECRET: Names = &[
    "TIMEBACK_CLIENT_SECRET",
    "TIMEBACK_SSO_CLIENT_SECRET",
    "QTI_CLIENT_SECRET",
];
pub(super) const TOKEN_URL: Names = &[
    "TIMEBACK_TOKEN_URL",
    "TIMEBACK_AUTH_URL",
    IDP_URL,
    "QTI_TOKEN_URL",
];
/// The address of the identity provider, which need not name its token endpoint.
pub(super) const IDP_URL: &str = "TIMEBACK_IDP_URL";
pub(super) const BASE_URL: Names = &[
    "TIMEBACK_QTI_API_BASE_URL",
    "TIMEBACK_QTI_BASE",
    "QTI_BASE_URL",
    "QTI_API_URL",
];
/// Names the profile that the variables go before.
pub(super) const PROFILE: &str = "TIMEBACK_PROFILE";
pub(super) const ENVIRONMENT: Names = &["TIMEBACK_ENVIRONMENT"];

/// The first of these variables that is set.
pub(super) fn find(
    var: impl Fn(&str) -> Result<Option<String>>,
    names: Names,
) -> Result<Option<Found>> {
    for name in names {
        if let Some(value) = var(name)?.filter(|value| !value.is_empty()) {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

/// The client's secret, if the environment has one.
#[cfg(feature = "profiles")]
pub(in crate::client::builder) fn client_secret() -> Result<Option<Found>> {
    find(variable, CLIENT_SECRET)
}

pub(super) fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config(format!("{name} is not valid Unicode")))
        }
    }
}
