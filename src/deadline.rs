//! The end of a wait.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::poll_immediate;

use crate::error::{Error, ErrorKind, Result};

/// What a future gives within the time that is left; the error says what was being done. The future comes pinned, as a
/// large one is costly to move.
pub(crate) async fn in_time<T>(
    time_left: impl FnOnce() -> Duration,
    mut future: Pin<&mut impl Future<Output = T>>,
    doing: &str,
) -> Result<T> {
    // What is there at once, as it nearly always is, needs no timer.
    if let Some(output) = poll_immediate(future.as_mut()).await {
        return Ok(output);
    }
    let waited = tokio::time::timeout(time_left(), future).await;
    waited.map_err(|_| {
        let message = format!("the deadline passed while {doing}");
        Error::new(ErrorKind::Timeout, message)
    })
}
