use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Print an access token, for another tool
///
/// It is a secret: whoever has it can use the API in your name until it ends. It is renewed if need be.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti token
  qti token --profile me > token.txt")]
pub(crate) struct Token {}

impl Token {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let token = target.client.identity().token().await?;
        let told = json!({"accessToken": token});
        app.output
            .tell_content("token", &told, &format!("{token}\n"))?;
        Ok(Exit::Done)
    }
}
