//! What blocking calls run on.

use std::sync::Arc;

use tokio::runtime::Builder;

use crate::error::{Error, ErrorKind, Result};

/// A runtime with a thread of its own, which keeps connections and tokens alive between calls.
#[derive(Debug, Clone)]
pub(super) struct Runtime(Arc<ShutDownOnDrop>);

#[derive(Debug)]
struct ShutDownOnDrop(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(super) fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("timeback-qti")
            .enable_all()
            .build()
            .map_err(|problem| {
                Error::new(ErrorKind::Config, "no thread can be had for blocking calls")
                    .with_source(problem)
            })?;
        Ok(Self(Arc::new(ShutDownOnDrop(Some(runtime)))))
    }

    /// Waits for a call.
    ///
    /// # Panics
    /// Inside of an asynchronous runtime.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        match &self.0.0 {
            Some(runtime) => runtime.block_on(call),
            None => unreachable!("the runtime ends with its last owner"),
        }
    }
}

impl Drop for ShutDownOnDrop {
    /// Without waiting for it, so that a client can be dropped anywhere.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
