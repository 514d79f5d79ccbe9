use clap::Args;
use serde_json::{Map, Value};
use timeback_qti_sandbox::Sandbox as Service;
use timeback_qti_sandbox::program::{Options, announce, variables};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Start the API's emulation on this machine, to try things without an account
///
/// It prints what to export so that `qti` and other clients speak to it, and runs until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti sandbox
  qti sandbox --port 8080 --data sandbox.redb")]
pub(crate) struct Sandbox {
    #[command(flatten)]
    options: Options,
}

impl Sandbox {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let sandbox = self.options.start().await.map_err(Failure::at("sandbox"))?;
        let mut told = Vec::new();
        announce(&sandbox, &mut told).map_err(Failure::at("sandbox"))?;
        app.output.tell("sandbox", &addresses(&sandbox), |_| {
            String::from_utf8_lossy(&told).into_owned()
        })?;
        app.interrupt.stopped().await;
        sandbox.stop().await;
        Ok(Exit::Done)
    }
}

fn addresses(sandbox: &Service) -> Map<String, Value> {
    let variables = variables(sandbox).map(|(name, value)| (name.to_owned(), Value::from(value)));
    let mut told = Map::new();
    told.insert("page".to_owned(), sandbox.page_url().into());
    told.insert("variables".to_owned(), Map::from_iter(variables).into());
    told
}
