use clap::Args;

use super::push::{Writing, report_exit, report_text};
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::note;

/// Put back on the service what a push has replaced or deleted
///
/// What a push has created stays, and so do the bank's files. What was changed since the push is a conflict, and left alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti restore
  qti restore 3 --yes")]
pub(crate) struct Restore {
    /// The number of the push, as it was told at its end; the newest one if absent
    push: Option<u64>,

    #[command(flatten)]
    writing: Writing,
}

impl Restore {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let (connection, target) = app.connect(&bank)?;
        let Some(run) = self.push.or(connection.last_push()?) else {
            return Err(Failure::new(
                Exit::Usage,
                "nothing was pushed from this bank to this service",
            ));
        };
        let question = format!("Put back on {target} what push {run} has replaced or deleted?");
        if !app.confirm(&question, self.writing.yes).await? {
            note("nothing was put back");
            return Ok(Exit::Failed);
        }
        app.interrupt.finish_first();
        let report = {
            let progress = app.output.progress();
            let options = self.writing.options();
            connection
                .restore(run, &options, &|event| progress.observe(event))
                .await?
        };
        app.output.tell("report", &report, report_text)?;
        Ok(report_exit(app, &report))
    }
}
