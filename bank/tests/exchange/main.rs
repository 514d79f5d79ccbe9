//! What a bank promises of its exchange with the service.

mod audit;
mod beside;
mod diff;
mod emptied;
mod first_failures;
mod killed;
#[cfg(unix)]
mod links;
mod meanwhile;
mod memory;
mod namespaces;
mod offline;
mod pull;
mod push;
#[cfg(unix)]
mod read_only;
mod reorder;
mod restore;
mod selection;
mod settle;
mod support;
mod theirs;
mod two_folders;
mod unaddressable;
mod unreadable;
