//! What a bank promises of its exchange with the service.

mod pull;
mod push;
mod support;
