//! The command `qti`: banks of QTI content, exchanged with the Timeback QTI API.
//!
//! It has no logic of its own: what it does is in the package `timeback-qti-bank`.
#![warn(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod app;
mod connect;
mod exit;
mod failure;
mod interrupt;
mod logging;
mod one;
mod output;
mod value;
mod verbs;
mod writing;

use std::process::ExitCode;

use clap::Parser;

use crate::app::{App, Globals};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::verbs::Verb;

/// Banks of QTI content: pulled from the Timeback QTI API, checked, changed, and pushed back
#[derive(Debug, Parser)]
#[command(name = "qti", version, after_long_help = Exit::table())]
#[command(after_help = "`qti --help` also lists the exit codes.")]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    verb: Verb,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.globals.verbose);
    let app = App::new(cli.globals);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = runtime.map_err(Failure::at("threads")).and_then(|runtime| {
        let ended = runtime.block_on(async {
            app.interrupt.listen().map_err(Failure::at("signals"))?;
            cli.verb.run(&app).await
        });
        // A thread may still wait for an answer on standard input: it is not waited for.
        runtime.shutdown_background();
        ended
    });
    let exit = ended.unwrap_or_else(|failure| {
        app.output.fail(&failure);
        failure.exit
    });
    exit.into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_help_of_every_verb_has_examples_that_can_be_typed() {
        let command = Cli::command();
        command.clone().debug_assert();
        for verb in command.get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let examples: Vec<_> = help
                .lines()
                .filter_map(|line| line.strip_prefix("  "))
                .collect();
            assert!(!examples.is_empty(), "{}", verb.get_name());
            for example in examples {
                let words = shlex::split(example).unwrap();
                let shell = words.iter().position(|word| word == "|" || word == ">");
                let parsed = Cli::try_parse_from(&words[..shell.unwrap_or(words.len())]);
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn the_readme_lists_each_verb() {
        let readme = include_str!("../README.md");
        for verb in Cli::command().get_subcommands() {
            let row = format!("`{}`", verb.get_name());
            let cells = readme.lines().filter_map(|line| line.split('|').nth(1));
            let listed = cells.filter(|cell| cell.contains(&row)).count();
            assert_eq!(listed, 1, "{row}");
        }
    }

    #[test]
    fn each_exit_code_is_told_once_in_the_long_help() {
        let help = Cli::command().render_long_help().to_string();
        for exit in Exit::ALL {
            let line = format!("  {:>3}  {}", exit.code(), exit.about());
            assert_eq!(help.matches(&line).count(), 1, "{help}");
        }
    }
}
