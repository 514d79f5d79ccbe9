use std::path::PathBuf;

use clap::Args;
use timeback_qti::{Client, Environment};
use timeback_qti_bank::{Bank, Settings};

use super::pull::Selected;
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Make a folder a bank
///
/// Writes `qti.toml`, which says from which service the bank is pulled, and what of it. Nothing is sent. No secret is written, and
/// a URL with a password is refused: credentials come from the environment or from a profile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti init
  qti init geography --test geography-001
  qti init --environment staging --filter \"type='choice'\"
  qti init --profile staging")]
pub(crate) struct Init {
    /// The folder, which is made if it is not there; it may hold files already
    folder: Option<PathBuf>,

    /// The service that the bank belongs to: production or staging
    #[arg(long, value_name = "NAME")]
    environment: Option<Environment>,

    /// The API's base URL, for a service that no environment names
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// The token endpoint, for a service that no environment names
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,

    #[command(flatten)]
    selected: Selected,
}

impl Init {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let folder = self.folder.unwrap_or_else(|| app.folder());
        let mut settings = Settings::default();
        settings.profile = app.globals.profile.clone();
        settings.environment = self.environment.map(|environment| environment.to_string());
        settings.base_url = self.base_url;
        settings.token_url = self.token_url;
        settings.pull = self.selected.selection().unwrap_or_default();
        // What no client would take is told now, not by the first pull.
        settings.over(Client::builder())?.urls()?;
        let bank = Bank::init(folder, settings)?;
        let made = serde_json::json!({"folder": bank.root(), "settings": bank.settings()});
        app.output.tell("init", &made, |_| {
            let path = bank.root().join("qti.toml");
            format!("{} is written; `qti pull` fills the bank\n", path.display())
        })?;
        Ok(Exit::Done)
    }
}
