use clap::Args;
use timeback_qti_bank::Service;
use timeback_qti_bank::single::Address;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::one::may_write;

/// Put the items of a section into another order
///
/// Each item of the section must be named exactly once, or nothing is written. The service writes the whole test anew for this: a
/// test whose XML holds what would get lost then, such as selections, is refused.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti reorder section/italy/part-1/warm-up capital river")]
pub(crate) struct Reorder {
    /// The section: as section/TEST/PART/SECTION, or its full URL
    #[arg(value_name = "SECTION")]
    address: String,

    /// The identifiers of all its items, in their new order
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<String>,

    /// Do not ask; needed for production where there is no terminal
    #[arg(short, long)]
    yes: bool,
}

impl Reorder {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let service = Service::new(target.client.clone());
        let address = service
            .address(&self.address)
            .map_err(|problem| Failure::new(Exit::Usage, problem.to_string()))?;
        let Address::Section(section) = address else {
            let message = format!("{:?} is no section", self.address);
            return Err(
                Failure::new(Exit::Usage, message).hint("name it as section/TEST/PART/SECTION")
            );
        };
        if !may_write(app, &target, "Reorder", self.yes).await? {
            return Ok(Exit::Failed);
        }
        let reorder = service.reorder(&section, &self.items);
        app.interrupt.let_finish(reorder).await?;
        let told = serde_json::json!({"section": section.to_string(), "items": self.items});
        app.output.tell("reorder", &told, |_| {
            format!("{section}: {}\n", self.items.join(", "))
        })?;
        Ok(Exit::Done)
    }
}
