//! The sandbox as a program.
use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use timeback_qti_sandbox::{Account, Sandbox};

/// Emulates the Timeback QTI API on this machine, for development and tests without an account.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port of 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0, env = "TIMEBACK_QTI_SANDBOX_PORT")]
    port: u16,

    /// Seed of the faults that come by chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Client id that may ask for tokens.
    #[arg(long, default_value = "sandbox-client")]
    client_id: String,

    /// Its secret.
    #[arg(long, default_value = "sandbox-secret")]
    client_secret: String,

    /// Address where a browser may be sent when a person signed in as the client `sandbox-person`.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8765/callback"
    )]
    redirect_uri: Vec<String>,

    /// Keep the state in this file, so that it outlives the process.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("timeback-qti-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> io::Result<()> {
    let account = Account::new(options.client_id, options.client_secret);
    let person = options
        .redirect_uri
        .into_iter()
        .fold(Account::public("sandbox-person"), Account::redirect_uri);
    let mut builder = Sandbox::builder()
        .port(options.port)
        .seed(options.seed)
        .account(account)
        .account(person);
    if let Some(path) = options.data {
        builder = builder.data_file(path);
    }
    // A damaged data file makes the database panic; the error says so in one line.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let started = builder.start().await;
    panic::set_hook(hook);
    let sandbox = started?;
    announce(&sandbox, &mut io::stdout().lock())?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}

/// Says where the sandbox is, and what to export so that clients find it.
fn announce(sandbox: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Timeback QTI sandbox")?;
    writeln!(out, "  API base URL  {}", sandbox.base_url())?;
    writeln!(out, "  Token URL     {}", sandbox.token_url())?;
    writeln!(out, "  In a browser  {}", sandbox.page_url())?;
    writeln!(out)?;
    writeln!(out, "To point a client at it:")?;
    writeln!(out)?;
    for (name, value) in [
        ("TIMEBACK_QTI_API_BASE_URL", sandbox.base_url().as_str()),
        ("TIMEBACK_TOKEN_URL", sandbox.token_url().as_str()),
        ("TIMEBACK_CLIENT_ID", sandbox.client_id()),
        ("TIMEBACK_CLIENT_SECRET", sandbox.client_secret()),
    ] {
        // Only a value with a NUL cannot be quoted, and no argument has one.
        let quoted = shlex::try_quote(value).map_err(io::Error::other)?;
        writeln!(out, "export {name}={quoted}")?;
    }
    writeln!(out)?;
    writeln!(out, "Ctrl-C stops it.")?;
    out.flush()
}
