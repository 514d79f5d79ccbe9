use std::fmt::Write as _;

use clap::Args;
use timeback_qti_bank::Observer;
use timeback_qti_bank::compare::{Change, Status as Found, StatusEntry};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Sum, count, paint};

/// Tell what has changed: here, on the service, or on both sides
///
/// Three states are compared, by meaning: the bank's files, what the service was last seen to hold, and what it holds now.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti status
  qti status --offline
  qti status --exit-code --json")]
pub(crate) struct Status {
    /// Only what has changed here: the service is not asked, and no credentials are needed
    #[arg(long)]
    offline: bool,

    /// End with 3 if anything has changed
    #[arg(long)]
    exit_code: bool,
}

impl Status {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let status = async |observer: Observer<'_>| -> Result<Found, Failure> {
            Ok(match self.offline {
                true => app.offline(&bank)?.status(observer).await?,
                false => app.connect(&bank)?.0.status(observer).await?,
            })
        };
        let status = app.output.with_progress(status).await?;
        app.output.tell("status", &status, text)?;
        Ok(Exit::of_comparison(
            is_partial(&status),
            self.exit_code && !status.entries.is_empty(),
        ))
    }
}

fn text(status: &Found) -> String {
    let mut text = String::new();
    for StatusEntry {
        key,
        local,
        service,
    } in &status.entries
    {
        let what = match (local, service) {
            (Change::Unchanged, service) => {
                paint::good(format_args!("{} on the service", word(*service)))
            }
            (local, Change::Unchanged) => paint::warn(format_args!("{} here", word(*local))),
            (local, service) => paint::bad(format_args!(
                "{} here, {} on the service",
                word(*local),
                word(*service)
            )),
        };
        let _ = writeln!(text, "{key}: {what}");
    }
    if status.entries.is_empty() && !is_partial(status) {
        let unchanged = count(status.unchanged, "entity", "entities");
        return format!("{unchanged} unchanged\n");
    }
    let sum = Sum::default()
        .notes(&status.failed, "failed")
        .add(status.unaddressable.len() as u64, "unaddressable")
        .add(status.entries.len() as u64, "changed");
    text + &sum.always(status.unchanged, "unchanged").text("")
}

/// Whether nobody can tell of each entity how it stands.
fn is_partial(status: &Found) -> bool {
    !status.failed.is_empty() || !status.unaddressable.is_empty()
}

pub(super) fn word(change: Change) -> &'static str {
    match change {
        Change::Unchanged => "unchanged",
        Change::Created => "new",
        Change::Changed => "changed",
        Change::Deleted => "deleted",
    }
}
