use std::path::PathBuf;

use clap::Args;
use timeback_qti_bank::{Service, write_file};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::{entity, gone};

/// Print the XML of an entity
///
/// It is printed byte for byte as the service has it. With --json it comes with what XML does not hold, such as metadata.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti get item/capital
  qti get test/italy --output italy.xml
  qti get https://qti.example.org/api/assessment-items/capital
  qti get item/capital --json")]
pub(crate) struct Get {
    /// The entity: as in item/capital, or its full URL
    #[arg(value_name = "ENTITY")]
    address: String,

    /// Write it to this file, in place of what is there
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Get {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let service = Service::new(target.client.clone());
        let key = entity(&service, &self.address)?;
        let Some(found) = service.get(&key).await? else {
            return Err(gone(&key, &target));
        };
        let entity = found.entity;
        match &self.output {
            Some(file) => write_file(file, entity.xml.as_bytes())?,
            None => {
                let told = serde_json::json!({"kind": key.kind, "identifier": key.identifier, "xml": entity.xml, "beside": entity.beside});
                app.output.tell_content("entity", &told, &entity.xml)?;
            }
        }
        Ok(Exit::Done)
    }
}
