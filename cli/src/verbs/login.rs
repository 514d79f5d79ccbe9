use clap::Args;
use timeback_qti::{ErrorKind, open_browser};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ask, note, paint};

/// Sign in to the service, in a browser
///
/// For profiles with `sign_in = true`. The browser comes back to this command by an address of this machine. If the browser is on
/// another machine, it cannot: paste the address where it has ended with --paste. The session is stored, and prolonged with each use.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti login --profile me
  qti login --profile me --no-browser
  qti login --profile me --paste")]
pub(crate) struct Login {
    /// Only show the address; a browser of this machine must open it
    #[arg(long)]
    no_browser: bool,

    /// The browser is on another machine: ask for the address where it has ended
    #[arg(long)]
    paste: bool,
}

impl Login {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let identity = target.client.identity();
        match self.paste {
            true => {
                let attempt = identity.begin_sign_in().map_err(not_set_up)?;
                note(format_args!(
                    "Open this address in a browser:\n  {}",
                    attempt.url()
                ));
                let pasted = ask("The address where the browser has ended: ").await;
                let pasted = pasted.map_err(Failure::at("the address"))?;
                attempt.finish(&pasted).await?;
            }
            false => {
                let show = |url: &str| {
                    note(format_args!("Sign in at this address:\n  {url}"));
                    if !self.no_browser && open_browser(url).is_err() {
                        note("No browser could be opened here: open it by hand, or use --paste.");
                    }
                    Ok(())
                };
                identity.sign_in(show).await.map_err(not_set_up)?;
            }
        }
        let told = serde_json::json!({"service": target.to_string()});
        app.output.tell("login", &told, |_| {
            format!("{} at {target}\n", paint::good("signed in"))
        })?;
        Ok(Exit::Done)
    }
}

/// A sign-in that cannot begin lacks a profile that says how.
fn not_set_up(error: timeback_qti::Error) -> Failure {
    let is_setting = error.kind() == ErrorKind::Config;
    let failure = Failure::from(error);
    match is_setting {
        true => {
            failure.hint("a profile with `sign_in = true` sets it up; choose it with --profile")
        }
        false => failure,
    }
}
