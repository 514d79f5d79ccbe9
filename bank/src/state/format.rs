//! Which format a database has: one of a later version is refused rather than misread.

use std::path::Path;

use redb::{Database, TableDefinition};

use super::existing;
use crate::error::{Error, Result};

const TABLE: TableDefinition<'static, &'static str, u64> = TableDefinition::new("format");
const ROW: &str = "number";
/// The format that this version reads and writes. It counts up when an older version would misread it.
const KNOWN: u64 = 1;

/// Refuses a database of a later format, and notes the format of a new one.
pub(super) fn check(path: &Path, database: &Database) -> Result<()> {
    let found = number(database).map_err(|problem| Error::state(path, problem))?;
    match found {
        Some(found) if found > KNOWN => Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: KNOWN,
        }),
        Some(_) => Ok(()),
        None => note(database).map_err(|problem| Error::state(path, problem)),
    }
}

fn number(database: &Database) -> Result<Option<u64>, redb::Error> {
    let Some(table) = existing(database.begin_read()?.open_table(TABLE))? else {
        return Ok(None);
    };
    let number = table.get(ROW)?;
    Ok(number.map(|number| number.value()))
}

fn note(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(TABLE)?.insert(ROW, KNOWN)?;
    Ok(transaction.commit()?)
}
