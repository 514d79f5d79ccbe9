//! Ctrl-C, and other signals that end a command.

use std::process::Stdio;

use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

use crate::support::{Place, QTI, pulled, sandbox_of, stimulus_xml};
use crate::terminal::{CTRL_C, Terminal, writes};

/// How many stimuli wait to be pushed.
const NEWS: usize = 60;

/// A bank with new stimuli, which the service is slow to create.
async fn with_news(sandbox: &Sandbox) -> Place {
    let place = pulled(sandbox).await;
    std::fs::create_dir_all(place.path("stimuli")).unwrap();
    for number in 0..NEWS {
        let identifier = format!("s{number}");
        let path = place.path(&format!("stimuli/{identifier}.xml"));
        std::fs::write(path, stimulus_xml(&identifier)).unwrap();
    }
    let slow = FaultRule::new(Effect::Latency { millis: 100 });
    sandbox.set_faults([slow.on("createStimulus")]).unwrap();
    place
}

/// A part was created before the end, and the next push creates the rest, each once.
async fn goes_on(sandbox: &Sandbox, place: &Place) {
    let created = writes(sandbox);
    assert!((1..NEWS).contains(&created), "{created}");
    sandbox.set_faults([]).unwrap();
    let rest = format!("{} created, {created} unchanged\n", NEWS - created);
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(0);
    assert!(pushed.out.ends_with(&rest), "{pushed}");
    assert_eq!(writes(sandbox), NEWS);
}

#[tokio::test]
async fn ctrl_c_finishes_what_is_on_the_wire_and_the_next_push_goes_on() {
    let sandbox = sandbox_of(0).await;
    let place = with_news(&sandbox).await;
    let mut terminal = Terminal::start(&place, &["push", "--yes"]);
    while writes(&sandbox) == 0 {
        tokio::task::yield_now().await;
    }
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("finishing what has begun"), "{shown}");
    assert!(shown.contains("ended early: `qti push` goes on"), "{shown}");
    goes_on(&sandbox, &place).await;
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

/// The second write of a test is that of its metadata.
#[tokio::test]
async fn ctrl_c_between_the_two_writes_of_a_put_loses_neither_and_begins_no_other_file() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    for name in ["one", "two"] {
        let test = format!(
            "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"{name}\" \
             title=\"T\"><qti-test-part identifier=\"p\" navigation-mode=\"linear\" submission-mode=\"individual\">\
             <qti-assessment-section identifier=\"s\" title=\"S\" visible=\"true\"/></qti-test-part>\
             </qti-assessment-test>"
        );
        std::fs::write(place.path(&format!("{name}.xml")), test).unwrap();
    }
    std::fs::write(place.path("m.json"), "{\"grade\": 5}").unwrap();
    let slow = FaultRule::new(Effect::Latency { millis: 300 });
    sandbox
        .set_faults([slow.on("createAssessmentTest")])
        .unwrap();
    let asked = |operation: &str| {
        let requests = sandbox.requests();
        let is_it = |asked: &Option<String>| asked.as_deref() == Some(operation);
        requests.iter().any(|request| is_it(&request.operation))
    };
    let put = ["put", "--metadata", "m.json", "one.xml", "two.xml"];
    let mut terminal = Terminal::start(&place, &put);
    while !asked("createAssessmentTest") {
        tokio::task::yield_now().await;
    }
    terminal.type_in(CTRL_C).await;
    let (code, shown) = terminal.end().await;
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("created\u{1b}[0m test one"), "{shown:?}");
    assert!(shown.contains("the same command goes on"), "{shown}");
    let told = place.qti(&["metadata", "test/one", "--json"]).await;
    let told = &told.ended_with(0).events("metadata")[0];
    assert_eq!(told["metadata"]["grade"], 5);
    place.qti(&["get", "test/two"]).await.ended_with(1);
    sandbox.set_faults([]).unwrap();
    let again = place.qti(&put).await.ended_with(0);
    assert_eq!(again.out, "unchanged test one\ncreated test two\n");
}

/// What is asked while each of these writes is under way, and must have been done.
#[tokio::test]
async fn ctrl_c_finishes_a_write_of_every_verb_that_writes() {
    let sandbox = sandbox_of(2).await;
    let place = Place::with(&sandbox);
    for (arguments, operation, code) in [
        (
            &["metadata", "stimulus/italy-0", "a=1"][..],
            "updateStimulus",
            0,
        ),
        (
            &["rm", "stimulus/italy-0", "stimulus/italy-1", "--yes"],
            "deleteStimulus",
            130,
        ),
    ] {
        let slow = FaultRule::new(Effect::Latency { millis: 300 });
        sandbox.set_faults([slow.on(operation)]).unwrap();
        let asked = || {
            let requests = sandbox.requests();
            let is_it = |asked: &Option<String>| asked.as_deref() == Some(operation);
            requests
                .iter()
                .filter(|request| is_it(&request.operation))
                .count()
        };
        let mut terminal = Terminal::start(&place, arguments);
        while asked() == 0 {
            tokio::task::yield_now().await;
        }
        terminal.type_in(CTRL_C).await;
        let (ended, shown) = terminal.end().await;
        assert_eq!((ended, asked()), (Some(code), 1), "{arguments:?}: {shown}");
        assert!(shown.contains("finishing what has begun"), "{shown}");
        let done = sandbox.requests();
        let mut done = done
            .iter()
            .filter(|request| request.operation.as_deref() == Some(operation));
        assert!(
            done.next_back()
                .unwrap()
                .status
                .is_some_and(|status| status < 300)
        );
    }
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
    terminal.shows("finishing what has begun").await;
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

/// As a service manager or a container ends a command.
#[tokio::test]
async fn a_term_signal_lets_a_push_finish_what_has_begun_and_the_next_one_goes_on() {
    let sandbox = sandbox_of(0).await;
    let place = with_news(&sandbox).await;
    let mut command = place.command(&["push", "--yes"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut push = command.spawn().unwrap();
    while writes(&sandbox) == 0 {
        tokio::task::yield_now().await;
    }
    let id = push.id().unwrap().to_string();
    let mut kill = tokio::process::Command::new("kill");
    let killed = kill.args(["-TERM", &id]).status().await.unwrap();
    assert!(killed.success());
    assert_eq!(push.wait().await.unwrap().code(), Some(130));
    goes_on(&sandbox, &place).await;
}
