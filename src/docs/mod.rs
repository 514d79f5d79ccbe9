//! Guides: how to do a thing from start to end, where the reference says what each part does.

#[doc = include_str!("authentication.md")]
pub mod authentication {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("retries.md")]
pub mod retries {}

#[doc = include_str!("paging.md")]
pub mod paging {}

#[doc = include_str!("tracing.md")]
pub mod tracing {}

#[doc = include_str!("editing.md")]
pub mod editing {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("refreshing_the_document.md")]
pub mod refreshing_the_document {}
