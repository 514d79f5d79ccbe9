use clap::Args;
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::{Identifier, Key, Observer, Selection};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one;
use crate::output::{Sum, note};

/// How many entities a hint names.
const NAMED: usize = 3;

/// Bring the bank to what the service holds
///
/// Only what has changed is fetched. Local changes are reported and stay, except of entities that --theirs names. What the
/// service has deleted leaves the bank, unless the service lists nothing of its kind any more: without --prune, that is a
/// conflict. A pull that was ended goes on when it is started again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti pull
  qti pull --test geography-001 --test geography-002
  qti pull --filter \"type='choice'\"
  qti pull --all --json
  qti pull --theirs item/capital --theirs test/italy
  qti pull --prune")]
pub(crate) struct Pull {
    #[command(flatten)]
    selected: Selected,

    /// Everything, whatever qti.toml says
    #[arg(long, conflicts_with_all = ["test", "filter", "search"])]
    all: bool,

    /// Only this entity, overwritten with what the service has: its local changes are lost; can be given several times
    #[arg(
        long,
        value_name = "KIND/ID",
        value_parser = one::key,
        conflicts_with_all = ["test", "filter", "search", "all", "prune"]
    )]
    theirs: Vec<Key>,

    /// Remove entities even if the service lists nothing of their kind any more; local changes stay
    #[arg(long, conflicts_with_all = ["test", "filter", "search"])]
    prune: bool,
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
        options.theirs = self.theirs;
        options.prune = self.prune;
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
        settle(report);
        Exit::Differs
    } else {
        Exit::Done
    }
}

/// Tells how conflicts are settled.
fn settle(report: &PullReport) {
    let emptied: Vec<_> = report.emptied.iter().map(|kind| kind.folder()).collect();
    if !emptied.is_empty() {
        note(format_args!(
            "the service lists no {}: if that is meant, and it is the right service, `qti pull --prune` empties the bank \
             of what it had",
            emptied.join(" and no ")
        ));
    }
    let keys = report.conflicts.iter().map(|conflict| &conflict.key);
    let keys: Vec<_> = keys
        .filter(|key| !report.emptied.contains(&key.kind))
        .collect();
    if keys.is_empty() {
        return;
    }
    let named = keys.iter().take(NAMED).map(|key| {
        let address = format!("{}/{}", key.kind, key.identifier);
        // Only a NUL cannot be quoted, which no identifier has.
        let quoted = shlex::try_quote(&address).unwrap_or_default();
        format!(" --theirs {quoted}")
    });
    let more = match keys.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" (and so on for {more} more)"),
    };
    note(format_args!(
        "`qti pull{}`{more} takes what the service has, and the bank's changes are lost; or make the files as they are to \
         be, then `qti push --force`",
        named.collect::<String>()
    ));
}
