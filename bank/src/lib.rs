//! A bank of QTI content on disk: stimuli, items and tests as files that belong into version control, pulled from the
//! Timeback QTI API, checked, changed, and pushed back.
//!
//! ```
//! use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let bank = Bank::init(folder.path(), Settings::default())?;
//! let key = Key::new(Kind::Stimulus, Identifier::new("italy")?);
//! bank.write(&Entity::new(key.clone(), "<qti-assessment-stimulus identifier=\"italy\"/>"))?;
//! assert!(folder.path().join("stimuli/italy.xml").exists());
//! assert_eq!(bank.keys()?, [key]);
//! # Ok(()) }
//! ```
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

pub mod audit;
mod bank;
pub mod compare;
mod connection;
mod entity;
mod error;
mod layout;
pub mod package;
mod progress;
pub mod pull;
pub mod push;

mod remote;
mod settings;
pub mod single;
mod state;

pub use bank::Bank;
pub use connection::{Connection, Offline};
pub use entity::{Entity, Identifier, InvalidIdentifier, Key, Kind, UnknownKind};
pub use error::{Error, PackageProblem, Result};
pub use layout::write_file;
pub use progress::{Event, Note, Observer, Outcome, Stop, unobserved};
pub use remote::{Service, Stored, Unaddressable};
pub use settings::{Selection, Settings};
