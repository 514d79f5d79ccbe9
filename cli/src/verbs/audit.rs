use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use timeback_qti_bank::audit::{Counts, Finding, Options, Report, Rule, Severity, audit};
use timeback_qti_bank::{Observer, Service, write_file};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::paint;

/// Tell what is wrong with the bank's content
///
/// Nothing is changed, and nothing is sent but with --score and --service. Findings have the place, the severity and the code of
/// their rule. A baseline holds what is known already: only what is new counts for the exit code.
///
/// --format writes the report alone, as one document. --json writes an event a line, as with all commands, and the report is the
/// last one; the two do not go together.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti audit
  qti audit --fail-on warning --without unreferenced
  qti audit --write-baseline audit.json
  qti audit --baseline audit.json --format sarif > audit.sarif
  qti audit --score
  qti audit --service")]
pub(crate) struct Audit {
    /// Also let the service score each item's own key, and an answer beside it
    #[arg(long)]
    score: bool,

    /// Audit what the service holds, without a bank
    #[arg(long)]
    service: bool,

    /// How the report is written; text unless told
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// How bad a new finding must be for exit code 5
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,

    /// A rule that is not applied; can be given several times
    #[arg(long, value_name = "RULE", value_parser = rules())]
    without: Vec<Rule>,

    /// The counts of an earlier audit
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write the counts of this audit, as a baseline for later ones
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Note,
    Warning,
    Error,
    Never,
}

fn rules() -> impl clap::builder::TypedValueParser<Value = Rule> {
    let values = Rule::ALL
        .iter()
        .map(|rule| PossibleValue::new(rule.code()).help(rule.about()));
    PossibleValuesParser::new(values).try_map(|code| code.parse::<Rule>())
}

impl Audit {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        // clap sees no conflict with an option that stands before the verb.
        if app.output.is_json() && self.format.is_some() {
            let message = "--json and --format cannot be used together";
            return Err(Failure::new(Exit::Usage, message)
                .hint("--format json writes the report as one document, --json an event a line"));
        }
        let mut options = Options::default();
        options.baseline = self.baseline.as_deref().map(read).transpose()?;
        options.without.clone_from(&self.without);
        let report = async |observer: Observer<'_>| -> Result<Report, Failure> {
            Ok(match (self.service, self.score) {
                (true, score) => {
                    let target = app.target(&app.settings()?)?;
                    let service = Service::new(target.client.clone());
                    service.audit(&options, score, observer).await?
                }
                (false, true) => {
                    let (connection, _) = app.connect(&app.bank()?)?;
                    connection.audit_scored(&options, observer).await?
                }
                (false, false) => audit(&app.bank()?, &options, observer)?,
            })
        };
        let report = app.output.with_progress(report).await?;
        match self.format {
            None | Some(Format::Text) => app.output.tell("report", &report, text)?,
            Some(Format::Json) => document(app, serde_json::to_string_pretty(&report))?,
            Some(Format::Sarif) => document(app, report.to_sarif())?,
        }
        if let Some(path) = &self.write_baseline {
            let counts = serde_json::to_vec_pretty(&report.counts).map_err(internal)?;
            write_file(path, &counts)?;
        }
        let limit = match self.fail_on {
            FailOn::Note => Severity::Note,
            FailOn::Warning => Severity::Warning,
            FailOn::Error => Severity::Error,
            FailOn::Never => return Ok(Exit::Done),
        };
        Ok(match report.worst() {
            Some(worst) if worst >= limit => Exit::Findings,
            _ => Exit::Done,
        })
    }
}

fn read(path: &Path) -> Result<Counts, Failure> {
    let text = fs::read(path).map_err(Failure::at(path.display()))?;
    serde_json::from_slice(&text).map_err(|problem| {
        Failure::new(Exit::Usage, format!("{}: {problem}", path.display()))
            .hint("`qti audit --write-baseline FILE` writes a baseline")
    })
}

fn document(app: &App, json: serde_json::Result<String>) -> Result<(), Failure> {
    let json = json.map_err(internal)? + "\n";
    app.output.content(json.as_bytes())
}

fn internal(problem: serde_json::Error) -> Failure {
    Failure::new(Exit::Failed, problem.to_string())
}

/// The report's own text, coloured by severity.
fn text(report: &Report) -> String {
    let mut text: String = report.findings.iter().map(painted).collect();
    text += report.to_string().lines().last().unwrap_or_default();
    text + "\n"
}

fn painted(finding: &Finding) -> String {
    let tag = format!("{}[{}]", finding.severity, finding.rule);
    let colour = match finding.severity {
        _ if finding.known => paint::faint(&tag),
        Severity::Note => paint::good(&tag),
        Severity::Warning => paint::warn(&tag),
        Severity::Error => paint::bad(&tag),
    };
    finding.to_string().replacen(&tag, &colour, 1) + "\n"
}
