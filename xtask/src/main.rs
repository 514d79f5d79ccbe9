//! `cargo xtask`: the project's own tooling.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand, ValueEnum};
use xtask::judge::{self, Judge};
use xtask::release;
use xtask::spec::{self, Folder};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The project's own tooling"
)]
enum Command {
    /// The API document in openapi/
    #[command(subcommand)]
    Spec(Spec),
    /// What is checked before a release
    #[command(subcommand)]
    Release(Release),
    /// Check the sandbox with a program that others wrote
    Judge {
        #[arg(value_enum)]
        judge: WhichJudge,
        /// The Python to make an environment with
        #[arg(long, default_value = "python3")]
        python: String,
        /// Options for the judge's own script
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum WhichJudge {
    /// Schemathesis, with the API document; Python 3.10 or later
    Contract,
    /// The vendor's own client; Python 3.12 or later
    Vendor,
}

impl From<WhichJudge> for Judge {
    fn from(which: WhichJudge) -> Self {
        match which {
            WhichJudge::Contract => Self::Contract,
            WhichJudge::Vendor => Self::Vendor,
        }
    }
}

#[derive(Subcommand)]
enum Spec {
    /// Fetch upstream's document and generate ours from it
    Refresh {
        /// A URL or a file
        #[arg(long, default_value = spec::ORIGIN, value_parser = NonEmptyStringValueParser::new())]
        from: String,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        #[command(flatten)]
        folder: FolderArg,
    },
    /// Check that the generated files are what refresh would write, and keep to the limits
    Check {
        /// A URL or a file, in place of the committed snapshot of upstream's document
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        from: Option<String>,
        #[command(flatten)]
        folder: FolderArg,
    },
    /// Compare two documents, each a URL or a file
    Diff {
        /// The document that clients were written against
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        old: String,
        /// The document of the service now
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        new: String,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

#[derive(Subcommand)]
enum Release {
    /// Check that the lists of the public API in xtask/public-api are what the packages have
    Api {
        /// Write the lists
        #[arg(long)]
        write: bool,
    },
    /// Check the public API, its changes since the last release, and the oldest dependencies that Cargo.toml allows
    Check {
        /// The commit or tag to compare the public API with, in place of the last release
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        baseline: Option<String>,
    },
}

#[derive(clap::Args)]
struct FolderArg {
    /// Where the document and its overlays are
    #[arg(long = "folder", default_value_os_t = openapi(), value_parser = folder)]
    path: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

fn folder(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    path.is_dir()
        .then_some(path)
        .ok_or("there is no such folder")
}

fn openapi() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).with_file_name("openapi")
}

fn main() -> ExitCode {
    if let Some(code) = release::as_rustdoc() {
        return code;
    }
    let done = match Command::parse() {
        Command::Spec(command) => run_spec(command)
            .map(|text| {
                println!("{}", text.trim_end());
                ExitCode::SUCCESS
            })
            .map_err(|error| error.to_string()),
        Command::Release(command) => run_release(command)
            .map(|text| {
                println!("{text}");
                ExitCode::SUCCESS
            })
            .map_err(|error| error.to_string()),
        Command::Judge {
            judge,
            python,
            arguments,
        } => judge::run(judge.into(), &python, &arguments)
            .map(|verdict| ExitCode::from(u8::from(!verdict.success())))
            .map_err(|error| error.to_string()),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run_release(command: Release) -> Result<String, release::Error> {
    match command {
        Release::Api { write: true } => release::write_public_api(),
        Release::Api { write: false } => release::check_public_api(),
        Release::Check { baseline } => release::check(baseline.as_deref()),
    }
}

fn run_spec(command: Spec) -> spec::Result<String> {
    match command {
        Spec::Refresh {
            from,
            format,
            folder,
        } => {
            let report = spec::refresh(&Folder::new(folder.path), &from, SystemTime::now())?;
            Ok(match format {
                Format::Text => report.to_string(),
                Format::Json => report.to_json(),
                Format::Markdown => report.to_markdown(),
            })
        }
        Spec::Check { from, folder } => spec::verify(&Folder::new(folder.path), from.as_deref())
            .map(|counts| counts.to_string()),
        Spec::Diff { old, new, format } => {
            let changes = spec::diff(&spec::read(&old)?, &spec::read(&new)?);
            Ok(match format {
                Format::Text => changes.to_string(),
                Format::Json => changes.to_json(),
                Format::Markdown => changes.to_markdown(),
            })
        }
    }
}
