//! Who owns a field of an entity, and which its XML holds: lists that `build/` writes from the document, where
//! `overlay.yaml` says it by `x-owner` and `x-in-xml`.

include!(concat!(env!("OUT_DIR"), "/owners.rs"));
