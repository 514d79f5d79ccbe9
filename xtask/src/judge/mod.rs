//! The judges: programs that others wrote, in Python, which hold the sandbox to its promise (`sandbox/judges`).

mod python;
mod sandbox;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

use sandbox::Sandbox;

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

/// Why a judge could not begin.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {source}")]
pub struct Error {
    doing: String,
    source: io::Error,
}

/// Lets a judge judge a fresh sandbox, and gives its verdict. Its packages are installed below `target/`; `python` makes
/// the environment for them. `arguments` go to the judge's script as they are.
///
/// # Errors
/// When the packages cannot be installed or the sandbox does not start.
pub fn run(judge: Judge, python: &str, arguments: &[OsString]) -> Result<ExitStatus, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is in the project's folder");
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

/// Names what failed.
fn doing(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let doing = what.into();
    move |source| Error { doing, source }
}
