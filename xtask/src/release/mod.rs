//! What is checked before a release: the public API, how it has changed, and the oldest dependencies.

mod minimal;
mod public_api;
mod rustdoc;
mod semver;

pub use crate::process::Error;
pub use public_api::{check as check_public_api, write as write_public_api};
pub use rustdoc::as_rustdoc;

/// The packages whose public API a release promises.
const LIBRARIES: [&str; 4] = [
    "timeback-qti",
    "qti-xml",
    "timeback-qti-bank",
    "timeback-qti-sandbox",
];

/// All checks of a release, one after the other; `baseline` is the commit to compare the public API with, in place of
/// the last release.
///
/// # Errors
/// What the first check that fails found.
pub fn check(baseline: Option<&str>) -> Result<String, Error> {
    // It is cheap to see that there is no such commit, and the rest takes minutes.
    let baseline = semver::baseline(baseline)?;
    let verdicts = [
        check_public_api()?,
        semver::check(baseline.as_deref())?,
        minimal::check()?,
    ];
    Ok(verdicts.join("\n"))
}
