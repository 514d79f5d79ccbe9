//! What was acknowledged outlives the process.
#![allow(clippy::unwrap_used)]

mod token;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use timeback_qti_sandbox::Sandbox;

use token::token;

/// A running program and how to reach it.
struct Program {
    child: Child,
    base_url: String,
    token: String,
}

impl Program {
    async fn start(data: &Path) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_timeback-qti-sandbox"))
            .args(["--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.starts_with("Ctrl-C"))
            .collect();
        let exported = |name: &str| {
            let line = lines
                .iter()
                .find_map(|line| line.strip_prefix(&format!("export {name}=")));
            line.unwrap_or_else(|| panic!("{name} in {lines:?}"))
                .to_owned()
        };
        let token = token(
            &exported("TIMEBACK_TOKEN_URL"),
            &exported("TIMEBACK_CLIENT_ID"),
            &exported("TIMEBACK_CLIENT_SECRET"),
        )
        .await;
        Program {
            token,
            base_url: exported("TIMEBACK_QTI_API_BASE_URL"),
            child,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: nothing can be saved on the way out.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn test_body(identifier: &str) -> Value {
    json!({"identifier": identifier, "title": "Kept", "qti-test-part": [{
        "identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [],
    }]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_has_lost_nothing_that_it_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("sandbox.redb");
    let program = Program::start(&data).await;
    let http = reqwest::Client::new();
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (http, acknowledged) = (http.clone(), Arc::clone(&acknowledged));
            let (base, token) = (program.base_url.clone(), program.token.clone());
            tokio::spawn(async move {
                let test = format!("{base}/assessment-tests/t{writer}");
                let create = http.post(format!("{base}/assessment-tests")).bearer_auth(&token);
                create.json(&test_body(&format!("t{writer}"))).send().await.unwrap().error_for_status().unwrap();
                let mut written = 0;
                loop {
                    let section = json!({"identifier": format!("s{written}"), "title": "Kept", "visible": true});
                    let create = http.post(format!("{test}/test-parts/p/sections")).bearer_auth(&token).json(&section);
                    match create.send().await {
                        Ok(answer) => assert_eq!(answer.status(), 201),
                        // Killed.
                        Err(_) => return written,
                    }
                    written += 1;
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while acknowledged.load(Ordering::SeqCst) < 200 {
        assert!(
            writers.iter().all(|writer| !writer.is_finished()),
            "a writer has failed"
        );
        tokio::task::yield_now().await;
    }
    drop(program);

    let program = Program::start(&data).await;
    for (writer, task) in writers.into_iter().enumerate() {
        let written = task.await.unwrap();
        let test = http
            .get(format!("{}/assessment-tests/t{writer}", program.base_url))
            .bearer_auth(&program.token);
        let test: Value = test.send().await.unwrap().json().await.unwrap();
        let sections = test["qti-test-part"][0]["qti-assessment-section"]
            .as_array()
            .unwrap();
        // One more can have been written than was acknowledged.
        assert!(
            (written..=written + 1).contains(&sections.len()),
            "{} of {written}",
            sections.len()
        );
        for (place, section) in sections.iter().enumerate() {
            assert_eq!(section["identifier"], format!("s{place}"));
        }
    }
}

#[tokio::test]
async fn every_kind_of_entity_and_every_deletion_is_kept() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("sandbox.redb");
    let mut shown = Vec::new();
    for run in 0..2 {
        let sandbox = Sandbox::builder().data_file(&data).start().await.unwrap();
        let token = token(
            &sandbox.token_url(),
            sandbox.client_id(),
            sandbox.client_secret(),
        )
        .await;
        let http = reqwest::Client::new();
        let url = |path: &str| format!("{}{path}", sandbox.base_url());
        if run == 0 {
            for (path, body) in [
                ("/assessment-tests", test_body("t")),
                ("/assessment-tests", test_body("gone")),
                (
                    "/stimuli",
                    json!({"identifier": "s", "title": "s", "content": "<p>x</p>", "label": "kept"}),
                ),
                (
                    "/assessment-items",
                    json!({"identifier": "i", "title": "i", "type": "choice", "metadata": {"grade": 5}}),
                ),
                (
                    "/lesson",
                    json!({"userId": "u", "feedback": "fine", "lessonId": "l"}),
                ),
            ] {
                http.post(url(path))
                    .bearer_auth(&token)
                    .json(&body)
                    .send()
                    .await
                    .unwrap()
                    .error_for_status()
                    .unwrap();
            }
            http.delete(url("/assessment-tests/gone"))
                .bearer_auth(&token)
                .send()
                .await
                .unwrap()
                .error_for_status()
                .unwrap();
        }
        let mut seen = Vec::new();
        for path in [
            "/assessment-tests",
            "/stimuli/s",
            "/assessment-items/i",
            "/lesson/l",
        ] {
            seen.push(
                http.get(url(path))
                    .bearer_auth(&token)
                    .send()
                    .await
                    .unwrap()
                    .json::<Value>()
                    .await
                    .unwrap(),
            );
        }
        assert_eq!(seen[0]["total"], 1);
        shown.push(seen);
        sandbox.stop().await;
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn a_data_file_that_cannot_be_opened_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("not-a-database");
    std::fs::write(&path, "text").unwrap();
    Sandbox::builder()
        .data_file(&path)
        .start()
        .await
        .unwrap_err();
}
