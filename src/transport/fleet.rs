//! The pace that the processes of a fleet share through a token store: one is told to wait, and all of them do.

use std::time::Duration;

use tracing::debug;

use super::context::Context;
use crate::error::{Error, ErrorKind, Result};

/// Waits as long as the service told another of the fleet to, if that ends before the call does.
pub(super) async fn wait(context: &Context, left: Duration, time_left: Duration) -> Result<()> {
    if left.is_zero() {
        return Ok(());
    }
    if left >= time_left {
        let message = "the service told another process to wait for longer than this call has";
        return Err(Error::new(ErrorKind::RateLimit, message).with_retry_after(Some(left)));
    }
    // Not all of the fleet at once.
    let after = left.mul_f64(1.0 + context.jitter.fraction() / 10.0);
    let after = after.min(time_left);
    debug!(wait_ms = after.as_millis(), "waiting with the fleet");
    context.defaults.clock.sleep(after).await;
    Ok(())
}

/// Tells the fleet how long the service asked this client to wait.
pub(super) async fn share_pace(context: &Context, wait: Option<Duration>) {
    if let (Some((pace, account)), Some(wait)) = (&context.pace, wait) {
        pace.pause(account, wait).await;
    }
}
