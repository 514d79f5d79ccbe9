//! The judges: Python programs, written by others, that check the sandbox (`sandbox/judges`).

mod python;
mod sandbox;

use std::ffi::OsString;
use std::process::{Command, ExitStatus};

use sandbox::Sandbox;

use crate::process::{Error, doing, root};

/// A judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// Schemathesis, with the API document.
    Contract,
    /// The vendor's own Python client.
    Vendor,
}

impl Judge {
    fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Vendor => "vendor",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Contract => "contract.py",
            Self::Vendor => "vendor_client.py",
        }
    }

    /// The oldest Python 3 that its packages run on.
    fn minor_version(self) -> u32 {
        match self {
            Self::Contract => 10,
            Self::Vendor => 12,
        }
    }
}

/// Runs a judge against a fresh sandbox, and returns the judge's exit status. Its packages are installed below
/// `target/`, in an environment made by `python`. `arguments` are passed to the judge's script unchanged.
///
/// # Errors
/// When the packages cannot be installed or the sandbox does not start.
pub fn run(judge: Judge, python: &str, arguments: &[OsString]) -> Result<ExitStatus, Error> {
    let root = root();
    let judges = root.join("sandbox/judges");
    let environment = python::environment(
        &root.join("target/judges").join(judge.name()),
        python,
        judge.minor_version(),
        &judges.join(format!("requirements-{}.txt", judge.name())),
    )?;
    let sandbox = Sandbox::start(root)?;
    let mut command = Command::new(environment);
    command.arg(judges.join(judge.script()));
    if judge == Judge::Contract {
        command
            .arg("--document")
            .arg(root.join("openapi/upstream.yaml"));
    }
    command
        .args(["--base-url", &sandbox.base_url])
        .args(["--token-url", &sandbox.token_url])
        .args(arguments)
        .status()
        .map_err(doing("run the judge"))
}
