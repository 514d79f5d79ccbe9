use std::path::PathBuf;

use clap::Args;
use timeback_qti_bank::Observer;
use timeback_qti_bank::package::{UnpackOptions, UnpackReport};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Sum, note, paint};

/// Take a QTI 3.0 content package into the bank
///
/// All of the package is looked at before anything is written; one of an older format, and one that could do harm, is refused.
/// What the bank has with another content is a conflict, and left alone. Files that the service has no place for go to `media/`.
/// What a package lacks, and what cannot be read of it, is told, and the rest is unpacked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti unpack geography.zip
  qti unpack geography.zip --bank elsewhere
  qti unpack geography.zip --force")]
pub(crate) struct Unpack {
    /// The package
    file: PathBuf,

    /// Also overwrite entities and files that the bank has with another content
    #[arg(long)]
    force: bool,

    /// Unpack this many bytes at most, of all files together
    #[arg(long, value_name = "NUMBER")]
    max_bytes: Option<u64>,
}

impl Unpack {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let mut options = UnpackOptions::default();
        options.force = self.force;
        options.max_bytes = self.max_bytes.unwrap_or(options.max_bytes);
        let bank = app.bank()?;
        let unpack = async |observer: Observer<'_>| bank.unpack(&self.file, &options, observer);
        let unpack = app.output.with_progress(unpack);
        let report = app.interrupt.let_finish(unpack).await?;
        for file in &report.media {
            note(format_args!("{} {file}", paint::faint("media")));
        }
        for file in &report.media_conflicts {
            let problem = "the bank has another one of this name";
            note(format_args!(
                "{} media/{file}: {problem}",
                paint::warn("conflict")
            ));
        }
        for problem in &report.unreadable {
            note(format_args!("{} {problem}", paint::bad("unreadable")));
        }
        for missing in &report.missing {
            note(format_args!("{} {missing}", paint::bad("missing")));
        }
        for misled in &report.misled {
            let word = paint::bad("misled");
            note(format_args!("{word} {}: {}", misled.key, misled.message));
        }
        app.output.tell("report", &report, text)?;
        Ok(exit(&report))
    }
}

fn text(report: &UnpackReport) -> String {
    let count = |files: &[String]| files.len() as u64;
    Sum::default()
        .notes(&report.failed, "failed")
        .add(count(&report.unreadable), "unreadable")
        .add(count(&report.missing), "missing")
        .notes(&report.misled, "misled")
        .add(
            report.conflicts.len() as u64 + count(&report.media_conflicts),
            "in conflict",
        )
        .add(report.created, "new")
        .add(report.replaced, "replaced")
        .add(report.unchanged, "unchanged")
        .add(count(&report.media), "media")
        .text("the package is empty")
}

fn exit(report: &UnpackReport) -> Exit {
    let has_failed = !report.failed.is_empty()
        || !report.unreadable.is_empty()
        || !report.missing.is_empty()
        || !report.misled.is_empty();
    if has_failed {
        Exit::Failed
    } else if !report.conflicts.is_empty() || !report.media_conflicts.is_empty() {
        Exit::Differs
    } else {
        Exit::Done
    }
}
