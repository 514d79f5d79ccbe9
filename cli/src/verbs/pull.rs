use clap::Args;
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::{Identifier, Observer, Selection};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Sum, note};

/// Bring the bank to what the service holds
///
/// Only what has changed is fetched, and a change of one's own is never overwritten: it is told, and left alone. A pull that
/// was ended goes on when it is started again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti pull
  qti pull --test geography-001 --test geography-002
  qti pull --filter \"type='choice'\"
  qti pull --all --json")]
pub(crate) struct Pull {
    #[command(flatten)]
    selected: Selected,

    /// Everything, whatever qti.toml says
    #[arg(long, conflicts_with_all = ["test", "filter", "search"])]
    all: bool,
}

/// What is pulled.
#[derive(Debug, Args)]
pub(crate) struct Selected {
    /// This test, its items, and their stimuli; can be given several times
    #[arg(long, value_name = "ID")]
    test: Vec<Identifier>,

    /// The items and tests that this filter of the API lets through, and what they refer to
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,

    /// What the service's text search finds, and what that refers to
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

impl Selected {
    /// What was selected; `None` if nothing was.
    pub(crate) fn selection(self) -> Option<Selection> {
        let mut selection = Selection::default();
        selection.tests = self.test;
        selection.filter = self.filter;
        selection.search = self.search;
        (!selection.is_all()).then_some(selection)
    }
}

impl Pull {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let (connection, _) = app.connect(&bank)?;
        let selection = match self.all {
            true => Some(Selection::default()),
            false => self.selected.selection(),
        };
        let mut options = PullOptions::default();
        options.selection = selection;
        app.interrupt.finish_first();
        let pull = async |observer: Observer<'_>| connection.pull(&options, observer).await;
        let report = app.output.with_progress(pull).await?;
        app.output.tell("report", &report, text)?;
        Ok(exit(&report))
    }
}

fn text(report: &PullReport) -> String {
    Sum::default()
        .notes(&report.failed, "failed")
        .add(report.unaddressable.len() as u64, "unaddressable")
        .notes(&report.conflicts, "in conflict")
        .notes(&report.kept, "kept")
        .add(report.created, "new")
        .add(report.replaced, "replaced")
        .add(report.deleted, "deleted")
        .add(report.unchanged, "unchanged")
        .text("nothing to pull")
}

fn exit(report: &PullReport) -> Exit {
    if report.stopped {
        note("ended early: `qti pull` goes on");
        Exit::Interrupted
    } else if !report.failed.is_empty() || !report.unaddressable.is_empty() {
        Exit::Failed
    } else if !report.conflicts.is_empty() {
        note(
            "settle conflicts by taking over what you want, then `qti push --force`; or remove the file, and pull again",
        );
        Exit::Differs
    } else {
        Exit::Done
    }
}
