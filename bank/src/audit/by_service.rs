//! An audit that asks the service: of what it holds, and of what it scores.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use timeback_qti::models::{ResponseInput, ResponseValue};
use timeback_qti::xml::{Cardinality, Element, Interaction, ItemView, ResponseDeclaration};
use timeback_qti::{Error as ClientError, ErrorKind};

use super::rule::Rule;
use super::rules::declared_maximum;
use super::scoring::others;
use super::{Auditor, Options, Report, file_of};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::progress::{Event, Observer, Outcome};
use crate::remote::{Entry, Query, Service, Unaddressable};

/// Scores that differ by no more are equal: they are sums of decimal fractions.
const EPSILON: f64 = 1e-9;

impl Connection {
    /// Audits the bank's folder as [`audit`](super::audit) does, and lets the service score each item's key and one wrong
    /// answer. The service scores its own copy of the items, so push first.
    ///
    /// # Errors
    /// As [`audit`](super::audit), and [`Error::Service`](crate::Error::Service) if the service cannot be asked: it is down, it
    /// refuses the credentials, or it asks for a slower pace. An item that it refuses to score is a finding.
    pub async fn audit_scored(&self, options: &Options, observer: Observer<'_>) -> Result<Report> {
        let keys = self.on_disk(|bank| bank.keys()).await?;
        begin(keys.len() as u64, observer);
        let read = keys.into_iter().map(|key| async move {
            let asked = key.clone();
            let entity = self.on_disk(move |bank| bank.read(&asked)).await;
            let problems = match &entity {
                Ok(Some(entity)) => problems(&self.service, entity).await,
                _ => Ok(Vec::new()),
            };
            (key, entity, problems)
        });
        let mut read = stream::iter(read).buffered(AT_ONCE);
        let mut auditor = Auditor::default();
        while let Some((key, entity, problems)) = read.next().await {
            match entity {
                Ok(None) => continue,
                Ok(Some(entity)) => {
                    let file = file_of(&self.bank, &self.bank.path(&key));
                    auditor.add(&entity, Some(&file));
                    auditor.add_scored(&entity, Some(&file), problems?);
                }
                Err(error) if error.is_of_one_entity() => {
                    auditor.add_unreadable(Some(&self.bank), &key, &error);
                }
                Err(error) => return Err(error),
            }
            observer(&Event::done(key, Outcome::Checked));
        }
        Ok(auditor.finish(options))
    }
}

impl Service {
    /// Audits all that the service holds, without a folder. With `scored`, the service also scores each item's key and one
    /// wrong answer.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// use timeback_qti_bank::audit::{Options, Severity};
    /// use timeback_qti_bank::{Service, unobserved};
    ///
    /// let report = Service::new(client).audit(&Options::default(), false, &unobserved).await?;
    /// assert!(report.worst() < Some(Severity::Error));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::List`](crate::Error::List) and [`Error::Service`](crate::Error::Service) if not all of it can be read: references
    /// to the rest would be reported as missing. An entity that was read and cannot be understood is a finding.
    pub async fn audit(
        &self,
        options: &Options,
        scored: bool,
        observer: Observer<'_>,
    ) -> Result<Report> {
        let mut auditor = Auditor::default();
        for kind in Kind::ALL {
            observer(&Event::Stage {
                stage: kind.folder(),
                total: None,
            });
            let listed = self.list(kind, &Query::default());
            let read = listed.map_ok(|entry| async move {
                let key = match entry {
                    Entry::Listed(entry) => entry.key,
                    Entry::Unaddressable(entity, _) => return Ok(Read::Unaddressable(entity)),
                };
                Ok(match self.get(&key).await {
                    // It was deleted since it was listed.
                    Ok(None) => Read::Gone,
                    Ok(Some(found)) => {
                        let problems = match scored {
                            true => problems(self, &found.entity).await?,
                            false => Vec::new(),
                        };
                        Read::Entity(found.entity, problems)
                    }
                    Err(error) if error.is_of_one_entity() => Read::Unreadable(key, error),
                    Err(error) => return Err(error),
                })
            });
            let mut read = read.try_buffered(AT_ONCE);
            while let Some(read) = read.try_next().await? {
                let key = match read {
                    Read::Gone => continue,
                    Read::Unaddressable(entity) => {
                        auditor.add_unaddressable(&entity);
                        observer(&Event::Unaddressable(entity));
                        continue;
                    }
                    Read::Unreadable(key, error) => {
                        auditor.add_unreadable(None, &key, &error);
                        key
                    }
                    Read::Entity(entity, problems) => {
                        auditor.add(&entity, None);
                        auditor.add_scored(&entity, None, problems);
                        entity.key
                    }
                };
                observer(&Event::done(key, Outcome::Checked));
            }
        }
        Ok(auditor.finish(options))
    }
}

