//! What the verbs have in common that write to a service: a plan, a question, the writes, a report.

use std::fmt::Write as _;

use clap::Args;
use timeback_qti_bank::push::{Action, Plan, PushOptions, PushReport, Step};
use timeback_qti_bank::{Note, Observer};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Sum, count, note, paint};

/// How many steps of a plan are shown before it is done; a dry run shows all.
const SHOWN: usize = 50;

/// How writes are done.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Show the plan, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    yes: bool,

    /// Also overwrite what was changed on the service meanwhile, and delete what no restore could put back
    #[arg(long)]
    force: bool,

    /// Begin nothing more after this many failures
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    max_failures: Option<u64>,

    /// Write one entity first; put it back and end if that goes wrong
    #[arg(long)]
    probe: bool,
}

impl Writing {
    pub(crate) fn options(&self) -> PushOptions {
        let mut options = PushOptions::default();
        options.force = self.force;
        options.max_failures = self.max_failures;
        options.probe = self.probe;
        options
    }

    /// Tells the plan, asks, has it done by `apply`, and reports. `command` is what the user would repeat; the question is
    /// made from `3 changes`.
    pub(crate) async fn carry_out(
        &self,
        app: &App,
        command: &str,
        plan: &Plan,
        question: impl FnOnce(&str) -> String,
        apply: impl AsyncFnOnce(Observer<'_>) -> timeback_qti_bank::Result<PushReport>,
    ) -> Result<Exit, Failure> {
        let shown = if self.dry_run { usize::MAX } else { SHOWN };
        app.output
            .tell("plan", plan, |plan| plan_text(plan, shown))?;
        if self.dry_run {
            return Ok(plan_exit(plan));
        }
        if plan.writes() {
            let writes = [Action::Create, Action::Replace, Action::Delete];
            let writes = writes.map(|action| plan.count(action) as u64);
            let question = question(&count(writes.iter().sum(), "change", "changes"));
            if !app.confirm(&question, self.yes).await? {
                note("nothing was written");
                return Ok(Exit::Failed);
            }
        }
        app.interrupt.finish_first();
        let report = app.output.with_progress(apply).await?;
        app.output.tell("report", &report, |report| {
            let text = report_text(report);
            // What the plan's own line has said is not said again.
            let is_said = plan.steps.is_empty() || text == plan_text(plan, shown);
            if is_said { String::new() } else { text }
        })?;
        Ok(report_exit(app, command, &report))
    }
}

fn plan_text(plan: &Plan, shown: usize) -> String {
    let mut text = String::new();
    let steps = plan
        .steps
        .iter()
        .filter(|step| step.action != Action::Adopt);
    for Step {
        key,
        action,
        message,
        ..
    } in steps.clone().take(shown)
    {
        let word = format!("{action:8}");
        let word = match action {
            Action::Create | Action::Replace => paint::good(word),
            Action::Delete | Action::Refuse => paint::bad(word),
            _ => paint::warn(word),
        };
        let message = message
            .as_ref()
            .map_or_else(String::new, |message| format!(": {message}"));
        let _ = writeln!(text, "{word} {key}{message}");
    }
    let more = steps.count().saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(text, "and {more} more; --dry-run shows all");
    }
    let count = |action| plan.count(action) as u64;
    let sum = Sum::default()
        .add(count(Action::Create), "to create")
        .add(count(Action::Replace), "to replace")
        .add(count(Action::Delete), "to delete")
        .add(count(Action::Conflict), "in conflict")
        .add(count(Action::Keep), "to keep")
        .add(count(Action::Refuse), "that cannot be written")
        .add(plan.unchanged + count(Action::Adopt), "unchanged");
    text + &sum.text("the bank is empty")
}

fn plan_exit(plan: &Plan) -> Exit {
    if plan.count(Action::Refuse) > 0 {
        Exit::Failed
    } else if plan.count(Action::Conflict) > 0 {
        Exit::Differs
    } else {
        Exit::Done
    }
}

fn report_text(report: &PushReport) -> String {
    Sum::default()
        .notes(&report.failed, "failed")
        .notes(&report.skipped, "skipped")
        .notes(&report.conflicts, "in conflict")
        .notes(&report.kept, "kept")
        .notes(&report.overtaken, "overtaken")
        .add(report.created, "created")
        .add(report.replaced, "replaced")
        .add(report.deleted, "deleted")
        .add(report.unchanged, "unchanged")
        .text("nothing was written")
}

fn report_exit(app: &App, command: &str, report: &PushReport) -> Exit {
    for Note { key, .. } in &report.overtaken {
        let word = paint::warn("overtaken");
        note(format_args!(
            "{word} {key}: somebody else wrote it at the same time, and that change may be lost"
        ));
    }
    if report.replaced + report.deleted > 0 {
        let but = match report.created {
            0 => "",
            _ => ", but leaves what was created",
        };
        note(format_args!(
            "`qti restore {}` takes it back{but}",
            report.run
        ));
    }
    if let Some(problem) = &report.problem {
        let word = paint::bad("error");
        note(format_args!("{word}: {problem}"));
        note(format_args!("once that is mended, `{command}` goes on"));
        return Exit::Failed;
    }
    if app.interrupt.is_stopped() && report.stopped {
        note(format_args!("ended early: `{command}` goes on"));
        return Exit::Interrupted;
    }
    if report.stopped {
        note(format_args!(
            "ended after the failures: `{command}` goes on"
        ));
    }
    if report.stopped || !report.failed.is_empty() || !report.skipped.is_empty() {
        Exit::Failed
    } else if !report.conflicts.is_empty() {
        note(format_args!(
            "`qti diff` shows what the service has changed; `{command} --force` overwrites it"
        ));
        Exit::Differs
    } else if !report.overtaken.is_empty() {
        Exit::Differs
    } else {
        Exit::Done
    }
}
