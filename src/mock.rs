//! Typed mocks of every operation, for tests with the `httpmock` crate (feature `httpmock`).
//!
//! [`MockServerExt`] gives an `httpmock::MockServer` one method an operation. What to match and what to answer are
//! typed as in the API document, so that a test cannot drift away from it. They are generated from the same document as
//! the [bindings](crate::raw), and change with it.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> timeback_qti::Result<()> {
//! use httpmock::MockServer;
//! use timeback_qti::mock::MockServerExt as _;
//! use timeback_qti::{Client, models::Section};
//!
//! let server = MockServer::start_async().await;
//! let mock = server.update_section(|when, then| {
//!     when.assessment_test_identifier("test-001").test_part_identifier("part-001").identifier("section-001");
//!     then.ok(&Section::new("section-001", "Updated"));
//! });
//! let client = Client::builder().base_url(server.base_url()).static_token("a-token").build()?;
//!
//! let section = client.test("test-001").part("part-001").section("section-001");
//! let updated = section.update(&Section::new("section-001", "Updated")).await?;
//! assert_eq!(updated.title, "Updated");
//! mock.assert();
//! # Ok(())
//! # }
//! ```

#![allow(
    missing_docs,
    clippy::all,
    clippy::unwrap_used,
    rustdoc::all,
    unused_imports,
    unreachable_pub
)]

include!(concat!(env!("OUT_DIR"), "/mock.rs"));
