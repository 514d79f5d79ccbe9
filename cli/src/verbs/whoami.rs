use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::count;

/// Tell which token is stored for the service, without showing it
///
/// Nothing is sent. Ends with 1 if no token is stored.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti whoami
  qti whoami --profile me --json")]
pub(crate) struct Whoami {}

impl Whoami {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let Some(token) = target.client.identity().info().await? else {
            let failure = Failure::new(Exit::Failed, format!("no token for {target} is stored"));
            return Err(failure.hint(
                "the next command that asks the service gets one; `qti login` signs a person in",
            ));
        };
        let seconds = |at: SystemTime| {
            at.duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
        };
        let left = token.left.map_or(0, |left| left.as_secs());
        let told = json!({
            "service": target.to_string(),
            "issuer": token.issuer,
            "clientId": token.client_id,
            "person": token.is_person,
            "scopes": token.scopes,
            "issuedAt": seconds(token.issued_at),
            "expiresAt": seconds(token.expires_at),
            "secondsLeft": left,
            "renewable": token.renewable,
        });
        app.output.tell("whoami", &told, |_| {
            let who = if token.is_person { "a person, by the client" } else { "the client" };
            let scopes = match token.scopes.as_slice() {
                [] => "all that the client may have".to_owned(),
                scopes => scopes.join(" "),
            };
            let valid = match (left, token.renewable) {
                (0, true) => "has ended; the next command renews it".to_owned(),
                (0, false) => "has ended; sign in again".to_owned(),
                (left, _) => {
                    let minutes = count(left.div_ceil(60), "more minute", "more minutes");
                    format!("for {minutes}")
                }
            };
            format!(
                "service  {target}\nissuer   {}\nwho      {who} {}\nscopes   {scopes}\nvalid    {valid}\n",
                token.issuer, token.client_id
            )
        })?;
        Ok(Exit::Done)
    }
}
