//! The table of operations: where each is, how it answers, and whether it may be sent twice.

use std::fmt::Write as _;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::document::Operation;

/// A constant for each operation, and the list of all.
pub(super) fn table(operations: &[Operation<'_>]) -> String {
    let mut source = String::new();
    let mut names = Vec::new();
    for operation in operations {
        let Operation {
            id,
            method,
            path,
            success,
            repeat,
        } = operation;
        let name = constant(id);
        let success = success.to_shouty_snake_case();
        let repeat = repeat.to_upper_camel_case();
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "pub(crate) static {name}: Operation = Operation {{
    id: {id:?},
    method: Method::{method},
    path: {path:?},
    success: StatusCode::{success},
    repeat: Repeat::{repeat},
}};"
        );
        names.push(format!("    &{name},\n"));
    }
    let (count, names) = (names.len(), names.concat());
    let _ = writeln!(
        source,
        "/// Every operation, in the order of the document.
pub(crate) static OPERATIONS: [&Operation; {count}] = [\n{names}];"
    );
    source
}

/// The name of an operation's constant.
pub(super) fn constant(id: &str) -> String {
    id.to_shouty_snake_case()
}
