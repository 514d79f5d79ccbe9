//! A sandbox in a process of its own.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::process::{Error, doing};

/// A running sandbox. Dropping this ends the process.
pub(super) struct Sandbox {
    pub(super) base_url: String,
    pub(super) token_url: String,
    child: Child,
    /// Kept open, because the sandbox could not print to a closed pipe.
    output: BufReader<ChildStdout>,
}

impl Sandbox {
    /// Builds the sandbox in release and starts it on a free port.
    pub(super) fn start(root: &Path) -> Result<Self, Error> {
        Command::new(env!("CARGO"))
            .current_dir(root)
            .args(["run", "--quiet", "--release"])
            .args(["--package", "timeback-qti-sandbox", "--", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .and_then(Self::await_addresses)
            .map_err(doing("start the sandbox"))
    }

    fn await_addresses(mut child: Child) -> io::Result<Self> {
        let output = child
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("has no output"))?;
        let mut sandbox = Self {
            base_url: String::new(),
            token_url: String::new(),
            child,
            output: BufReader::new(output),
        };
        let announced = |line: &str, name: &str| {
            let value = line
                .trim_end()
                .strip_prefix("export ")?
                .strip_prefix(name)?;
            value.strip_prefix('=').map(str::to_owned)
        };
        while sandbox.base_url.is_empty() || sandbox.token_url.is_empty() {
            let mut line = String::new();
            if sandbox.output.read_line(&mut line)? == 0 {
                return Err(io::Error::other("it ended before it told its address"));
            }
            if let Some(url) = announced(&line, "TIMEBACK_QTI_API_BASE_URL") {
                sandbox.base_url = url;
            }
            if let Some(url) = announced(&line, "TIMEBACK_TOKEN_URL") {
                sandbox.token_url = url;
            }
        }
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // This fails if the process has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
