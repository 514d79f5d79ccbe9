//! The command as people and scripts meet it: its output, its exit codes, and what it does to a service.
#![allow(clippy::unwrap_used)]

mod conflicts;
mod exchange;
mod hostile;
mod identity;
#[cfg(unix)]
mod interrupts;
mod output;
mod packages;
mod refusals;
mod services;
mod single;
mod support;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod walks;
