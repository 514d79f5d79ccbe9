//! Other processes: this test binary itself, started again for one of its tests.

use std::process::{Child, Command, Stdio};

/// Starts the ignored test `name` of this binary in a process of its own.
pub fn start(name: &str, variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            name,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for all, which must succeed.
pub fn join(children: Vec<Child>) {
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

/// What the starter has told this process.
pub fn told(name: &str) -> String {
    std::env::var(name).unwrap()
}
