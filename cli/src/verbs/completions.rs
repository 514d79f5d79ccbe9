use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::Cli;
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Print what makes a shell complete the command's words
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti completions bash > ~/.local/share/bash-completion/completions/qti
  qti completions zsh > ~/.zfunc/_qti
  qti completions fish > ~/.config/fish/completions/qti.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "qti", &mut script);
        app.output.content(&script)?;
        Ok(Exit::Done)
    }
}
