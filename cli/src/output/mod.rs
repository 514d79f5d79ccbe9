//! What the command says: results on standard output, everything else on standard error.
//!
//! Text for people passes `text::for_terminal` just before it is written, so no verb can pass on what a terminal would take for
//! orders. What is for programs, and the content of entities, goes to files and pipes byte for byte.

mod progress;
mod text;

use std::fmt::Display;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use timeback_qti_bank::Observer;

use crate::exit::Exit;
use crate::failure::Failure;

use progress::Progress;
use text::for_terminal;
pub(crate) use text::{Sum, count, paint};

/// Where and how results are written.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    /// Log lines are written; there is no progress bar then, as they would tear it.
    verbose: bool,
    /// Nobody reads the output any more, as after `| head`.
    closed: AtomicBool,
}

/// An event: its name, and its fields.
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

    /// Whether results are events for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.json
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
            let text = for_terminal(&text(content));
            self.write(&mut AutoStream::auto(io::stdout()), text.as_bytes())
        }
    }

    /// A result whose text is not ours to change: as an event for programs, else as `content` writes it.
    pub(crate) fn tell_content<T: Serialize>(
        &self,
        event: &str,
        content: &T,
        text: &str,
    ) -> Result<(), Failure> {
        match self.json {
            true => self.event(&Named { event, content }),
            false => self.content(text.as_bytes()),
        }
    }

    /// A line for programs.
    pub(crate) fn event(&self, event: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(event)
            .map_err(|problem| Failure::new(Exit::Failed, problem.to_string()))?;
        line.push(b'\n');
        self.content(&line)
    }

    /// What is not ours to change, such as the XML of an entity: byte for byte. A terminal gets it without what it would take for
    /// orders, and with a line break at its end.
    pub(crate) fn content(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout();
        if !out.is_terminal() {
            return self.write(&mut out, bytes);
        }
        let mut lines = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        if !lines.ends_with('\n') {
            lines.push('\n');
        }
        self.write(&mut out, for_terminal(&lines).as_bytes())
    }

    fn write(&self, out: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
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

    /// Does the work of a verb, and shows its progress.
    pub(crate) async fn with_progress<T>(&self, work: impl AsyncFnOnce(Observer<'_>) -> T) -> T {
        let progress = Progress::new(self);
        work(&|event| progress.observe(event)).await
    }

    /// Tells the error that has ended the command.
    pub(crate) fn fail(&self, failure: &Failure) {
        if self.json {
            #[derive(Serialize)]
            #[serde(tag = "event", rename = "error", rename_all = "camelCase")]
            struct Failed<'f> {
                message: &'f str,
                hint: Option<&'f str>,
                exit_code: u8,
            }
            // If standard output is what has failed, the line on standard error remains.
            let _ = self.event(&Failed {
                message: &failure.message,
                hint: failure.hint.as_deref(),
                exit_code: failure.exit.code(),
            });
        }
        note(format_args!("{} {}", paint::bad("error:"), failure.message));
        if let Some(hint) = &failure.hint {
            note(format_args!("{} {hint}", paint::faint("hint:")));
        }
    }
}

/// Writes a line on standard error. That it cannot be written is no failure.
pub(crate) fn note(line: impl Display) {
    let line = for_terminal(&format!("{line}\n"));
    let _ = AutoStream::auto(io::stderr()).write_all(line.as_bytes());
}

/// Asks a question on standard error; the answer is a line of standard input. Ctrl-C ends it.
pub(crate) async fn ask(question: &str) -> io::Result<String> {
    let question = for_terminal(question);
    // In a thread of its own, as nothing else can end the reading of a line.
    let asked = tokio::task::spawn_blocking(move || {
        // Whoever does not see the question may still know the answer.
        let _ = AutoStream::auto(io::stderr()).write_all(question.as_bytes());
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer)
    });
    asked.await.map_err(io::Error::other)?
}
