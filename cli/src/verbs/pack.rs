use std::path::PathBuf;

use clap::Args;
use timeback_qti_bank::package::{PackOptions, PackReport};
use timeback_qti_bank::{Key, Observer};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one;
use crate::output::{Sum, note, paint};

/// Write a QTI 3.0 content package, for other programs and other banks
///
/// The package is a zip with `imsmanifest.xml`, the XML byte for byte, what entities refer to, and the media that the bank holds.
/// The same bank gives the same bytes.
///
/// Entities stand where they stood in the package that they came from, and others where references to them lead. A reference that
/// leads elsewhere by its address, such as a URL of the API, is told: banks go by identifiers, most other programs by addresses.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti pack geography.zip
  qti pack italy.zip test/italy
  qti pack geography.zip --overwrite")]
pub(crate) struct Pack {
    /// The package
    file: PathBuf,

    /// Only these entities and what they refer to, as in test/italy; all if there are none
    #[arg(value_name = "KIND/ID", value_parser = one::key)]
    entities: Vec<Key>,

    /// Replace the file if it is there
    #[arg(long)]
    overwrite: bool,
}

impl Pack {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let mut options = PackOptions::default();
        options.keys = self.entities;
        options.overwrite = self.overwrite;
        let bank = app.bank()?;
        let pack = async |observer: Observer<'_>| bank.pack(&self.file, &options, observer);
        // Ended at once, it would leave its temporary file beside the package.
        let pack = app.output.with_progress(pack);
        let report = app.interrupt.let_finish(pack).await?;
        app.output.tell("report", &report, text)?;
        for missing in &report.missing {
            let word = paint::bad("missing");
            note(format_args!("{word} {}: {}", missing.key, missing.message));
        }
        for missing in &report.missing_media {
            let word = paint::warn("missing");
            note(format_args!(
                "{word} {}, which {} shows",
                missing.message, missing.key
            ));
        }
        for misled in &report.misled {
            let word = paint::warn("misled");
            note(format_args!("{word} {}: {}", misled.key, misled.message));
        }
        Ok(match report.missing.is_empty() {
            true => Exit::Done,
            false => Exit::Failed,
        })
    }
}

fn text(report: &PackReport) -> String {
    Sum::default()
        .add(report.entities, "packed")
        .add(report.media, "media")
        .notes(&report.missing, "missing")
        .notes(&report.missing_media, "media missing")
        .notes(&report.misled, "misled")
        .text("the bank is empty")
}
