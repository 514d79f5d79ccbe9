//! The sandbox as a program: its arguments, and what it prints. Other programs that start a sandbox use it as well.

use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::panic;
use std::path::PathBuf;

use clap::Args;

use crate::{Account, Sandbox};

/// The arguments of a program that starts a sandbox.
#[derive(Args)]
pub struct Options {
    /// Address to listen at; at another one, whoever can reach this machine can use the sandbox
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,

    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 0, env = "TIMEBACK_QTI_SANDBOX_PORT")]
    port: u16,

    /// Seed of the faults that come by chance.
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Client id that may ask for tokens.
    #[arg(long, default_value = "sandbox-client")]
    client_id: String,

    /// Client secret for that id.
    #[arg(long, default_value = "sandbox-secret")]
    client_secret: String,

    /// Address where the browser may be sent after a person has signed in to the client `sandbox-person`.
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

/// Without the secret.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("port", &self.port)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// Starts the sandbox that the arguments describe.
    ///
    /// # Errors
    /// When the port cannot be bound or the data file cannot be opened.
    pub async fn start(self) -> io::Result<Sandbox> {
        let account = Account::new(self.client_id, self.client_secret);
        let person = self
            .redirect_uri
            .into_iter()
            .fold(Account::public("sandbox-person"), Account::redirect_uri);
        let mut builder = Sandbox::builder()
            .listen(self.listen)
            .port(self.port)
            .seed(self.seed)
            .account(account)
            .account(person);
        if let Some(path) = self.data {
            builder = builder.data_file(path);
        }
        // The database panics on a damaged data file. The error below says so in one line, so the panic prints nothing.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let started = builder.start().await;
        panic::set_hook(hook);
        started
    }
}

/// The environment variables by which clients find a sandbox, and their values.
pub fn variables(sandbox: &Sandbox) -> [(&'static str, String); 4] {
    [
        ("TIMEBACK_QTI_API_BASE_URL", sandbox.base_url()),
        ("TIMEBACK_TOKEN_URL", sandbox.token_url()),
        ("TIMEBACK_CLIENT_ID", sandbox.client_id().to_owned()),
        ("TIMEBACK_CLIENT_SECRET", sandbox.client_secret().to_owned()),
    ]
}

/// Says where the sandbox is, and what to export so that clients find it.
///
/// # Errors
/// When it cannot be written.
pub fn announce(sandbox: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Timeback QTI sandbox")?;
    writeln!(out, "  API base URL  {}", sandbox.base_url())?;
    writeln!(out, "  Token URL     {}", sandbox.token_url())?;
    writeln!(out, "  In a browser  {}", sandbox.page_url())?;
    writeln!(out)?;
    writeln!(out, "To point a client at it:")?;
    writeln!(out)?;
    for (name, value) in variables(sandbox) {
        // Quoting fails only for a NUL, which no argument can hold.
        let quoted = shlex::try_quote(&value).map_err(io::Error::other)?;
        writeln!(out, "export {name}={quoted}")?;
    }
    writeln!(out)?;
    writeln!(out, "Ctrl-C stops it.")?;
    out.flush()
}
