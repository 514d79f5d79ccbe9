//! What a bank promises of content packages.

mod foreign;
mod hostile;
mod left_alone;
mod round_trip;
mod support;
