use std::collections::BTreeMap;

use clap::Args;
use timeback_qti::models::{ResponseInput, ResponseValue};
use timeback_qti_bank::{Kind, Service};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::entity;

/// Let the service score a response to an item
///
/// Nothing is stored. A variable that is given more than once has a list of values. A value with a `=` in it needs its name, as in
/// RESPONSE=a=b.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti score item/capital B
  qti score item/capital RESPONSE=B
  qti score item/cities RESPONSE=A RESPONSE=C
  qti score item/two RESPONSE_1=Rome RESPONSE_2=B --json")]
pub(crate) struct Score {
    /// The item: as in item/capital, or its full URL
    #[arg(value_name = "ITEM")]
    address: String,

    /// The response: a value of the variable RESPONSE, or NAME=VALUE
    #[arg(required = true, value_name = "RESPONSE")]
    responses: Vec<String>,
}

impl Score {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let key = entity(&Service::new(target.client.clone()), &self.address)?;
        if key.kind != Kind::Item {
            return Err(Failure::new(
                Exit::Usage,
                format!("only items are scored, not the {key}"),
            ));
        }
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for response in &self.responses {
            let (name, value) = response.split_once('=').unwrap_or(("RESPONSE", response));
            values.entry(name).or_default().push(value);
        }
        let values = values.into_iter().map(|(name, values)| {
            let value = match values[..] {
                [one] => ResponseValue::from(one),
                _ => values
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
                    .into(),
            };
            (name, value)
        });
        let item = target.client.item(&key.identifier);
        let result = item.process_response(&ResponseInput::all(values)).await?;
        let feedback = result.feedback.as_ref();
        let feedback = feedback.and_then(|feedback| serde_json::to_string(feedback).ok());
        let feedback = feedback.map_or_else(String::new, |feedback| format!("{feedback}\n"));
        let text = format!("{}\n{feedback}", result.score);
        app.output.tell_content("score", &result, &text)?;
        Ok(Exit::Done)
    }
}
