//! What a bank promises of its exchange with the service.

mod diff;
mod first_failures;
mod pull;
mod push;
mod support;
mod two_folders;
