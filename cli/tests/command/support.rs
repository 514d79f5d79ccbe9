use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use timeback_qti::Client;
use timeback_qti::models::StimulusInput;
use timeback_qti_sandbox::Sandbox;
use timeback_qti_sandbox::program::variables;
use tokio::process::Command;

pub(crate) const QTI: &str = env!("CARGO_BIN_EXE_qti");

/// What a run of the command left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// The events that it wrote with this name.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let lines = self.out.lines();
        let events = lines.map(|line| serde_json::from_str::<Value>(line).expect(line));
        events.filter(|event| event["event"] == name).collect()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// A folder in which the command runs.
pub(crate) struct Place {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Place {
    /// One where nothing says which service there is.
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    /// One where the environment names a sandbox.
    pub(crate) fn with(sandbox: &Sandbox) -> Self {
        Self::new().and(variables(sandbox))
    }

    /// The same, with these variables set.
    pub(crate) fn and(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.variables.extend(more);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All that the command finds in its environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.folder.path().display().to_string();
        let path = std::env::var("PATH").unwrap();
        let mut all = vec![("HOME", home), ("PATH", path), ("TERM", "xterm".to_owned())];
        all.extend(self.variables.iter().cloned());
        all
    }

    /// The command, before it is started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(QTI);
        command.args(arguments).current_dir(self.folder());
        command.env_clear().envs(self.environment());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the command to its end, without a terminal.
    pub(crate) async fn qti(&self, arguments: &[&str]) -> Ran {
        self.qti_into(arguments, Stdio::piped()).await
    }

    /// The same, with its output going elsewhere.
    pub(crate) async fn qti_into(&self, arguments: &[&str], out: impl Into<Stdio>) -> Ran {
        let mut command = self.command(arguments);
        command.stdout(out).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// A place with a bank that has pulled all of a sandbox.
pub(crate) async fn pulled(sandbox: &Sandbox) -> Place {
    let place = Place::with(sandbox);
    place.qti(&["init"]).await.ended_with(0);
    place.qti(&["pull"]).await.ended_with(0);
    place
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url());
    let secret = sandbox.client_secret().to_owned();
    builder
        .credentials(sandbox.client_id(), secret)
        .build()
        .unwrap()
}

/// A sandbox with so many stimuli.
pub(crate) async fn sandbox_of(stimuli: usize) -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    for number in 0..stimuli {
        let stimulus = StimulusInput::new(format!("italy-{number}"), "Italy", "<p>Rome</p>");
        client.stimuli().create(&stimulus).await.unwrap();
    }
    sandbox
}

/// A stimulus as a bank's file has it.
pub(crate) fn stimulus_xml(identifier: &str) -> String {
    format!(
        "<qti-assessment-stimulus xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" \
         identifier=\"{identifier}\" title=\"Italy\"><qti-stimulus-body><p>Rome</p></qti-stimulus-body>\
         </qti-assessment-stimulus>"
    )
}
