//! At a real pseudo-terminal: the bar, the question, Ctrl-C.

use std::time::Duration;

use pty_process::{Command, Pty};
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;

use crate::support::{Place, QTI, sandbox_of, stimulus_xml};

const CTRL_C: &str = "\x03";
/// No test waits for this; it keeps one that fails from waiting for ever.
const LONG: Duration = Duration::from_secs(60);

/// The command at a terminal.
struct Terminal {
    pty: Pty,
    child: Child,
    shown: String,
}

impl Terminal {
    fn start(place: &Place, arguments: &[&str]) -> Self {
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

    async fn type_in(&mut self, keys: &str) {
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
    async fn shows(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read().await, "{text:?} was not shown: {}", self.shown);
        }
    }

    /// Its exit code, and all that it has shown.
    async fn end(mut self) -> (Option<i32>, String) {
        while self.read().await {}
        let status = self.child.wait().await.unwrap();
        (status.code(), self.shown)
    }
}

async fn pulled(sandbox: &Sandbox) -> Place {
    let place = Place::with(sandbox);
    place.qti(&["init"]).await.ended_with(0);
    place.qti(&["pull"]).await.ended_with(0);
    place
}

fn writes(sandbox: &Sandbox) -> usize {
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
async fn ctrl_c_finishes_what_is_on_the_wire_and_the_next_push_goes_on() {
    const ALL: usize = 60;
    let sandbox = sandbox_of(0).await;
    let place = pulled(&sandbox).await;
    std::fs::create_dir_all(place.path("stimuli")).unwrap();
    for number in 0..ALL {
        let identifier = format!("s{number}");
        let path = place.path(&format!("stimuli/{identifier}.xml"));
        std::fs::write(path, stimulus_xml(&identifier)).unwrap();
    }
    let slow = FaultRule::new(Effect::Latency { millis: 100 });
    sandbox.set_faults([slow.on("createStimulus")]).unwrap();
    let mut terminal = Terminal::start(&place, &["push", "--yes"]);
    while writes(&sandbox) == 0 {
        tokio::task::yield_now().await;
    }
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("finishing what is on the wire"), "{shown}");
    assert!(shown.contains("ended early: `qti push` goes on"), "{shown}");
    let created = writes(&sandbox);
    assert!((1..ALL).contains(&created), "{created}");

    sandbox.set_faults([]).unwrap();
    let rest = format!("{} created, {created} unchanged\n", ALL - created);
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(0);
    assert!(pushed.out.ends_with(&rest), "{pushed}");
    assert_eq!(writes(&sandbox), ALL);
}

#[tokio::test]
async fn ctrl_c_ends_a_pull_and_the_next_one_goes_on() {
    const ALL: usize = 60;
    let sandbox = sandbox_of(ALL).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let slow = FaultRule::new(Effect::Latency { millis: 100 });
    sandbox.set_faults([slow.on("getStimulus")]).unwrap();
    let mut terminal = Terminal::start(&place, &["pull"]);
    let pulled = || std::fs::read_dir(place.path("stimuli")).map_or(0, Iterator::count);
    while pulled() == 0 {
        tokio::task::yield_now().await;
    }
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("`qti pull` goes on"), "{shown}");
    let there = pulled();
    assert!((1..ALL).contains(&there), "{there}");

    sandbox.set_faults([]).unwrap();
    let rest = format!("{} new, {there} unchanged\n", ALL - there);
    assert_eq!(place.qti(&["pull"]).await.ended_with(0).out, rest);
}

#[tokio::test]
async fn a_second_ctrl_c_ends_at_once() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let stalled = FaultRule::new(Effect::Stall);
    sandbox.set_faults([stalled.on("searchStimuli")]).unwrap();
    let mut terminal = Terminal::start(&place, &["pull"]);
    terminal.shows("stimuli ").await;
    terminal.type_in(CTRL_C).await;
    terminal.shows("finishing what is on the wire").await;
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
}

#[tokio::test]
async fn a_verb_that_only_reads_ends_at_the_first_ctrl_c() {
    let sandbox = sandbox_of(0).await;
    let place = pulled(&sandbox).await;
    let stalled = FaultRule::new(Effect::Stall);
    sandbox.set_faults([stalled.on("searchStimuli")]).unwrap();
    let mut terminal = Terminal::start(&place, &["status"]);
    terminal.shows("stimuli ").await;
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
}

#[tokio::test]
async fn a_sandbox_runs_until_ctrl_c_and_its_command_until_it_ends_itself() {
    let place = Place::new();
    let mut alone = Terminal::start(&place, &["sandbox"]);
    alone.shows("Ctrl-C stops it.").await;
    alone.type_in(CTRL_C).await;
    let (code, shown) = alone.end().await;
    assert_eq!(code, Some(0), "{shown}");

    // Ctrl-C reaches both, and the command decides.
    let mut command = Terminal::start(&place, &["sandbox", "--", QTI, "sandbox"]);
    command.shows("Ctrl-C stops it.").await;
    command.type_in(CTRL_C).await;
    let (code, shown) = command.end().await;
    assert_eq!(code, Some(0), "{shown}");
}

#[tokio::test]
async fn a_sandbox_that_is_told_to_end_ends_its_command() {
    let script = "echo command; exec cat";
    let mut terminal = Terminal::start(&Place::new(), &["sandbox", "--", "sh", "-c", script]);
    terminal.shows("command\r\n").await;
    let sandbox = terminal.child.id().unwrap().to_string();
    let told = std::process::Command::new("kill").arg(sandbox).status();
    assert!(told.unwrap().success());
    // The terminal ends when nobody holds it any more, the command neither.
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
}
