//! At a real pseudo-terminal: the bar, the colours, the question.

use std::time::Duration;

use pty_process::{Command, Pty};
use timeback_qti::models::StimulusInput;
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;

use crate::support::{Place, QTI, client, pulled, sandbox_of};

pub(crate) const CTRL_C: &str = "\x03";
/// No test waits for this; it keeps one that fails from waiting for ever.
const LONG: Duration = Duration::from_secs(60);

/// The command at a terminal.
pub(crate) struct Terminal {
    pty: Pty,
    pub(crate) child: Child,
    pub(crate) shown: String,
}

impl Terminal {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let (pty, pts) = pty_process::open().unwrap();
        pty.resize(pty_process::Size::new(24, 80)).unwrap();
        let command = Command::new(QTI)
            .args(arguments)
            .current_dir(place.folder());
        let command = command.env_clear().envs(place.environment());
        let child = command.spawn(pts).unwrap();
        let shown = String::new();
        Self { pty, child, shown }
    }

    pub(crate) async fn type_in(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).await.unwrap();
    }

    /// Whether there was more.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // A terminal that nobody writes to any more is an error on Linux, and the end elsewhere.
        let read = tokio::time::timeout(LONG, self.pty.read(&mut bytes));
        let count = read.await.expect(&self.shown).unwrap_or(0);
        self.shown += &String::from_utf8_lossy(&bytes[..count]);
        count > 0
    }

    /// Waits until the terminal has shown this.
    pub(crate) async fn shows(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read().await, "{text:?} was not shown: {}", self.shown);
        }
    }

    /// Its exit code, and all that it has shown.
    pub(crate) async fn end(mut self) -> (Option<i32>, String) {
        while self.read().await {}
        let status = self.child.wait().await.unwrap();
        (status.code(), self.shown)
    }
}

pub(crate) fn writes(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let is_write = |operation: &str| operation == "updateStimulus" || operation == "createStimulus";
    let operations = requests
        .iter()
        .filter_map(|request| request.operation.as_deref());
    operations.filter(|operation| is_write(operation)).count()
}

#[tokio::test]
async fn progress_is_a_bar_at_a_terminal_and_lines_elsewhere() {
    let sandbox = sandbox_of(3).await;
    let slow = FaultRule::new(Effect::Latency { millis: 200 });
    sandbox.set_faults([slow.on("getStimulus")]).unwrap();
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let lines = place.qti(&["pull"]).await.ended_with(0);
    assert!(lines.err.contains("created stimulus italy-0\n"), "{lines}");
    assert!(!lines.err.contains(['\r', '\x1b']), "{lines}");
    assert_eq!(lines.out, "3 new\n");

    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let mut terminal = Terminal::start(&place, &["pull"]);
    terminal.shows("stimuli ").await;
    terminal.shows("0/3 ").await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("left") && shown.contains("/s"), "{shown:?}");
    assert!(shown.ends_with("3 new\r\n"), "{shown:?}");
}

#[tokio::test]
async fn colours_are_for_terminals_that_want_them() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let coloured = "\x1b[33mchanged here\x1b[0m";
    let status = ["status", "--offline"];
    let (_, shown) = Terminal::start(&place, &status).end().await;
    assert!(shown.contains(coloured), "{shown:?}");
    let never = [&status[..], &["--color", "never"]].concat();
    let (_, shown) = Terminal::start(&place, &never).end().await;
    assert!(!shown.contains("\x1b[33m"), "{shown:?}");
    assert!(!place.qti(&status).await.out.contains('\x1b'));
    let always = [&status[..], &["--color", "always"]].concat();
    assert!(place.qti(&always).await.out.contains(coloured));
    let place = place.and([("NO_COLOR", "1".to_owned())]);
    let (_, shown) = Terminal::start(&place, &status).end().await;
    assert!(!shown.contains("\x1b[33m"), "{shown:?}");
}

#[tokio::test]
async fn a_push_asks_at_a_terminal_and_names_the_service() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let host = sandbox.base_url();
    let host = host
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/api")
        .unwrap();
    let question = format!("Push 1 change to {host}? [y/N] ");
    let before = writes(&sandbox);

    let answers = [
        ("\n", Some(1)),
        ("n\n", Some(1)),
        ("yellow\n", Some(1)),
        (CTRL_C, Some(130)),
    ];
    for (answer, code) in answers {
        let mut terminal = Terminal::start(&place, &["push"]);
        terminal.shows(&question).await;
        let plan = " stimulus italy-0\r\n1 to replace\r\n";
        assert!(terminal.shown.contains(plan), "{}", terminal.shown);
        terminal.type_in(answer).await;
        let (ended, shown) = terminal.end().await;
        assert_eq!(ended, code, "{answer:?}: {shown}");
        assert_eq!(writes(&sandbox), before, "{answer:?}: {shown}");
    }
    let mut terminal = Terminal::start(&place, &["push"]);
    terminal.shows(&question).await;
    terminal.type_in("y\n").await;
    let (ended, shown) = terminal.end().await;
    assert_eq!((ended, writes(&sandbox)), (Some(0), before + 1), "{shown}");
}

#[tokio::test]
async fn content_gives_a_terminal_no_orders() {
    let sandbox = sandbox_of(0).await;
    let orders = "\u{9b}31m";
    let mut stimulus = StimulusInput::new("red", orders, format!("<p>{orders}</p>"));
    let metadata = serde_json::json!({"orders": orders});
    stimulus.metadata = Some(metadata.as_object().unwrap().clone());
    client(&sandbox).stimuli().create(&stimulus).await.unwrap();
    let place = Place::with(&sandbox);
    for arguments in [
        &["get", "stimulus/red"][..],
        &["get", "stimulus/red", "--json"],
        &["metadata", "stimulus/red"],
        &["ls", "stimuli", "--json"],
        &["ls", "stimuli"],
        &["audit", "--service", "--format", "sarif"],
    ] {
        let (code, shown) = Terminal::start(&place, arguments).end().await;
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains('\u{9b}'), "{arguments:?}: {shown:?}");
        assert!(shown.ends_with("\r\n"), "{arguments:?}: {shown:?}");
    }
}
