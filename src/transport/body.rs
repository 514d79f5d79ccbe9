//! The JSON that is sent: nothing that cannot be read back, and no field twice.

use http::header::CONTENT_TYPE;
use reqwest::Request;

use crate::error::{Error, Result};
use crate::models::json_faults::{Faults, MAX_DEPTH};

/// Refuses a request whose JSON could not be read back, or says a field twice.
pub(super) fn guard(request: &Request) -> Result<()> {
    let is_json = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|media_type| media_type == "application/json");
    let Some(body) = request.body().and_then(reqwest::Body::as_bytes) else {
        return Ok(());
    };
    if !is_json {
        return Ok(());
    }
    let faults = Faults::of(body);
    faults.refuse_repeated()?;
    match faults.is_too_deep {
        true => Err(Error::input(format!(
            "the request nests deeper than {MAX_DEPTH} levels: what it writes could not be read back"
        ))),
        false => Ok(()),
    }
}
