use clap::Args;
use timeback_qti_bank::Observer;
use timeback_qti_bank::push::Pushed;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::count;
use crate::writing::Writing;

/// Put back on the service what a push has replaced or deleted
///
/// What a push has created stays, and so do the bank's files. What was changed since the push is a conflict, and left alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti restore --list
  qti restore
  qti restore 3 --dry-run
  qti restore 3 --yes")]
pub(crate) struct Restore {
    /// The number of the push, as it was told at its end; the newest one if absent
    push: Option<u64>,

    /// List the pushes that can be restored, oldest first
    #[arg(long, conflicts_with_all = ["push", "dry_run", "yes", "force", "max_failures", "probe"])]
    list: bool,

    #[command(flatten)]
    writing: Writing,
}

impl Restore {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let bank = app.bank()?;
        let (connection, target) = app.connect(&bank)?;
        let pushes = connection.pushes()?;
        if self.list {
            let told = serde_json::json!({"pushes": pushes});
            app.output.tell("pushes", &told, |_| list(&pushes))?;
            return Ok(Exit::Done);
        }
        let known = |run: &u64| pushes.iter().any(|push| push.run == *run);
        let run = match self.push {
            Some(run) => Some(run).filter(known),
            None => pushes.last().map(|push| push.run),
        };
        let Some(run) = run else {
            let message = match self.push {
                Some(run) => format!("there is no push {run} from this bank to {target}"),
                None => format!("nothing was pushed from this bank to {target}"),
            };
            let failure = Failure::new(Exit::Usage, message);
            return Err(failure.hint("`qti restore --list` lists the pushes"));
        };
        let options = self.writing.options();
        let plan =
            async |observer: Observer<'_>| connection.plan_restore(run, &options, observer).await;
        let plan = app.output.with_progress(plan).await?;
        let question = |changes: &str| format!("Take back {changes} of push {run} on {target}?");
        let apply = async |observer: Observer<'_>| {
            connection
                .apply_restore(run, &plan, &options, observer)
                .await
        };
        self.writing.carry_out(app, &plan, question, apply).await
    }
}

fn list(pushes: &[Pushed]) -> String {
    let line = |Pushed { run, entities, .. }: &Pushed| {
        format!("push {run}: {}\n", count(*entities, "entity", "entities"))
    };
    match pushes {
        [] => "nothing was pushed yet\n".to_owned(),
        pushes => pushes.iter().map(line).collect(),
    }
}
