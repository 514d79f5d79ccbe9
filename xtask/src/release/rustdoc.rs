//! The public API as rustdoc tells it in JSON, which it does on a stable toolchain only if told that it may.
//!
//! Only rustdoc itself is told: cargo calls this program in its place, which passes the call on. Told to cargo, too, it
//! would change how the dependencies are built, and so have all of them built anew.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::process::{Error, doing, root, succeed};

const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

/// Runs rustdoc, if cargo has called this program in its place.
pub fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = env::var_os(AS_RUSTDOC)?;
    let mut command = Command::new(rustdoc);
    command
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1");
    match succeed(&mut command) {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(_) => Some(ExitCode::FAILURE),
    }
}

/// Documents all packages with all features, and gives the folder of the JSON files.
pub(super) fn document() -> Result<PathBuf, Error> {
    let what = "have rustdoc write the public API";
    let own = env::current_exe().map_err(doing(what))?;
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root())
        .args(["doc", "--workspace", "--no-deps", "--all-features"])
        .arg("--quiet")
        .env("RUSTDOC", own)
        .env(
            AS_RUSTDOC,
            env::var_os("RUSTDOC").unwrap_or("rustdoc".into()),
        )
        .env(
            "RUSTDOCFLAGS",
            "-Z unstable-options --output-format json --cap-lints allow",
        );
    succeed(&mut command).map_err(doing(what))?;
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("doc"))
}
