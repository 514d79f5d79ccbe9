//! Commits in groups: a commit waits for the disk, so what comes meanwhile goes into the next one together.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use redb::{Database, ReadableTable as _};
use tokio::sync::oneshot;

use super::{OfRun, Table, entity_table, restores_table, run_table};

/// One change of one row.
#[derive(Debug)]
pub(crate) enum Put {
    /// Puts a value, or takes it away.
    Entity(Table, (u8, String), Option<Vec<u8>>),
    /// Puts a value; a snapshot only if there is none yet, as the first one shows what the push found.
    OfRun(OfRun, (u64, u8, String), Vec<u8>),
    /// Notes that a push is a restore of another one.
    Restores(u64, u64),
}

type Job = (Vec<Put>, oneshot::Sender<Result<(), Arc<redb::Error>>>);

/// The thread that writes. It ends, with all written, when this is dropped.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// How many jobs one commit takes at most.
const GROUP: usize = 256;

impl Writer {
    pub(crate) fn start(database: Arc<Database>) -> Self {
        let (jobs, queue) = channel();
        let thread = thread::spawn(move || work(&database, &queue));
        Self {
            jobs: Some(jobs),
            thread: Some(thread),
        }
    }

    /// All of it or nothing; on disk once the answer is there.
    pub(crate) fn commit(&self, puts: Vec<Put>) -> oneshot::Receiver<Result<(), Arc<redb::Error>>> {
        let (done, committed) = oneshot::channel();
        if let Some(jobs) = &self.jobs {
            // A thread that is gone drops the job, which its receiver notices.
            let _ = jobs.send((puts, done));
        }
        committed
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(database: &Database, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        jobs.extend(queue.try_iter().take(GROUP - 1));
        let (puts, waiting): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        let result = write(database, puts.iter().flatten()).map_err(Arc::new);
        for done in waiting {
            let _ = done.send(result.clone());
        }
    }
}

fn write<'p>(database: &Database, puts: impl Iterator<Item = &'p Put>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for put in puts {
        match put {
            Put::Entity(table, (kind, identifier), value) => {
                let mut table = transaction.open_table(entity_table(*table))?;
                match value {
                    Some(value) => {
                        drop(table.insert((*kind, identifier.as_str()), value.as_slice())?)
                    }
                    None => drop(table.remove((*kind, identifier.as_str()))?),
                }
            }
            Put::OfRun(of, (run, kind, identifier), value) => {
                let mut table = transaction.open_table(run_table(*of))?;
                let key = (*run, *kind, identifier.as_str());
                let stays = matches!(of, OfRun::Snapshot) && table.get(key)?.is_some();
                if !stays {
                    table.insert(key, value.as_slice())?;
                }
            }
            Put::Restores(run, restored) => {
                transaction
                    .open_table(restores_table())?
                    .insert(run, restored)?;
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
