//! The database behind the state: one thread that writes batches, so that many writers share one sync to disk.
use std::io;
use std::sync::{Arc, PoisonError, RwLock, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::State;
use super::collection::Replaced;
use super::database::{Change, File};
use super::model::{Feedback, Item, Stimulus, Test};

/// What a batch has put aside in memory, by kind.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) tests: Replaced<Test>,
    pub(super) items: Replaced<Item>,
    pub(super) stimuli: Replaced<Stimulus>,
    pub(super) feedback: Replaced<Feedback>,
}

/// What one write changed, for the database, and how to take it back in memory.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    pub(super) before: Before,
}

struct Waiting {
    batch: Batch,
    done: oneshot::Sender<()>,
}

/// The database did not take a write, which has been taken back and must not be acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("the data file cannot be written")]
pub(crate) struct NotDurable;

/// The handle to the writing thread. Dropping it waits for what was handed over and closes the database.
#[derive(Debug)]
pub(super) struct Journal {
    batches: Option<mpsc::Sender<Waiting>>,
    writer: Option<JoinHandle<()>>,
}

impl Journal {
    /// Starts the thread that writes to an open file what is done to `state`.
    pub(super) fn start(file: File, state: Arc<RwLock<State>>) -> io::Result<Journal> {
        let (batches, queue) = mpsc::channel();
        let writer = thread::Builder::new()
            .name("sandbox-journal".to_owned())
            .spawn(move || write_all(file, &queue, &state))?;
        Ok(Journal {
            batches: Some(batches),
            writer: Some(writer),
        })
    }

    /// Hands a batch over; what is returned completes when it is on disk, or has been taken back. To be called under the
    /// lock of the state, so that the database sees the writes in the order of the memory.
    pub(super) fn append(
        &self,
        batch: Batch,
    ) -> impl Future<Output = Result<(), NotDurable>> + Send + use<> {
        let (done, durable) = oneshot::channel();
        let nothing_to_do = batch.changes.is_empty();
        if let Some(batches) = self.batches.as_ref().filter(|_| !nothing_to_do) {
            // A writer that is gone drops `done` with the batch, which is what the caller then learns.
            let _ = batches.send(Waiting { batch, done });
        }
        async move {
            if nothing_to_do {
                return Ok(());
            }
            durable.await.map_err(|_| NotDurable)
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.batches.take());
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has been reported by itself.
            let _ = writer.join();
        }
    }
}

/// Writes until every sender is gone; what the disk does not take is taken back in memory.
fn write_all(mut file: File, queue: &mpsc::Receiver<Waiting>, state: &RwLock<State>) {
    while let Ok(first) = queue.recv() {
        let mut waiting: Vec<Waiting> = std::iter::once(first).chain(queue.try_iter()).collect();
        let changes: Vec<&Change> = waiting
            .iter()
            .flat_map(|waiting| &waiting.batch.changes)
            .collect();
        if file.commit(&changes).is_ok() {
            for waiting in waiting {
                // The caller may have gone away; its write stands all the same.
                let _ = waiting.done.send(());
            }
            continue;
        }
        let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
        // What was built on the failed writes goes with them; nothing comes in under the lock.
        waiting.extend(queue.try_iter());
        let mut undone = Vec::new();
        for waiting in waiting.iter_mut().rev() {
            undone.extend(state.take_back(std::mem::take(&mut waiting.batch.before)));
        }
        drop(state);
        // The failed commit may have reached the disk in part or in full.
        file.owe(undone);
        // The callers learn it by their `done` being dropped here.
    }
    // The last chance; without room, what is owed stays a matter of a commit that may have come through.
    let _ = file.commit(&[]);
}
