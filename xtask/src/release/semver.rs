//! Whether the public API has changed as the version says, by cargo-semver-checks.

use std::env;
use std::io;
use std::process::Command;

use super::LIBRARIES;
use crate::process::{Error, doing, root, succeed};

/// The version of cargo-semver-checks, which must know this Rust's rustdoc.
const VERSION: &str = "0.51.0";

/// The commit to compare with: the one that is asked for, or the last release.
pub(super) fn baseline(asked: Option<&str>) -> Result<Option<String>, Error> {
    let Some(asked) = asked else {
        return Ok(last_release());
    };
    let found = git(&[
        "rev-parse",
        "--verify",
        "--end-of-options",
        &format!("{asked}^{{commit}}"),
    ]);
    if found.is_none() {
        let problem = io::Error::other("git knows no such commit or tag");
        return Err(doing(format!("compare the public API with {asked}"))(
            problem,
        ));
    }
    Ok(Some(asked.to_owned()))
}

/// Compares with a commit.
pub(super) fn check(baseline: Option<&str>) -> Result<String, Error> {
    let Some(baseline) = baseline else {
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
        .args(["semver-checks", "--baseline-rev", baseline]);
    for library in LIBRARIES {
        command.args(["--package", library]);
    }
    succeed(&mut command).map_err(doing(format!("compare the public API with {baseline}")))?;
    Ok(format!(
        "changes of the public API: as the version says, since {baseline}"
    ))
}

/// The last tag that is a version.
fn last_release() -> Option<String> {
    git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"])
}

/// What git answers in one line, if it does.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .current_dir(root())
        .args(arguments)
        .output()
        .ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Some(line).filter(|line| output.status.success() && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_that_is_not_there_is_refused_before_anything_is_compared() {
        for asked in ["no-such-tag", "--all"] {
            let error = baseline(Some(asked)).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("compare the public API with {asked}: git knows no such commit or tag")
            );
        }
    }
}
