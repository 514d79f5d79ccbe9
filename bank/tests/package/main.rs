//! What a bank promises of content packages.

mod foreign;
mod hostile;
mod round_trip;
mod support;
