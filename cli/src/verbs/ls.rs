use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;
use timeback_qti::filter::Filter;
use timeback_qti::models::SortOrder;
use timeback_qti::page::{Collection, Filterable};
use timeback_qti::{Client, List};
use timeback_qti_bank::Kind;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{count, note, paint};

/// List entities of the service
///
/// Each is a line, written as soon as it is read: its identifier, its title, and when it was last changed, separated by tabs.
/// With --json, each line holds the whole entity. The newest come first, unless told otherwise.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  qti ls
  qti ls tests --search geography
  qti ls items --filter \"type='choice'\" --limit 20
  qti ls stimuli --columns identifier,metadata.grade | head
  qti ls items --json > items.jsonl")]
pub(crate) struct Ls {
    /// What to list: items, tests or stimuli
    #[arg(default_value = "items")]
    kind: Kind,

    /// Only what the service's text search finds for this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Only what this filter of the API lets through; not for stimuli
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,

    /// The field to sort by, such as title, createdAt or updatedAt
    #[arg(long, value_name = "FIELD")]
    sort: Option<String>,

    /// The direction to sort in
    #[arg(long, value_name = "ORDER")]
    order: Option<Order>,

    /// How many to list at most
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,

    /// The fields to show, as in identifier,title,metadata.grade
    #[arg(
        long,
        value_name = "FIELDS",
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new(),
        default_value = "identifier,title,updatedAt"
    )]
    columns: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    Asc,
    Desc,
}

/// How many entities a page has.
const PAGE: u32 = 100;

impl Ls {
    pub(crate) async fn run(self, app: &App) -> Result<Exit, Failure> {
        let target = app.target(&app.settings()?)?;
        let client: &Client = &target.client;
        match (self.kind, &self.filter) {
            (Kind::Stimulus, Some(_)) => Err(Failure::new(
                Exit::Usage,
                "the service takes no filter for stimuli",
            )
            .hint("search them with --search")),
            (Kind::Stimulus, None) => self.list(app, client.stimuli().list()).await,
            (Kind::Item, _) => self.list(app, self.filtered(client.items().list())).await,
            (Kind::Test, _) => self.list(app, self.filtered(client.tests().list())).await,
        }
    }

    fn filtered<C: Filterable>(&self, list: List<C>) -> List<C> {
        match &self.filter {
            Some(filter) => list.filter(Filter::verbatim(filter)),
            None => list,
        }
    }

    async fn list<C>(&self, app: &App, list: List<C>) -> Result<Exit, Failure>
    where
        C: Collection<Entity: Serialize, Sort: for<'a> From<&'a str>>,
    {
        let most = self.limit.unwrap_or(usize::MAX);
        let page = u32::try_from(most).map_or(PAGE, |most| most.clamp(1, PAGE));
        let mut list = list.limit(page).max_items(most);
        if let Some(text) = &self.search {
            list = list.query(text);
        }
        if let Some(field) = &self.sort {
            list = list.sort(field.as_str());
        }
        if let Some(order) = self.order {
            list = list.order(match order {
                Order::Asc => SortOrder::Asc,
                Order::Desc => SortOrder::Desc,
            });
        }
        let mut entities = list.stream_lenient();
        let mut unreadable = 0;
        while let Some(entity) = entities.next().await {
            let entity = match entity? {
                Ok(entity) => serde_json::to_value(entity).unwrap_or_default(),
                Err(undecodable) => {
                    unreadable += 1;
                    note(format_args!("{} {undecodable}", paint::bad("unreadable")));
                    continue;
                }
            };
            let told = serde_json::json!({"kind": self.kind, "entity": entity});
            app.output.tell("entity", &told, |_| self.row(&entity))?;
            if app.output.is_closed() || app.interrupt.is_stopped() {
                break;
            }
        }
        match unreadable {
            0 => Ok(Exit::Done),
            some => {
                let entities = count(some, "entity", "entities");
                note(format_args!(
                    "{entities} could not be read, and are not listed"
                ));
                Ok(Exit::Failed)
            }
        }
    }

    fn row(&self, entity: &Value) -> String {
        let field = |name: &String| {
            let found = name
                .split('.')
                .try_fold(entity, |within, name| within.get(name));
            match found {
                None | Some(Value::Null) => String::new(),
                // Tabs separate columns, and line breaks rows.
                Some(Value::String(text)) => text.replace(['\t', '\n', '\r'], " "),
                Some(value) => value.to_string(),
            }
        };
        let fields: Vec<_> = self.columns.iter().map(field).collect();
        fields.join("\t") + "\n"
    }
}
