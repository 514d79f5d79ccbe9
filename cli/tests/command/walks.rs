//! What README and tutorial tell people to type does what they say that it does.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use timeback_qti_sandbox::Sandbox;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::support::{Place, QTI, client};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Starts a shell in which `qti` is the one that is tested.
fn shell(place: &Place, folder: &Path) -> Command {
    let mut shell = Command::new("bash");
    let own = Path::new(QTI).parent().unwrap().display();
    shell
        .current_dir(folder)
        .env_clear()
        .envs(place.environment());
    shell.env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap()));
    shell.env("TMPDIR", place.folder());
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

#[tokio::test]
async fn the_readmes_walk_pulls_changes_and_pushes_a_bank() {
    let line = "qti sandbox --load cli/examples/bank -- sh cli/examples/walk.sh";
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().any(|told| told == line));
    let place = Place::new();
    let output = shell(&place, &root())
        .args(["-c", line])
        .output()
        .await
        .unwrap();
    let (out, err) = (
        String::from_utf8(output.stdout),
        String::from_utf8(output.stderr),
    );
    let (out, err) = (out.unwrap(), err.unwrap());
    assert!(output.status.success(), "{out}{err}");
    for told in [
        "\n5 new\n",
        "item capital: changed here\n",
        "\n1 replaced, 4 unchanged\n",
        "\n5 unchanged\n",
    ] {
        assert!(out.contains(told), "{told}: {out}{err}");
    }
}

/// A command of the tutorial, and what it is said to print.
struct Step {
    command: String,
    printed: String,
}

fn steps(tutorial: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in tutorial.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        for line in block.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    printed: String::new(),
                }),
                (None, Some(step)) => step.printed += &format!("{line}\n"),
                (None, None) => panic!("{line:?} is printed by no command"),
            }
        }
    }
    steps
}

/// What does not differ from run to run: several entities at once are done in no order, and ports are what is free.
fn settled(printed: &str) -> Vec<String> {
    let mut lines: Vec<_> = printed.lines().map(without_port).collect();
    lines.sort();
    lines
}

fn without_port(line: &str) -> String {
    match line.split_once("127.0.0.1:") {
        Some((before, after)) => {
            let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
            format!("{before}127.0.0.1:PORT{after}")
        }
        None => line.to_owned(),
    }
}

#[tokio::test]
async fn the_tutorial_prints_what_it_shows() {
    const MARK: &str = "=== end of step";
    let tutorial = std::fs::read_to_string(root().join("cli/TUTORIAL.md")).unwrap();
    let steps = steps(&tutorial);
    let place = Place::new();
    std::fs::create_dir(place.path("cli")).unwrap();
    std::os::unix::fs::symlink(root().join("cli/examples"), place.path("cli/examples")).unwrap();

    // One shell reads them all, and a shell that a step starts reads those after it.
    let mut script = String::from("exec 2>&1\n");
    for step in &steps {
        script += &format!("{}\necho {MARK} $?\n", step.command);
    }
    let mut shell = shell(&place, place.folder())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = shell.stdin.take().unwrap();
    let typing = async move { typed.write_all(script.as_bytes()).await.unwrap() };
    let ((), output) = tokio::join!(typing, shell.wait_with_output());
    let output = String::from_utf8(output.unwrap().stdout).unwrap();

    let mut rest = &*output;
    for Step { command, printed } in &steps {
        let (found, after) = rest.split_once(MARK).expect(&output);
        let (code, after) = after.split_once('\n').unwrap();
        rest = after;
        assert_eq!(settled(found), settled(printed), "{command}: {output}");
        assert_eq!(code, " 0", "{command}: {output}");
    }
    assert_eq!(rest, "");

    let first = content(&place.path("first.redb")).await;
    assert_eq!(first.len(), 5);
    assert_eq!(first, content(&place.path("second.redb")).await);
}

/// All that a sandbox has kept in this file, but when it was written and under which address it is served.
async fn content(data: &Path) -> Vec<String> {
    let sandbox = Sandbox::builder().data_file(data).start().await.unwrap();
    let client = client(&sandbox);
    let stimuli = client.stimuli().list().collect().await.unwrap();
    let items = client.items().list().collect().await.unwrap();
    let tests = client.tests().list().collect().await.unwrap();
    let stimuli = stimuli.iter().map(serde_json::to_value);
    let items = items.iter().map(serde_json::to_value);
    let tests = tests.iter().map(serde_json::to_value);
    let text = |entity: serde_json::Result<Value>| {
        let mut entity = entity.unwrap();
        for stamp in ["createdAt", "updatedAt", "__v", "_id", "id"] {
            entity.as_object_mut().unwrap().remove(stamp);
        }
        entity.to_string().replace(&sandbox.base_url(), "")
    };
    let mut all: Vec<_> = stimuli.chain(items).chain(tests).map(text).collect();
    all.sort();
    all
}
