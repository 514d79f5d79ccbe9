//! The sandbox as a program.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use timeback_qti_sandbox::program::{Options, announce};

/// Emulates the Timeback QTI API on this machine, for development and tests without an account.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Program::parse().options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("timeback-qti-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> io::Result<()> {
    let sandbox = options.start().await?;
    announce(&sandbox, &mut io::stdout().lock())?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}
