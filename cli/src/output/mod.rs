//! What the command says: results on standard output, everything else on standard error.

mod progress;
mod text;

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use timeback_qti_bank::Observer;

use crate::exit::Exit;
use crate::failure::Failure;

use progress::Progress;
pub(crate) use text::{Sum, count, paint, plain};

/// Where and how results are written.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    /// No bar, as log lines would go through it.
    verbose: bool,
    /// Whoever read the output has gone, as `head` does.
    closed: AtomicBool,
}

/// An event: its name, and what there is to say.
#[derive(Serialize)]
struct Named<'e, T> {
    event: &'e str,
    #[serde(flatten)]
    content: &'e T,
}

impl Output {
    pub(crate) fn new(json: bool, color: ColorChoice, verbose: bool) -> Self {
        color.write_global();
        Self {
            json,
            verbose,
            closed: AtomicBool::new(false),
        }
    }

    /// A result: as an event for programs, as text for people.
    pub(crate) fn tell<T: Serialize>(
        &self,
        event: &str,
        content: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        if self.json {
            self.event(&Named { event, content })
        } else {
            self.write(text(content).as_bytes())
        }
    }

    /// A line for programs.
    pub(crate) fn event(&self, event: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(event)
            .map_err(|problem| Failure::new(Exit::Failed, problem.to_string()))?;
        line.push(b'\n');
        self.write(&line)
    }

    /// Bytes as they are, for people and programs alike; what colours there are go where they are wanted.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut out = AutoStream::auto(io::stdout()).lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            written => written.map_err(Failure::at("standard output")),
        }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Does the work of a verb, and shows how it gets on.
    pub(crate) async fn with_progress<T>(&self, work: impl AsyncFnOnce(Observer<'_>) -> T) -> T {
        let progress = Progress::new(self);
        work(&|event| progress.observe(event)).await
    }

    /// The last word of a command that was ended early.
    pub(crate) fn fail(&self, failure: &Failure) {
        if self.json {
            #[derive(Serialize)]
            #[serde(tag = "event", rename = "error", rename_all = "camelCase")]
            struct Failed<'f> {
                message: &'f str,
                hint: Option<&'f str>,
                exit_code: u8,
            }
            // Nothing is left to do where this cannot be written, either.
            let _ = self.event(&Failed {
                message: &failure.message,
                hint: failure.hint.as_deref(),
                exit_code: failure.exit.code(),
            });
        }
        let message = plain(&failure.message);
        note(format_args!("{} {message}", paint::bad("error:")));
        if let Some(hint) = &failure.hint {
            note(format_args!("{} {hint}", paint::faint("hint:")));
        }
    }
}

/// A line on standard error; that nobody reads it is no failure.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(AutoStream::auto(io::stderr()).lock(), "{line}");
}
