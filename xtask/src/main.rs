//! `cargo xtask`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let from = std::env::args().nth(1).unwrap_or_default();
    match xtask::spec::refresh::refresh(Path::new("openapi"), &from) {
        Ok(counts) => {
            println!("{counts}");
            println!("{:?}", counts.types);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
