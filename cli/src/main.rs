//! The command `qti`.
use clap::Parser;

/// Banks of QTI content: pulled from the Timeback QTI API, checked, changed and pushed back.
#[derive(Debug, Parser)]
#[command(name = "qti", version)]
struct Arguments {}

fn main() {
    let Arguments {} = Arguments::parse();
}
