use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use crate::Cli;
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Print the manual page, or write those of all commands
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti man | man -l -
  qti man --out ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Man {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let command = Cli::command();
        match self.out {
            None => {
                let mut page = Vec::new();
                let rendered = clap_mangen::Man::new(command).render(&mut page);
                rendered.map_err(Failure::at("the manual page"))?;
                app.output.content(&page)?;
            }
            Some(folder) => {
                fs::create_dir_all(&folder).map_err(Failure::at(folder.display()))?;
                let written = clap_mangen::generate_to(command, &folder);
                written.map_err(Failure::at(folder.display()))?;
            }
        }
        Ok(Exit::Done)
    }
}
