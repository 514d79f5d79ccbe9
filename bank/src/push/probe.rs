//! The first write of a push, tried alone and put back if it goes wrong.

use super::apply::Run;
use super::done::Done;
use super::{Action, Plan, PushReport, Step};
use crate::compare::same;
use crate::entity::Key;
use crate::error::{Error, Result};
use crate::progress::{Observer, Outcome};

impl Run<'_> {
    /// Writes one entity, and puts it back if that goes wrong. Those that turn out not to be written prove nothing: the
    /// next one is tried. What was done is told, and whether the push goes on.
    pub(super) async fn probe<'p>(
        &self,
        plan: &'p Plan,
        report: &mut PushReport,
        observer: Observer<'_>,
    ) -> Result<(Vec<&'p Key>, bool)> {
        let mut tried = Vec::new();
        for step in plan.probes() {
            tried.push(&step.key);
            let mut done = self.step(step).await?;
            let outcome = done.outcome;
            if outcome == Outcome::Failed {
                let end = self.put_back(&step.key).await?;
                let message = done.message.unwrap_or_default();
                done.message = Some(format!("{message}; {end}"));
            }
            report.take(done, observer);
            match outcome {
                Outcome::Failed => return Ok((tried, false)),
                Outcome::Created | Outcome::Replaced => break,
                _ => {}
            }
        }
        Ok((tried, true))
    }

    /// Undoes a write that has gone wrong; what came of that, in a few words.
    async fn put_back(&self, key: &Key) -> Result<String> {
        let problem = match self.undo(key).await {
            Ok(None) => return Ok("the service holds what it held before".to_owned()),
            Ok(Some(done)) => match done.outcome {
                Outcome::Replaced | Outcome::Deleted => return Ok("it was put back".to_owned()),
                _ => done.message.unwrap_or_default(),
            },
            Err(error @ (Error::Service { .. } | Error::NoXml { .. })) => error.in_full(),
            Err(error) => return Err(error),
        };
        Ok(format!("it could not be put back: {problem}"))
    }

    async fn undo(&self, key: &Key) -> Result<Option<Done>> {
        let connection = self.connection;
        connection.settle_at_once(key).await?;
        let Some(before) = connection.store.snapshot(self.number, key)? else {
            return Ok(None);
        };
        let found = connection.service.get(key).await?;
        let holds = found.as_ref().map(|found| &found.entity);
        let is_as_before = match (&before, holds) {
            (None, None) => true,
            (Some(before), Some(found)) => same(before, found),
            _ => false,
        };
        if is_as_before {
            return Ok(None);
        }
        let told = |message| Done::new(key, Outcome::Failed).saying(message);
        if !connection.is_as_left(self.number, key, holds)? {
            let message = match holds {
                None => "it is gone from the service",
                Some(_) => "it was changed on the service meanwhile",
            };
            return Ok(Some(told(message)));
        }
        match (before, found) {
            (None, Some(found)) => self.remove(key, &found).await.map(Some),
            (Some(before), Some(found)) => self.replace(&before, &found).await.map(Some),
            (_, None) => Ok(Some(told("it is gone from the service"))),
        }
    }
}

impl Plan {
    /// The steps to try first: creates, which a deletion undoes, then replacements.
    fn probes(&self) -> impl Iterator<Item = &Step> {
        let of = |action| self.steps.iter().filter(move |step| step.action == action);
        of(Action::Create).chain(of(Action::Replace))
    }
}