/// The outcome of reading one entry of a list.
enum Read {
    Gone,
    Unaddressable(Unaddressable),
    Unreadable(Key, Error),
    Entity(Entity, Vec<(Rule, String)>),
}

fn begin(total: u64, observer: Observer<'_>) {
    observer(&Event::Stage {
        stage: "audit",
        total: Some(total),
    });
}

/// Lets the service score an item's key and one wrong answer; what is wrong with the scores.
async fn problems(service: &Service, entity: &Entity) -> Result<Vec<(Rule, String)>> {
    let readable = Some(&entity.xml).filter(|_| entity.key.kind == Kind::Item);
    let Some(item) = readable.and_then(|xml| ItemView::parse(xml).ok()) else {
        return Ok(Vec::new());
    };
    let is_made_up =
        |declaration: &&ResponseDeclaration| declaration.cardinality == Some(Cardinality::Record);
    let keyed: Vec<_> = item
        .response_declarations
        .iter()
        .filter(|declaration| !declaration.correct.is_empty())
        .collect();
    // In a template item, each candidate has another correct response.
    let has_template = Element::parse(&entity.xml).is_ok_and(|root| {
        root.descendants()
            .any(|element| element.qti_name() == Some("set-correct-response"))
    });
    if keyed.is_empty() || keyed.iter().any(is_made_up) || has_template {
        return Ok(Vec::new());
    }
    let key = |declaration: &ResponseDeclaration| -> Vec<String> {
        declaration
            .correct
            .iter()
            .map(|value| value.text.clone())
            .collect()
    };
    let answers: Vec<_> = keyed
        .iter()
        .map(|declaration| (declaration.identifier.as_str(), key(declaration)))
        .collect();
    let full = match score(service, entity, &answers).await? {
        Ok(score) => score,
        Err(message) => return Ok(vec![(Rule::ScoringFailed, message)]),
    };
    let mut problems = Vec::new();
    let is_keyed = |interaction: &Interaction| {
        let response = interaction.response_identifier.as_deref();
        response.is_none_or(|response| keyed.iter().any(|keyed| keyed.identifier == response))
    };
    // Part of the maximum may be that of an interaction without a key, which a person scores.
    let maximum = declared_maximum(&item).filter(|_| item.interactions.iter().all(is_keyed));
    match maximum {
        Some(maximum) if full + EPSILON < maximum => {
            problems.push((
                Rule::KeyNotFullScore,
                format!("the service scores the key {full} of {maximum}"),
            ));
        }
        _ if full <= EPSILON => {
            problems.push((
                Rule::KeyNotFullScore,
                format!("the service scores the key {full}"),
            ));
        }
        _ => {}
    }
    for (at, declaration) in keyed.iter().enumerate() {
        let interaction = item.interaction(&declaration.identifier);
        let other =
            interaction.and_then(|interaction| others(interaction, declaration).into_iter().next());
        let Some(other) = other else { continue };
        let mut wrong = answers.clone();
        wrong[at].1.clone_from(&other);
        match score(service, entity, &wrong).await? {
            Ok(score) if score + EPSILON >= full && full > EPSILON => {
                let shown = other.join(", ");
                let name = &declaration.identifier;
                problems.push((
                    Rule::WrongAnswerFullScore,
                    format!("the service scores {name} = {shown:?} like the key: {score}"),
                ));
            }
            Ok(_) => {}
            Err(message) => problems.push((Rule::ScoringFailed, message)),
        }
    }
    Ok(problems)
}

/// What the service scores an answer; the inner error says why it refuses this item.
async fn score(
    service: &Service,
    entity: &Entity,
    answers: &[(&str, Vec<String>)],
) -> Result<Result<f64, String>> {
    let values = answers.iter().map(|(name, values)| {
        let value = match values.as_slice() {
            [one] => ResponseValue::from(one),
            several => several.to_vec().into(),
        };
        (*name, value)
    });
    let item = service.client().item(&entity.key.identifier);
    match item.process_response(&ResponseInput::all(values)).await {
        Ok(result) => Ok(Ok(result.score)),
        Err(error) if is_of_the_item(&error) => {
            Ok(Err(format!("the service does not score it: {error}")))
        }
        Err(error) => Err(Error::service(&entity.key)(error)),
    }
}

/// Whether the service would score other items all the same.
fn is_of_the_item(error: &ClientError) -> bool {
    match (error.kind(), error.status()) {
        // The service answers mistakes in an item with 500, too; 408 is about the connection.
        (ErrorKind::Server, status) => status == Some(500),
        (ErrorKind::Request, status) => status != Some(408),
        (kind, _) => matches!(
            kind,
            ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Decode | ErrorKind::Input
        ),
    }
}
