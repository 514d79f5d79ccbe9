//! One entity of the service at a time, without a bank: named by an address, put, reordered, given metadata.

mod address;
mod metadata;
mod put;
mod reorder;

pub use address::{Address, InvalidAddress, SectionAddress};
pub use metadata::MetadataChange;
