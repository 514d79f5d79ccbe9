//! Which identifiers an entity may be written with.

use crate::error::{Error, Result};
use crate::transport::path::is_refused;

/// Refuses a body that is about another entity than the one addressed: the service would rename or overwrite.
pub(super) fn check_identifier(addressed: &str, body: &str) -> Result<()> {
    if addressed == body {
        Ok(())
    } else {
        Err(Error::input(format!(
            "the body's identifier {body:?} is not {addressed:?}, the one addressed"
        )))
    }
}

/// Refuses to create what no handle could reach: the identifier must be one that a path can carry.
pub(super) fn check_addressable(identifier: &str) -> Result<()> {
    if is_refused(identifier) {
        Err(Error::input(format!(
            "no path can carry the identifier {identifier:?}: it must not be empty, `.` or `..`, nor hold `\\` or \
             control characters"
        )))
    } else {
        Ok(())
    }
}
