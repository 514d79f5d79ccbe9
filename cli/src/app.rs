//! What every verb is given: the options of all verbs, the output, and the handling of Ctrl-C.

use std::io::{self, IsTerminal as _};
use std::panic;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use timeback_qti_bank::{Bank, Connection, Offline, Settings};

use crate::connect::{Target, base_url};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{Output, ask};

/// The options that all verbs have.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Globals {
    /// The bank's folder; without it, the current folder or the nearest one above that is a bank
    #[arg(long, global = true, value_name = "FOLDER")]
    bank: Option<PathBuf>,

    /// The profile that says which service to speak to, and as whom, whatever environment variables say; without it,
    /// TIMEBACK_PROFILE can name one
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// For programs: write each result and each event as one line of JSON
    #[arg(long, global = true)]
    json: bool,

    /// When to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Log on standard error: -v what went wrong and was repeated, -vv each request, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// What every verb is given.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) globals: Globals,
    pub(crate) output: Output,
    pub(crate) interrupt: Interrupt,
}

impl App {
    pub(crate) fn new(globals: Globals) -> Self {
        let color = match globals.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        let output = Output::new(globals.json, color, globals.verbose > 0);
        Self {
            globals,
            output,
            interrupt: Interrupt::default(),
        }
    }

    /// The folder that the command works in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.globals.bank.clone().unwrap_or_else(|| ".".into())
    }

    pub(crate) fn bank(&self) -> Result<Bank, Failure> {
        match &self.globals.bank {
            Some(folder) => Ok(Bank::open(folder)?),
            None => {
                let here = std::env::current_dir().map_err(Failure::at("the current folder"))?;
                Ok(Bank::find(&here)?)
            }
        }
    }

    /// The settings of the bank that the command works in, for a verb that can do without one.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let here = std::env::current_dir().map_err(Failure::at("the current folder"))?;
        match (&self.globals.bank, Bank::find(&here)) {
            (None, Err(timeback_qti_bank::Error::NoBank { .. })) => Ok(Settings::default()),
            _ => Ok(self.bank()?.settings().clone()),
        }
    }

    /// The service; `settings` are those of the bank, if there is one.
    pub(crate) fn target(&self, settings: &Settings) -> Result<Target, Failure> {
        let identifiers = self.globals.verbose > 1;
        Target::choose(self.globals.profile.as_deref(), settings, identifiers)
    }

    /// A bank with its service. Once the verb has called `finish_first`, Ctrl-C ends its work between two requests.
    pub(crate) fn connect(&self, bank: &Bank) -> Result<(Connection, Target), Failure> {
        let target = self.target(bank.settings())?;
        let connection = without_panic_message(|| bank.connect(&target.client))?;
        Ok((connection.stopped_by(self.interrupt.stop()), target))
    }

    /// A bank with what it remembers of its service. The service is not asked, so no credentials are needed.
    pub(crate) fn offline(&self, bank: &Bank) -> Result<Offline, Failure> {
        let base_url = base_url(self.globals.profile.as_deref(), bank.settings())?;
        Ok(without_panic_message(|| bank.offline(&base_url))?)
    }

    /// Asks a person, unless `yes` was given on the command line.
    pub(crate) async fn confirm(&self, question: &str, yes: bool) -> Result<bool, Failure> {
        if yes {
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::new(
                Exit::Usage,
                format!("not done, as this is no terminal to ask at: {question}"),
            )
            .hint("add --yes to say yes"));
        }
        let answer = ask(&format!("{question} [y/N] ")).await;
        let answer = answer.map_err(Failure::at("the answer"))?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// Opens what a bank remembers. The database panics over a damaged file; the bank makes an error of that, which tells it once.
fn without_panic_message<T>(open: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let opened = open();
    panic::set_hook(hook);
    opened
}
