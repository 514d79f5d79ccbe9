//! Whether the packages build with the oldest dependencies that they say they take.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::process::{Error, doing, root, succeed};

/// Chooses the oldest version of each direct dependency, in a copy of the project, and builds with them.
pub(super) fn check() -> Result<String, Error> {
    let copy = root().join("target/minimal-versions");
    copy_sources(&copy).map_err(doing("copy the sources"))?;
    let mut choose = Command::new(env!("CARGO"));
    choose
        .current_dir(&copy)
        .args(["update", "-Z", "direct-minimal-versions"])
        // Cargo has this option in nightly toolchains only, unless told otherwise.
        .env("RUSTC_BOOTSTRAP", "1");
    succeed(&mut choose).map_err(doing("choose the oldest dependencies"))?;
    let mut build = Command::new(env!("CARGO"));
    build
        .current_dir(&copy)
        .args([
            "check",
            "--workspace",
            "--all-features",
            "--exclude",
            "xtask",
        ])
        .env("CARGO_TARGET_DIR", copy.join("target"));
    succeed(&mut build).map_err(doing("build with the oldest dependencies"))?;
    Ok("oldest dependencies: the packages build with them".to_owned())
}

/// Copies what git knows, without the lock file, and takes away what an earlier copy has more.
fn copy_sources(copy: &Path) -> io::Result<()> {
    let listed = Command::new("git")
        .current_dir(root())
        .args(["ls-files", "-z"])
        .output()?;
    for entry in fs::read_dir(copy).into_iter().flatten() {
        let path = entry?.path();
        match path.ends_with("target") {
            true => {}
            false if path.is_dir() => fs::remove_dir_all(path)?,
            false => fs::remove_file(path)?,
        }
    }
    let listed = String::from_utf8(listed.stdout).map_err(io::Error::other)?;
    for file in listed
        .split_terminator('\0')
        .filter(|file| *file != "Cargo.lock")
    {
        let (from, to) = (root().join(file), copy.join(file));
        // One that is deleted and not yet committed is still listed.
        if from.exists() {
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(from, to)?;
        }
    }
    Ok(())
}
