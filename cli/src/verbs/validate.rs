use clap::Args;
use timeback_qti::models::ValidationInput;
use timeback_qti::xml::{Element, check_qti_3};
use timeback_qti_bank::Kind;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::FileOrStdin;
use crate::output::{note, paint};

/// Check QTI XML: here, and by the service against its schema
///
/// Here, a file must be well-formed QTI 3.0; the service also holds it against the schema. All files are checked. Ends with 1 if one
/// is not valid, or cannot be read.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti validate capital.xml
  qti validate items/*.xml --offline
  qti get item/capital | qti validate -")]
pub(crate) struct Validate {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<FileOrStdin>,

    /// Check here only: the service is not asked, and no credentials are needed
    #[arg(long)]
    offline: bool,
}

impl Validate {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = match self.offline {
            true => None,
            false => Some(app.target(&app.settings()?).map_err(or_offline)?),
        };
        let mut exit = Exit::Done;
        for file in &self.files {
            let read = file.read().map_err(|problem| problem.to_string());
            let read = read.and_then(|xml| Ok((kind_of(&xml)?, xml)));
            let problems = match (read, &target) {
                (Err(problem), _) => vec![problem],
                (Ok(_), None) => Vec::new(),
                (Ok((kind, xml)), Some(target)) => {
                    let input = ValidationInput::xml(kind.name(), &xml);
                    let outcome = target.client.validation().validate(&input).await;
                    let outcome = outcome.map_err(|error| Failure::from(error).about(file))?;
                    let told = outcome.validation_errors.unwrap_or_default();
                    match outcome.success.is_true() {
                        true => Vec::new(),
                        false if told.is_empty() => {
                            vec![outcome.message.unwrap_or_else(|| "not valid".to_owned())]
                        }
                        false => told,
                    }
                }
            };
            let told = serde_json::json!({"file": file.to_string(), "valid": problems.is_empty(), "problems": problems});
            app.output
                .tell("validation", &told, |_| match problems.is_empty() {
                    true => format!("{file}: {}\n", paint::good("valid")),
                    false => problems
                        .iter()
                        .map(|problem| format!("{file}: {}: {problem}\n", paint::bad("invalid")))
                        .collect(),
                })?;
            if !problems.is_empty() {
                exit = Exit::Failed;
            }
        }
        if exit != Exit::Done && self.offline {
            note("the service was not asked");
        }
        Ok(exit)
    }
}

/// Without credentials, half of the check can still be done.
fn or_offline(failure: Failure) -> Failure {
    let hint = failure.hint.as_deref().unwrap_or_default();
    let hint = format!("{hint}; --offline checks without the service");
    failure.hint(hint.trim_start_matches("; "))
}

/// What a document is, if it can be an entity at all.
fn kind_of(xml: &str) -> Result<Kind, String> {
    let root = Element::parse(xml).map_err(|problem| problem.to_string())?;
    let (kind, name) = match root.qti_name() {
        Some("assessment-stimulus") => (Kind::Stimulus, "qti-assessment-stimulus"),
        Some("assessment-test") => (Kind::Test, "qti-assessment-test"),
        // For anything else the check below fails, and tells what an item looks like.
        _ => (Kind::Item, "qti-assessment-item"),
    };
    check_qti_3(name, xml).map_err(|problem| problem.to_string())?;
    Ok(kind)
}
