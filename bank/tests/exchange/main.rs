//! What a bank promises of its exchange with the service.

mod audit;
mod beside;
mod diff;
mod first_failures;
mod killed;
mod memory;
mod offline;
mod pull;
mod push;
#[cfg(unix)]
mod read_only;
mod reorder;
mod restore;
mod selection;
mod support;
mod two_folders;
mod unaddressable;
mod unreadable;
