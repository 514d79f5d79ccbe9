use clap::Args;
use timeback_qti_bank::Service;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::{entity, gone};
use crate::output::{count, note, paint};

/// Delete entities of the service
///
/// Other entities keep their references to them, which lead nowhere then. Nothing is kept of what is deleted: save it with
/// `qti get --output` before.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti rm item/capital
  qti rm item/capital stimulus/italy --yes
  qti rm item/capital --if-exists --yes")]
pub(crate) struct Rm {
    /// The entities: as in item/capital, or their full URLs
    #[arg(required = true, value_name = "ENTITY")]
    addresses: Vec<String>,

    /// An entity that does not exist is no error
    #[arg(long)]
    if_exists: bool,

    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    yes: bool,
}

impl Rm {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let service = Service::new(target.client.clone());
        // Nothing is deleted before all are known to exist.
        let mut keys = Vec::new();
        for address in &self.addresses {
            let key = entity(&service, address)?;
            if service.get(&key).await?.is_some() {
                keys.push(key);
            } else if !self.if_exists {
                return Err(gone(&key, &target));
            }
        }
        if keys.is_empty() {
            return Ok(Exit::Done);
        }
        let what = match keys.as_slice() {
            [key] => key.to_string(),
            keys => count(keys.len() as u64, "entity", "entities"),
        };
        if !app
            .confirm(&format!("Delete {what} on {target}?"), self.yes)
            .await?
        {
            note("nothing was deleted");
            return Ok(Exit::Failed);
        }
        for key in keys {
            if app.interrupt.is_stopped() {
                note("ended early: with --if-exists, the same command goes on");
                return Ok(Exit::Interrupted);
            }
            app.interrupt.let_finish(service.remove(&key)).await?;
            let told = serde_json::json!({"kind": key.kind, "identifier": key.identifier, "outcome": "deleted"});
            app.output.tell("rm", &told, |_| {
                format!("{} {key}\n", paint::bad("deleted"))
            })?;
        }
        Ok(Exit::Done)
    }
}
