//! Whether the public API has changed as the version says, by cargo-semver-checks.

use std::env;
use std::process::Command;

use super::LIBRARIES;
use crate::process::{Error, doing, root, succeed};

/// The version of cargo-semver-checks, which must know this Rust's rustdoc.
const VERSION: &str = "0.51.0";

/// Compares with `baseline`, or with the last release, which is the last tag that is a version.
pub(super) fn check(baseline: Option<&str>) -> Result<String, Error> {
    let Some(baseline) = baseline.map(str::to_owned).or_else(last_release) else {
        return Ok(
            "changes of the public API: skipped, as there is no release yet (see --baseline)"
                .to_owned(),
        );
    };
    let tools = root().join("target/tools");
    let program = tools
        .join("bin")
        .join(format!("cargo-semver-checks{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        let mut install = Command::new(env!("CARGO"));
        install
            .args([
                "install",
                "cargo-semver-checks",
                "--version",
                VERSION,
                "--locked",
                "--debug",
                "--root",
            ])
            .arg(&tools);
        succeed(&mut install).map_err(doing("install cargo-semver-checks"))?;
    }
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .args(["semver-checks", "--baseline-rev", &baseline]);
    for library in LIBRARIES {
        command.args(["--package", library]);
    }
    succeed(&mut command).map_err(doing(format!("compare the public API with {baseline}")))?;
    Ok(format!(
        "changes of the public API: as the version says, since {baseline}"
    ))
}

fn last_release() -> Option<String> {
    let tag = Command::new("git")
        .current_dir(root())
        .args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"])
        .output()
        .ok()?;
    let tag = String::from_utf8(tag.stdout).ok()?;
    Some(tag.trim().to_owned()).filter(|tag| !tag.is_empty())
}
