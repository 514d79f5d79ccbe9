//! The client for programs without an asynchronous runtime: the same words, each of which waits until it is done.
//!
//! ```
//! use timeback_qti::blocking;
//! use timeback_qti::models::StimulusInput;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let sandbox = runtime.block_on(timeback_qti_sandbox::Sandbox::start())?;
//! # let builder = timeback_qti::Client::builder()
//! #     .base_url(sandbox.base_url())
//! #     .token_url(sandbox.token_url())
//! #     .credentials(sandbox.client_id(), sandbox.client_secret());
//! let client = blocking::Client::new(builder.build()?)?;
//! client.stimuli().create(&StimulusInput::new("italy", "Italy", "<p>Rome</p>"))?;
//!
//! let italy = client.stimulus("italy").edit(|stimulus| stimulus.title.push('!'))?;
//! assert_eq!(italy.title, "Italy!");
//! for stimulus in client.stimuli().list().stream() {
//!     println!("{}", stimulus?.title);
//! }
//! # Ok(()) }
//! ```
//!
//! The types have the names of the facade's, and so have their methods, whose documentation says what they do. Two
//! things are said in the words of the standard library: a [`Listing`] is an [`Iterator`], and the closure of a
//! `try_edit` is a plain one. [`raw`](crate::Client::raw) has no blocking form.
//!
//! # Panics
//!
//! Whatever sends panics inside of an asynchronous runtime, as it would keep the runtime's thread from its other tasks.
//! There, use [`crate::Client`], or `tokio::task::spawn_blocking`, in which blocking is allowed.

#[macro_use]
mod twin;
mod client;
mod identity;
mod list;
mod resources;
mod runtime;

pub use client::Client;
pub use identity::Identity;
#[cfg(feature = "sign-in")]
#[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
pub use identity::PasteSignIn;
pub use list::{List, Listing};
pub use resources::{
    FeedbackEntries, ItemHandle, ItemRefs, Items, PartHandle, Parts, SectionHandle, Sections,
    Stimuli, StimulusHandle, TestHandle, Tests, Validation,
};
