//! The types that requests and responses are made of.
//!
//! They come from the API document, so that a refresh of it brings new fields. What the document does not know is kept
//! all the same: unknown fields in `extra`, unknown values of an enum in its `Other`. An optional field that is `None`
//! is not sent; an empty list is. A field that is given twice, by itself and in `extra`, is refused before anything is
//! sent, and so is what nests deeper than 119 levels, as it could not be read back.
//!
//! With the feature `schemars`, each of them has a JSON Schema:
//!
//! ```
//! # #[cfg(feature = "schemars")] {
//! let schema = schemars::schema_for!(timeback_qti::models::Section);
//! assert_eq!(schema.as_value()["properties"]["title"]["type"], "string");
//! # }
//! ```

mod flag;
pub(crate) mod json;
pub(crate) mod json_faults;
pub(crate) mod loose;
mod new;
mod one_or_many;
mod open_enum;
pub(crate) mod owner;
mod raw_json;
pub(crate) mod raw_xml;
mod response;
pub(crate) mod rewrite;
#[doc(hidden)]
pub mod types;
mod view;
mod walk;
mod written;

mod enums {
    use super::open_enum::open_enum;

    include!(concat!(env!("OUT_DIR"), "/enums.rs"));
}

pub use enums::*;
pub use flag::Flag;
pub use one_or_many::{OneOrMany, StimulusRefs};
pub use raw_json::RawJson;
pub use response::{ResponseValue, Responses};
pub use rewrite::check_numbers;
pub use types::*;

/// What the owner of an item, a test or a stimulus wants to say of it: fields of any type.
pub type Metadata = serde_json::Map<String, serde_json::Value>;
