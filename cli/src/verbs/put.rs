use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};
use timeback_qti_bank::{Outcome, Service};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::{FileOrStdin, may_write};
use crate::output::{note, paint};
use crate::value;

/// Create or replace entities from their QTI XML
///
/// The root element of a file says whether it is a stimulus, an item or a test, and its identifier. Each write is read back and
/// compared. What XML does not hold, such as metadata, stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti put capital.xml
  qti put --metadata capital.json capital.xml
  qti get item/capital | sed 's/Rome/Roma/' | qti put -")]
pub(crate) struct Put {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<FileOrStdin>,

    /// Give them the metadata of this JSON file, in place of what they have
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,

    /// Do not ask; needed for production where there is no terminal
    #[arg(short, long)]
    yes: bool,
}

impl Put {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let metadata = self.metadata.as_deref().map(read_metadata).transpose()?;
        let target = app.target(&app.settings()?)?;
        if !may_write(app, &target, "Put", self.yes).await? {
            return Ok(Exit::Failed);
        }
        let service = Service::new(target.client.clone());
        for file in &self.files {
            if app.interrupt.is_stopped() {
                note("ended early: the same command goes on");
                return Ok(Exit::Interrupted);
            }
            let xml = file.read().map_err(Failure::at(file))?;
            // A test with metadata takes two writes.
            let put = service.put(&xml, metadata.clone());
            let put = app.interrupt.let_finish(put).await;
            let (key, outcome) = put.map_err(|error| Failure::from(error).about(file))?;
            let told = serde_json::json!({"kind": key.kind, "identifier": key.identifier, "outcome": outcome});
            app.output.tell("put", &told, |_| {
                let word = match outcome {
                    Outcome::Unchanged => outcome.to_string(),
                    _ => paint::good(outcome),
                };
                format!("{word} {key}\n")
            })?;
        }
        Ok(Exit::Done)
    }
}

fn read_metadata(file: &Path) -> Result<Map<String, Value>, Failure> {
    let text = std::fs::read_to_string(file).map_err(Failure::at(file.display()))?;
    let wrong = |problem: String| {
        let message = format!("{}: {problem}", file.display());
        Failure::new(Exit::Usage, message).hint("the file must hold a JSON object")
    };
    match value::json(&text).map_err(wrong)? {
        Value::Object(metadata) => Ok(metadata),
        _ => Err(wrong("this is no JSON object".to_owned())),
    }
}
