//! The progress of a verb: a bar at a terminal, lines elsewhere, events for programs.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use timeback_qti_bank::{Event, Outcome};

use super::{Output, note, paint};

/// Where there is no bar, a line tells the count after each so many entities.
const LINE_EVERY: u64 = 1_000;

/// The progress of a verb. The bar disappears when this is dropped.
#[derive(Debug)]
pub(super) struct Progress<'o> {
    output: &'o Output,
    bar: Option<ProgressBar>,
    done: AtomicU64,
    /// The number of entities in this stage; 0 where it is not known.
    total: AtomicU64,
    failed: AtomicU64,
}

impl<'o> Progress<'o> {
    pub(super) fn new(output: &'o Output) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let has_bar = io::stderr().is_terminal() && !dumb && !output.json && !output.verbose;
        Self {
            output,
            bar: has_bar.then(ProgressBar::new_spinner),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// Takes an event of the bank.
    pub(super) fn observe(&self, event: &Event) {
        if self.output.json {
            // The report is written after the events, and fails where they do.
            let _ = self.output.event(event);
            return;
        }
        match event {
            Event::Stage { stage, total } => self.begin(stage, *total),
            Event::Entity {
                key,
                outcome,
                message,
            } => {
                let message = message.as_deref().filter(|message| !message.is_empty());
                let message = message.map_or_else(String::new, |message| format!(": {message}"));
                self.entity(*outcome, &format!("{key}{message}"));
            }
            Event::Unaddressable(entity) => {
                self.line(&format!("{} {entity}", paint::bad("unaddressable")));
            }
            _ => {}
        }
    }

    fn begin(&self, stage: &str, total: Option<u64>) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total.unwrap_or(0), Ordering::Relaxed);
        let Some(bar) = &self.bar else { return };
        bar.set_style(style(total.is_some()));
        bar.set_prefix(stage.to_owned());
        bar.reset();
        bar.set_length(total.unwrap_or(0));
        bar.enable_steady_tick(Duration::from_millis(100));
    }

    fn entity(&self, outcome: Outcome, text: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let quiet = matches!(outcome, Outcome::Unchanged | Outcome::Checked);
        let good = matches!(
            outcome,
            Outcome::Created | Outcome::Replaced | Outcome::Deleted
        );
        if outcome == Outcome::Failed {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let word = match outcome {
            Outcome::Failed => paint::bad(outcome),
            _ if good => paint::good(outcome),
            _ => paint::warn(outcome),
        };
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                let failed = self.failed.load(Ordering::Relaxed);
                if failed > 0 {
                    bar.set_message(format!("{failed} failed"));
                }
                if !quiet && !good {
                    self.line(&format!("{word} {text}"));
                }
            }
            None if !quiet => self.line(&format!("{word} {text}")),
            None if done.is_multiple_of(LINE_EVERY) => match self.total.load(Ordering::Relaxed) {
                0 => note(format_args!("{done} so far")),
                total => note(format_args!("{done} of {total} so far")),
            },
            None => {}
        }
    }

    /// Writes a line that stays, above the bar if there is one.
    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(line)),
            None => note(line),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How the bar looks. Without a total there is no bar and no time left, only the count and the rate.
fn style(has_total: bool) -> ProgressStyle {
    let template = match has_total {
        true => "{prefix:8} [{bar:30}] {pos}/{len}  {rate}  {eta} left  {msg}",
        false => "{prefix:8} {spinner} {pos}  {rate}  {msg}",
    };
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ").with_key(
        "rate",
        |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        },
    )
}
