use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};
use timeback_qti::Client;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Bank, Note, Settings, unobserved};
use timeback_qti_sandbox::Sandbox as Service;
use timeback_qti_sandbox::program::{Options, announce, variables};
use tokio::process::Command;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::note;

/// Start the API's emulation on this machine, to try things without an account
///
/// It prints the environment variables with which `qti` and other clients speak to it, and runs until Ctrl-C. With a command, only
/// that command and what it starts get the variables; the sandbox ends with the command, and with its exit code. A --profile that
/// is typed goes before the variables.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti sandbox
  qti sandbox --port 8080 --data sandbox.redb
  qti sandbox --load geography -- bash
  qti sandbox --load geography -- cargo test")]
pub(crate) struct Sandbox {
    #[command(flatten)]
    options: Options,

    /// Fill the sandbox with what this bank holds; the bank itself is not changed
    #[arg(long, value_name = "FOLDER")]
    load: Option<PathBuf>,

    /// A command that is to speak to the sandbox, with its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Sandbox {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let sandbox = self.options.start().await.map_err(Failure::at("sandbox"))?;
        if let Some(folder) = &self.load {
            load(folder, &sandbox).await?;
        }
        let exit = match self.command.split_first() {
            Some((program, arguments)) => {
                note(format_args!(
                    "sandbox at {} until the command ends",
                    sandbox.page_url()
                ));
                let mut command = Command::new(program);
                command.args(arguments);
                let run = run(app, command, &sandbox).await;
                run.map_err(Failure::at(program.display()))?
            }
            None => {
                app.interrupt.stop_when_told();
                let mut told = Vec::new();
                announce(&sandbox, &mut told).map_err(Failure::at("sandbox"))?;
                app.output.tell("sandbox", &addresses(&sandbox), |_| {
                    String::from_utf8_lossy(&told).into_owned()
                })?;
                app.interrupt.stopped().await;
                Exit::Done
            }
        };
        sandbox.stop().await;
        Ok(exit)
    }
}

/// Pushes a bank from a copy, so that it does not remember a service which will be gone.
async fn load(folder: &Path, sandbox: &Service) -> Result<(), Failure> {
    let copy = tempfile::tempdir().map_err(Failure::at("a temporary folder"))?;
    let bank = Bank::init(copy.path(), Settings::default())?;
    for entity in Bank::open(folder)?.entities()? {
        bank.write(&entity?)?;
    }
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url());
    let secret = sandbox.client_secret().to_owned();
    let client = client.credentials(sandbox.client_id(), secret).build()?;
    let connection = bank.connect(&client)?;
    let options = PushOptions::default();
    let report = connection.push(&options, &unobserved).await?;
    let notes = [report.failed, report.skipped, report.conflicts].concat();
    match notes.first() {
        None => Ok(()),
        Some(Note { key, message }) => Err(Failure::new(
            Exit::Failed,
            format!("the sandbox does not take {key}: {message}"),
        )
        .hint(format!(
            "`qti audit --bank {}` tells more",
            folder.display()
        ))),
    }
}

/// Runs a command that finds the sandbox by its environment, and this very `qti` first.
async fn run(app: &App, mut command: Command, sandbox: &Service) -> io::Result<Exit> {
    let own = env::current_exe()?;
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = own
        .parent()
        .map(Path::to_owned)
        .into_iter()
        .chain(env::split_paths(&paths));
    let paths = env::join_paths(paths).map_err(io::Error::other)?;
    command
        .envs(variables(sandbox))
        .env("PATH", paths)
        // These would add settings of another service.
        .env_remove("TIMEBACK_PROFILE")
        .env_remove("TIMEBACK_ENVIRONMENT");
    app.interrupt.leave_to_child();
    let mut child = command.spawn()?;
    let status = tokio::select! {
        status = child.wait() => status?,
        () = app.interrupt.stopped() => {
            child.kill().await?;
            return Ok(Exit::Interrupted);
        }
    };
    Ok(
        match status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(code) => Exit::Of(code),
            None => Exit::Failed,
        },
    )
}

fn addresses(sandbox: &Service) -> Map<String, Value> {
    let variables = variables(sandbox).map(|(name, value)| (name.to_owned(), Value::from(value)));
    let mut told = Map::new();
    told.insert("page".to_owned(), sandbox.page_url().into());
    told.insert("variables".to_owned(), Map::from_iter(variables).into());
    told
}
