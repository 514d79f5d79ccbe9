//! What a bank promises of content packages.

mod foreign;
mod hostile;
mod left_alone;
mod one_fault;
mod places;
mod round_trip;
mod second;
mod support;
