//! The Rust client of the Timeback QTI 3.0 API, which stores and delivers educational assessments: stimuli, items,
//! tests made of parts, made of sections, which refer to items.
//!
//! ```no_run
//! use timeback_qti::{Client, models::Section};
//!
//! # async fn run() -> timeback_qti::Result<()> {
//! let client = Client::from_env()?;
//! let part = client.test("test-001").part("part-001");
//!
//! part.sections().create(&Section::new("section-001", "Warm-up")).await?;
//! let section = part.section("section-001");
//! section.edit(|section| section.visible = false).await?;
//! section.items().reorder(["item-2", "item-1"]).await?;
//! # Ok(()) }
//! ```
//!
//! A [`Client`] gives out handles, which cost next to nothing to make: collections that list and create, and handles of
//! one entity that read, replace, edit and delete it. Every call is a future, and runs on tokio.
//!
//! The client fetches and renews tokens, repeats what can be repeated without harm, keeps within the pace that the
//! service allows, and keeps in its models what it does not know. Every failure is one [`Error`], which says whether a
//! write may have been applied. The README says how to see it run without an account.
//!
//! # Guides
//!
//! | guide | about |
//! | --- | --- |
//! | [authentication](docs::authentication) | credentials, people who sign in, tokens that processes share, profiles |
//! | [editing](docs::editing) | changes that keep what they do not touch |
//! | [errors](docs::errors) | what can go wrong, and what to do then |
//! | [retries](docs::retries) | what is sent again, when, and how to change that |
//! | [paging](docs::paging) | lists as pages and as streams |
//! | [tracing](docs::tracing) | spans, observers, OpenTelemetry |
//! | [testing](docs::testing) | your program against the sandbox, or against mocks |
//! | [refreshing the document](docs::refreshing_the_document) | a new version of the API |
//!
//! # Operations
//!
//! | operation of the API | here |
//! | --- | --- |
//! | `searchStimuli` | [`Stimuli::list`](resources::Stimuli::list) |
//! | `createStimulus` | [`Stimuli::create`](resources::Stimuli::create) |
//! | `getStimulus` | [`StimulusHandle::get`](resources::StimulusHandle::get) |
//! | `updateStimulus` | [`StimulusHandle::update`](resources::StimulusHandle::update) |
//! | `deleteStimulus` | [`StimulusHandle::delete`](resources::StimulusHandle::delete) |
//! | `searchAssessmentItems` | [`Items::list`](resources::Items::list) |
//! | `createAssessmentItem` | [`Items::create`](resources::Items::create), [`Items::create_xml`](resources::Items::create_xml) |
//! | `getAssessmentItem` | [`ItemHandle::get`](resources::ItemHandle::get), [`ItemHandle::get_xml`](resources::ItemHandle::get_xml) |
//! | `updateAssessmentItem` | [`ItemHandle::update`](resources::ItemHandle::update), [`ItemHandle::update_xml`](resources::ItemHandle::update_xml) |
//! | `deleteAssessmentItem` | [`ItemHandle::delete`](resources::ItemHandle::delete) |
//! | `updateMetadata` | [`Items::update_metadata`](resources::Items::update_metadata) |
//! | `processResponse` | [`ItemHandle::process_response`](resources::ItemHandle::process_response) |
//! | `searchAssessmentTests` | [`Tests::list`](resources::Tests::list) |
//! | `createAssessmentTest` | [`Tests::create`](resources::Tests::create), [`Tests::create_xml`](resources::Tests::create_xml) |
//! | `getAssessmentTest` | [`TestHandle::get`](resources::TestHandle::get), [`TestHandle::get_xml`](resources::TestHandle::get_xml) |
//! | `updateAssessmentTest` | [`TestHandle::update`](resources::TestHandle::update), [`TestHandle::update_xml`](resources::TestHandle::update_xml) |
//! | `deleteAssessmentTest` | [`TestHandle::delete`](resources::TestHandle::delete) |
//! | `getAllQuestions` | [`TestHandle::questions`](resources::TestHandle::questions) |
//! | `updateAssessmentTestMetadata` | [`TestHandle::update_metadata`](resources::TestHandle::update_metadata) |
//! | `searchTestParts` | [`Parts::list`](resources::Parts::list) |
//! | `createTestPart` | [`Parts::create`](resources::Parts::create) |
//! | `getTestPart` | [`PartHandle::get`](resources::PartHandle::get) |
//! | `updateTestPart` | [`PartHandle::update`](resources::PartHandle::update) |
//! | `deleteTestPart` | [`PartHandle::delete`](resources::PartHandle::delete) |
//! | `searchSections` | [`Sections::list`](resources::Sections::list) |
//! | `createSection` | [`Sections::create`](resources::Sections::create) |
//! | `getSection` | [`SectionHandle::get`](resources::SectionHandle::get) |
//! | `updateSection` | [`SectionHandle::update`](resources::SectionHandle::update) |
//! | `deleteSection` | [`SectionHandle::delete`](resources::SectionHandle::delete) |
//! | `addAssessmentItem` | [`ItemRefs::add`](resources::ItemRefs::add) |
//! | `removeAssessmentItem` | [`ItemRefs::remove`](resources::ItemRefs::remove) |
//! | `updateAssessmentItemOrder` | [`ItemRefs::reorder`](resources::ItemRefs::reorder) |
//! | `createQuestionFeedback` | [`FeedbackEntries::create_for_question`](resources::FeedbackEntries::create_for_question) |
//! | `createLessonFeedback` | [`FeedbackEntries::create_for_lesson`](resources::FeedbackEntries::create_for_lesson) |
//! | `getFeedbackByLessonId` | [`FeedbackEntries::list_for_lesson`](resources::FeedbackEntries::list_for_lesson) |
//! | `deleteFeedback` | [`FeedbackEntries::delete`](resources::FeedbackEntries::delete) |
//! | `validateXml` | [`Validation::validate`](resources::Validation::validate) |
//! | `validateBatch` | [`Validation::validate_batch`](resources::Validation::validate_batch) |
//!
//! [`Client::raw`] has all of them as the generator makes them: authenticated, nothing else.
//!
//! # Features
//!
//! | feature | |
//! | --- | --- |
//! | `rustls` (default) | TLS by rustls |
//! | `native-tls` | TLS by the platform's own library |
//! | `schemars` | `schemars::JsonSchema` (schemars 1) on every model |
//! | `blocking` | the same client for programs without an asynchronous runtime (module `blocking`) |
//! | `sign-in` | people sign in: [the guide](docs::authentication) |
//! | `browser` | `open_browser`, for a sign-in where there is a desktop |
//! | `file-store` | `FileTokenStore`: the processes of a user share tokens |
//! | `redis` | `RedisTokenStore`: those of a fleet do, and the pace that the service asks for |
//! | `profiles` | `Client::from_profile`: named settings in a file |
//! | `keyring` | profiles whose secret is in the system's keyring |
//! | `opentelemetry` | `traceparent` on every request, and metrics: [the guide](docs::tracing) |
//! | `httpmock` | typed mocks of every operation for tests with the httpmock crate (module `mock`) |
//!
//! Without a TLS feature the client speaks to http addresses of this machine only, as tests do.
//!
//! The crate switches on serde_json's `preserve_order` for the whole program: the service writes the expressions of
//! rules (`qti-pre-condition`, `qti-branch-rule`) as JSON objects in which the order of keys is the order of operands,
//! so that a sorted map would turn `a < b` round.
//!
//! # Crates that stand in signatures
//!
//! They are re-exported, so that a program need not depend on the same version by itself:
//!
//! | crate | version | where |
//! | --- | --- | --- |
//! | [`reqwest`] | 0.13 | [`ClientBuilder::http_client`], [`raw`] |
//! | [`http`] | 1 | [`raw`], through `reqwest` |
//! | `opentelemetry` | 0.33 | `ClientBuilder::meter` (feature `opentelemetry`) |
//! | `httpmock` | 0.9 | the module `mock` (feature `httpmock`) |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod auth;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod client;
mod clock;
mod deadline;
pub mod docs;
mod error;
#[cfg(test)]
mod explore;
pub mod filter;
mod loopback;
#[cfg(feature = "httpmock")]
#[cfg_attr(docsrs, doc(cfg(feature = "httpmock")))]
pub mod mock;
pub mod models;
pub mod observe;
pub mod page;
pub mod resources;
mod transport;
pub mod xml;

