//! The Rust client of the Timeback QTI 3.0 API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod client;
mod config;
pub mod docs;
mod error;
pub mod filter;
#[cfg(feature = "httpmock")]
#[cfg_attr(docsrs, doc(cfg(feature = "httpmock")))]
pub mod mock;
pub mod models;
pub mod page;
pub mod raw;
pub mod resources;
mod transport;
pub mod xml;

pub use auth::{CredentialsPlacement, StaticToken, Token, TokenFuture, TokenSource};
pub use client::Client;
pub use config::{ClientBuilder, Environment};
pub use error::{Error, ErrorKind, Issue, Result};
pub use page::{List, Listing, Page};
pub use resources::Upserted;
pub use transport::{CallOptions, Clock, ManualClock, RetryPolicy, SystemClock};
