//! What the program prints.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The one line with which the program gives up.
fn refusal(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_timeback-qti-sandbox"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn with_data(path: &Path) -> String {
    refusal(&["--data", path.to_str().unwrap()])
}

#[test]
fn a_port_that_is_taken_is_an_error_of_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = refusal(&["--port", &port]);
    assert!(
        told.contains(&format!("port {port} of 127.0.0.1")),
        "{told}"
    );
}

#[tokio::test]
async fn a_data_file_that_is_foreign_truncated_or_in_use_is_an_error_of_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sandbox.redb");
    let running = timeback_qti_sandbox::Sandbox::builder()
        .data_file(&path)
        .start()
        .await
        .unwrap();
    let told = with_data(&path);
    assert!(told.contains("sandbox.redb"), "{told}");
    running.stop().await;

    let whole = std::fs::read(&path).unwrap();
    for length in [10, 300, 4096, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let told = with_data(&path);
        assert!(told.contains("sandbox.redb"), "{length}: {told}");
    }
    std::fs::write(&path, "a letter to a friend").unwrap();
    let told = with_data(&path);
    assert!(told.contains("sandbox.redb"), "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), b"a letter to a friend");
}

#[test]
fn exported_values_are_quoted_for_a_shell() {
    let secret = "it's $HOME; `x` \"y\"";
    let mut child = Command::new(env!("CARGO_BIN_EXE_timeback-qti-sandbox"))
        .args(["--client-secret", secret])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let script: String = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Ctrl-C"))
        .filter(|line| line.starts_with("export "))
        .map(|line| line + "\n")
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let told = Command::new("sh")
        .args([
            "-c",
            &format!("{script}printf %s \"$TIMEBACK_CLIENT_SECRET\""),
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(told.stdout).unwrap(), secret);
}
