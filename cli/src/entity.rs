//! How an entity is named on a command line.

use timeback_qti_bank::{Identifier, Key};

/// Reads `item/capital`; the identifier may hold more slashes.
pub(crate) fn key(text: &str) -> Result<Key, String> {
    let (kind, identifier) = text
        .split_once('/')
        .ok_or("an entity is named by kind and identifier, as in item/capital")?;
    let kind = kind.parse().map_err(|problem| format!("{problem}"))?;
    let identifier = Identifier::new(identifier).map_err(|problem| problem.to_string())?;
    Ok(Key::new(kind, identifier))
}
