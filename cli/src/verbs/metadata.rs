use std::collections::HashSet;

use clap::Args;
use serde_json::Value;
use timeback_qti_bank::Service;
use timeback_qti_bank::single::MetadataChange;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::{entity, gone, may_write};
use crate::value;

/// Print or change the metadata of an entity
///
/// Keys that are neither set nor taken away stay.
///
/// A value is a text, unless it is written as JSON: `true`, `false`, `null`, a list, an object, or a text in quotes. It is a
/// number if JSON writes that number just so: `5` and `1.5` are numbers, `1.10` and `007` are texts. A number in quotes is a text:
/// `grade='"5"'`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti metadata item/capital
  qti metadata item/capital grade=5 subject=Geography version=1.10
  qti metadata item/capital 'code=\"5\"'
  qti metadata item/capital 'tags=[\"a\",\"b\"]' --unset draft")]
pub(crate) struct Metadata {
    /// The entity: as in item/capital, or its full URL
    #[arg(value_name = "ENTITY")]
    address: String,

    /// Keys to set, each once
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
    if key.is_empty() {
        return Err("there is no key before the =".to_owned());
    }
    Ok((key.to_owned(), value::typed(value)?))
}

impl Metadata {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let mut named = HashSet::new();
        let mut all = self.set.iter().map(|(key, _)| key).chain(&self.unset);
        if let Some(twice) = all.find(|key| !named.insert(*key)) {
            let message = format!("the key {twice:?} is named twice");
            return Err(Failure::new(Exit::Usage, message));
        }
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
            let change = service.change_metadata(&key, &change);
            app.interrupt.let_finish(change).await?
        };
        let told = serde_json::json!({"kind": key.kind, "identifier": key.identifier, "metadata": metadata});
        let text = serde_json::to_string_pretty(&metadata).unwrap_or_default();
        app.output
            .tell_content("metadata", &told, &format!("{text}\n"))?;
        Ok(Exit::Done)
    }
}
