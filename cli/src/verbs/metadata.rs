use clap::Args;
use serde_json::Value;
use timeback_qti_bank::Service;
use timeback_qti_bank::single::MetadataChange;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::{entity, gone, may_write};

/// Print or change the metadata of an entity
///
/// Keys that are neither set nor taken away stay. A value is JSON if it can be read as such, and a text if not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti metadata item/capital
  qti metadata item/capital grade=5 subject=Geography
  qti metadata item/capital 'tags=[\"a\",\"b\"]' --unset draft")]
pub(crate) struct Metadata {
    /// The entity: as in item/capital, or its full URL
    #[arg(value_name = "ENTITY")]
    address: String,

    /// Keys to set
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, Value)>,

    /// Keys to take away
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,

    /// Do not ask; needed for production where there is no terminal
    #[arg(short, long)]
    yes: bool,
}

fn pair(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("a key is set as KEY=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((key.to_owned(), value))
}

impl Metadata {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let service = Service::new(target.client.clone());
        let key = entity(&service, &self.address)?;
        let metadata = if self.set.is_empty() && self.unset.is_empty() {
            let Some(found) = service.get(&key).await? else {
                return Err(gone(&key, &target));
            };
            found.entity.metadata().cloned().unwrap_or_default()
        } else {
            if !may_write(app, &target, "Change metadata", self.yes).await? {
                return Ok(Exit::Failed);
            }
            let mut change = MetadataChange::default();
            change.set.extend(self.set);
            change.unset = self.unset;
            service.change_metadata(&key, &change).await?
        };
        let told = serde_json::json!({"kind": key.kind, "identifier": key.identifier, "metadata": metadata});
        app.output.tell("metadata", &told, |_| {
            format!(
                "{}\n",
                serde_json::to_string_pretty(&metadata).unwrap_or_default()
            )
        })?;
        Ok(Exit::Done)
    }
}
