use clap::Args;
use timeback_qti_bank::Observer;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::writing::Writing;

/// Bring the service to what the bank holds
///
/// The plan comes first, and a question. What has changed on the service since it was pulled is a conflict, and left alone.
/// What is replaced or deleted is kept for `qti restore`. Each write is read back. A push that was ended, at whatever point,
/// goes on when it is started again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti push --dry-run
  qti push
  qti push --yes --probe --max-failures 5
  qti push --force --prune")]
pub(crate) struct Push {
    #[command(flatten)]
    writing: Writing,

    /// Also delete on the service what is gone from the bank, but nothing that anything refers to
    #[arg(long)]
    prune: bool,
}

impl Push {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let (connection, target) = app.connect(&bank)?;
        let mut options = self.writing.options();
        options.prune = self.prune;
        let plan = async |observer: Observer<'_>| connection.plan_push(&options, observer).await;
        let plan = app.output.with_progress(plan).await?;
        let question = |changes: &str| format!("Push {changes} to {target}?");
        let apply =
            async |observer: Observer<'_>| connection.apply(&plan, &options, observer).await;
        let command = match self.prune {
            true => "qti push --prune",
            false => "qti push",
        };
        let carried_out = self.writing.carry_out(app, command, &plan, question, apply);
        carried_out.await
    }
}
