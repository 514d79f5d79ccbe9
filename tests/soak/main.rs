//! Many tasks write at once while the service fails at random. What it holds in the end is what a model of it says:
//! nothing lost, nothing doubled.
#![allow(unreachable_pub)]

mod entity;
mod faults;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::{Change, Content, Entity, Kind};
use timeback_qti::{Client, Error, ErrorKind, ManualClock};

const TASKS: u64 = 32;
/// What each task does unless [`SECONDS`] is set.
const STEPS: usize = 100;
/// Writing a section takes the service as long as its whole test is: a long soak must not be one of long lists.
const LONGEST_LIST: usize = 12;
/// The variable that makes it run for a time instead.
const SECONDS: &str = "TIMEBACK_QTI_SOAK_SECONDS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_through_random_faults_loses_nothing_and_doubles_nothing() {
    let (sandbox, observer) = support::sandbox().await;
    let clock = ManualClock::new();
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret())
        // The tasks share one clock: a deadline must not pass because others wait.
        .clock(Arc::new(clock.clone()))
        .deadline(Duration::from_secs(24 * 3600))
        .max_concurrency(TASKS as usize)
        .build()
        .unwrap();
    sandbox.set_faults(faults::rules()).unwrap();

    let pace = Pace::from_env();
    let tasks: Vec<_> = (0..TASKS)
        .map(|number| tokio::spawn(Task::new(client.clone(), number).run(pace, clock.clone())))
        .collect();
    let (mut model, mut tally) = (Vec::new(), Tally::default());
    for task in tasks {
        let task = task.await.unwrap();
        model.extend(task.entities.into_iter().filter_map(Entity::into_stored));
        tally.steps += task.tally.steps;
        tally.failed += task.tally.failed;
        tally.applied_all_the_same += task.tally.applied_all_the_same;
    }
    println!("{tally:?}");
    assert!(tally.failed * 10 < tally.steps, "retries hide most of them");
    let silent = faults::silent(&sandbox).await;
    assert!(silent.is_empty(), "these never happened: {silent:?}");

    sandbox.set_faults([]).unwrap();
    model.sort_unstable();
    let mut found = entity::all(&observer, TASKS).await;
    found.sort_unstable();
    assert_eq!(found, model);
}

/// How long the tasks go on.
#[derive(Clone, Copy)]
enum Pace {
    Steps(usize),
    Until(Instant),
}

impl Pace {
    fn from_env() -> Self {
        match std::env::var(SECONDS) {
            Ok(seconds) => {
                Self::Until(Instant::now() + Duration::from_secs(seconds.parse().unwrap()))
            }
            Err(_) => Self::Steps(STEPS),
        }
    }

    fn goes_on(self, steps: usize) -> bool {
        match self {
            Self::Steps(most) => steps < most,
            Self::Until(end) => Instant::now() < end,
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    steps: usize,
    /// Calls that gave an error in spite of all retries.
    failed: usize,
    applied_all_the_same: usize,
}

/// A task, and what nobody else writes to.
struct Task {
    client: Client,
    random: fastrand::Rng,
    entities: Vec<Entity>,
    tally: Tally,
}

impl Task {
    fn new(client: Client, number: u64) -> Self {
        let one_of_each = Kind::ALL.map(|kind| Entity::new(kind, number));
        Self {
            client,
            random: fastrand::Rng::with_seed(number),
            entities: one_of_each.into(),
            tally: Tally::default(),
        }
    }

    async fn run(mut self, pace: Pace, clock: ManualClock) -> Self {
        while pace.goes_on(self.tally.steps) {
            // Tokens that are withdrawn minutes apart are replaced; more often, and the client would wait.
            clock.advance(Duration::from_secs(1));
            self.tally.steps += 1;
            let chosen = self.random.usize(..self.entities.len());
            if self.random.u8(..5) == 0 {
                self.look(chosen).await;
            } else {
                self.change(chosen).await;
            }
        }
        self
    }

    /// Reads an entity, which is as the model says.
    async fn look(&mut self, chosen: usize) {
        let entity = &self.entities[chosen];
        match entity.read(&self.client).await {
            Ok(found) => assert_eq!(found, entity.state, "{entity:?}"),
            Err(error) => {
                assert!(is_expected(&error), "{entity:?}: {error:?}");
                self.tally.failed += 1;
            }
        }
    }

    /// Changes an entity, and the model with it.
    async fn change(&mut self, chosen: usize) {
        let random = self.random.fork();
        let entity = &self.entities[chosen];
        let change = self.pick(entity, random);
        let after = change.after(&entity.state);
        let after = match entity.apply(&change, &self.client).await {
            Ok(()) => after,
            Err(error) => {
                assert!(is_expected(&error), "{change:?} {entity:?}: {error:?}");
                self.tally.failed += 1;
                let found = self.read_at_last(entity).await;
                if found == entity.state {
                    found
                } else {
                    assert!(error.may_have_been_applied(), "{change:?}: {error:?}");
                    assert_eq!(found, after, "{change:?} {entity:?}: {error:?}");
                    self.tally.applied_all_the_same += 1;
                    found
                }
            }
        };
        self.entities[chosen].state = after;
    }

    /// A change that is valid for the entity as it is.
    fn pick(&self, entity: &Entity, mut random: fastrand::Rng) -> Change {
        // No text is written twice, so that each write can be told from all others.
        let text = format!("{} step {}", entity.identifier, self.tally.steps);
        let Some(content) = &entity.state else {
            return match random.bool() {
                true => Change::Create(text),
                false => Change::Upsert(text),
            };
        };
        let mut changes = Vec::new();
        if entity.kind.has_title() {
            changes.extend([
                Change::Replace(text.clone()),
                Change::Upsert(text.clone()),
                Change::Edit(text),
                Change::Delete,
            ]);
        }
        if entity.kind.has_list() {
            let entry = format!("{}-{}", entity.identifier, self.tally.steps);
            changes.extend((content.list.len() < LONGEST_LIST).then_some(Change::Add(entry)));
            changes.extend(random.choice(&content.list).cloned().map(Change::Remove));
        }
        if entity.kind == Kind::Section && !content.list.is_empty() {
            let mut order = content.list.clone();
            random.shuffle(&mut order);
            changes.push(Change::Reorder(order));
        }
        changes.swap_remove(random.usize(..changes.len()))
    }

    /// Reads until it works: the faults are too rare to fail it many times in a row.
    async fn read_at_last(&self, entity: &Entity) -> Option<Content> {
        for _ in 0..100 {
            match entity.read(&self.client).await {
                Ok(found) => return found,
                Err(error) => assert!(is_expected(&error), "{entity:?}: {error:?}"),
            }
        }
        panic!("{entity:?} cannot be read");
    }
}

/// Whether the error is one of what the faults can come to when retries do not help. Everything else is a mistake, as
/// the tasks ask only for what is possible.
fn is_expected(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Auth | ErrorKind::RateLimit | ErrorKind::Server | ErrorKind::Transport => true,
        // The repeat of a create whose first reply was lost, where reading it back failed, too.
        ErrorKind::Conflict => error.may_have_been_applied(),
        _ => false,
    }
}
