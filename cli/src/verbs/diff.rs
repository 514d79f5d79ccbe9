use std::collections::HashSet;
use std::fmt::Write as _;

use clap::Args;
use timeback_qti_bank::compare::{Diff as Found, DiffReport, Edit};
use timeback_qti_bank::{Bank, Key, Observer};

use super::status::word;
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one;
use crate::output::paint;

/// Show what has changed, line by line: here, and on the service
///
/// Each side is compared with what the service was last seen to hold. What does not change the meaning, such as another
/// layout of the XML, is no difference.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti diff
  qti diff item/capital test/italy
  qti diff --places
  qti diff --offline --exit-code")]
pub(crate) struct Diff {
    /// Only these entities, as in item/capital
    #[arg(value_name = "KIND/ID", value_parser = one::key)]
    entities: Vec<Key>,

    /// Show the places that differ, and what they hold, instead of lines
    #[arg(long)]
    places: bool,

    /// Only what has changed here: the service is not asked, and no credentials are needed
    #[arg(long)]
    offline: bool,

    /// End with 3 if anything has changed
    #[arg(long)]
    exit_code: bool,
}

impl Diff {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let only = &self.entities;
        let diff = async |observer: Observer<'_>| -> Result<DiffReport, Failure> {
            Ok(match self.offline {
                true => app.offline(&bank)?.diff(only, observer).await?,
                false => app.connect(&bank)?.0.diff(only, observer).await?,
            })
        };
        let report = app.output.with_progress(diff).await?;
        if let Some(key) = unknown(&bank, &self.entities, &report)? {
            return Err(Failure::new(Exit::Usage, format!("the bank has no {key}")));
        }
        app.output.tell("diff", &report, |report| {
            let texts = report.entities.iter().map(|diff| text(diff, self.places));
            texts.collect()
        })?;
        Ok(Exit::of_comparison(
            !report.failed.is_empty() || !report.unaddressable.is_empty(),
            self.exit_code && !report.entities.is_empty(),
        ))
    }
}

/// An entity that was asked for, and that neither the bank nor the report knows.
fn unknown<'k>(
    bank: &Bank,
    keys: &'k [Key],
    report: &DiffReport,
) -> Result<Option<&'k Key>, Failure> {
    let told = report.entities.iter().map(|diff| &diff.key);
    let told: HashSet<_> = told
        .chain(report.failed.iter().map(|note| &note.key))
        .collect();
    for key in keys {
        if !told.contains(key) && bank.read(key)?.is_none() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

fn text(diff: &Found, places: bool) -> String {
    let mut text = String::new();
    let sides = [("here", &diff.local), ("on the service", &diff.service)];
    for (side, edit) in sides {
        let Some(edit) = edit else { continue };
        let change = format_args!("{} {side}", word(edit.change));
        let _ = writeln!(text, "{}: {}", diff.key, paint::warn(change));
        match places {
            true => text += &of_places(edit),
            false => text += &of_lines(&edit.text),
        }
    }
    text
}

fn of_places(edit: &Edit) -> String {
    let lines = edit.differences.iter().map(|difference| {
        let before = paint::bad(difference.expected.as_deref().unwrap_or("nothing"));
        let now = paint::good(difference.found.as_deref().unwrap_or("nothing"));
        format!("  {}: {before} -> {now}\n", difference.place)
    });
    lines.collect()
}

fn of_lines(unified: &str) -> String {
    // Lines that differ in their `\r` alone differ visibly.
    let lines = unified
        .split_terminator('\n')
        .map(|line| match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] | [b'@', ..] => {
                paint::faint(line) + "\n"
            }
            [b'-', ..] => paint::bad(line) + "\n",
            [b'+', ..] => paint::good(line) + "\n",
            _ => format!("{line}\n"),
        });
    lines.collect()
}
