use clap::Args;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// End the session: revoke it at the issuer, and forget the stored token
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti logout --profile me
  qti logout --profile me --local")]
pub(crate) struct Logout {
    /// Only forget the stored token: the issuer is not told
    #[arg(long)]
    local: bool,
}

impl Logout {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let identity = target.client.identity();
        let revoked = match self.local {
            true => identity.forget().await.map(|()| false),
            false => identity.sign_out().await,
        }
        .map_err(|error| {
            Failure::from(error).hint("`qti logout --local` forgets the token here all the same")
        })?;
        let told = serde_json::json!({"revoked": revoked});
        app.output.tell("logout", &told, |_| match revoked {
            true => format!("signed out at {target}\n"),
            false => {
                format!("the token for {target} is forgotten here; nothing was to be revoked\n")
            }
        })?;
        Ok(Exit::Done)
    }
}
