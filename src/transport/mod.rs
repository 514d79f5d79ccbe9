//! How a call reaches the service: one request after another under limits, until an answer or an error is final.

pub(crate) mod acknowledgement;
mod attempt;
mod backoff;
pub(crate) mod body;
mod budget;
mod call;
mod context;
mod course;
mod fleet;
mod hooks;
mod limiter;
pub(crate) mod operation;
mod options;
mod outcome;
pub(crate) mod path;
pub mod raw;
mod request;
mod request_id;
mod retry;
mod retry_after;
mod send;
mod span;
#[cfg(feature = "opentelemetry")]
mod trace_context;

pub use call::Call;
pub(crate) use call::{call, call_xml};
pub(crate) use context::{Context, Defaults};
pub(crate) use hooks::bare;
pub use options::CallOptions;
pub(crate) use request::{Requests, Unsent};
pub use retry::RetryPolicy;