#[cfg(feature = "file-store")]
#[cfg_attr(docsrs, doc(cfg(feature = "file-store")))]
pub use auth::FileTokenStore;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use auth::RedisTokenStore;
#[cfg(feature = "browser")]
#[cfg_attr(docsrs, doc(cfg(feature = "browser")))]
pub use auth::open_browser;
pub use auth::{
    CredentialsPlacement, Identity, PaceFuture, SharedPace, StaticToken, StoreFuture, StoredToken,
    Token, TokenFuture, TokenInfo, TokenKey, TokenLock, TokenSource, TokenStore,
};
#[cfg(feature = "sign-in")]
#[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
pub use auth::{PasteSignIn, SignIn};
#[cfg(feature = "profiles")]
#[cfg_attr(docsrs, doc(cfg(feature = "profiles")))]
pub use client::Profiles;
pub use client::{Client, ClientBuilder, Environment, ServiceUrls};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{Error, ErrorKind, Issue, Result};
/// The version that [`ClientBuilder::http_client`] and [`raw`] use.
pub use http;
#[cfg(feature = "httpmock")]
#[cfg_attr(docsrs, doc(cfg(feature = "httpmock")))]
pub use httpmock;
#[cfg(feature = "opentelemetry")]
#[cfg_attr(docsrs, doc(cfg(feature = "opentelemetry")))]
pub use opentelemetry;
pub use page::{List, Listing, Page, Position, Undecodable};
pub use reqwest;
pub use resources::{MetadataWrite, Upserted};
pub use transport::{CallOptions, RetryPolicy, raw};

/// The README's program, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
