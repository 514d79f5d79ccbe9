use std::fmt::Write as _;

use clap::Args;
use timeback_qti_bank::Observer;
use timeback_qti_bank::push::Pushed;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{count, note};
use crate::writing::Writing;

/// Put back on the service what a push has replaced or deleted
///
/// What a push has created stays, and so do the bank's files. What is not as the push left it is a conflict, and left alone:
/// somebody has changed it since. A restore is a push itself, and is taken back by its own number.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti restore --list
  qti restore
  qti restore 3 --dry-run
  qti restore 3 --yes")]
pub(crate) struct Restore {
    /// The number of the push, as it was told at its end; if absent, the newest one that is not a restore
    push: Option<u64>,

    /// List the pushes, oldest first
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
        let chosen = match self.push {
            Some(run) => pushes.iter().find(|push| push.run == run),
            None => pushes.iter().rfind(|push| push.restores.is_none()),
        };
        let Some(&Pushed {
            run,
            entities,
            created,
            ..
        }) = chosen
        else {
            let message = match self.push {
                Some(run) => format!("there is no push {run} from this bank to {target}"),
                None => format!("nothing was pushed from this bank to {target}"),
            };
            let failure = Failure::new(Exit::Usage, message);
            return Err(failure.hint("`qti restore --list` lists the pushes"));
        };
        if created == entities {
            note(format_args!(
                "push {run} has replaced and deleted nothing: what it created stays"
            ));
            return Ok(Exit::Done);
        }
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
        let command = format!("qti restore {run}");
        let carried_out = self
            .writing
            .carry_out(app, &command, &plan, question, apply);
        carried_out.await
    }
}

fn list(pushes: &[Pushed]) -> String {
    let line = |push: &Pushed| {
        let mut line = format!("push {}: ", push.run);
        if let Some(restored) = push.restores {
            let _ = write!(line, "restore of push {restored}, ");
        }
        line += &count(push.entities, "entity", "entities");
        if push.created > 0 {
            let _ = write!(line, ", {} of them created", push.created);
        }
        line + "\n"
    };
    match pushes {
        [] => "nothing was pushed yet\n".to_owned(),
        pushes => pushes.iter().map(line).collect(),
    }
}
