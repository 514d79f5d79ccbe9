//! What a bank promises of its exchange with the service.

mod diff;
mod first_failures;
mod memory;
mod pull;
mod push;
#[cfg(unix)]
mod read_only;
mod support;
mod two_folders;
