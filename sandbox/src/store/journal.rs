//! The database behind the state: one thread that writes batches, so that many writers share one sync to disk.

use std::io;
use std::sync::{Arc, PoisonError, RwLock, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::State;
use super::collection::Replaced;
use super::database::{Change, File};
use super::model::{Feedback, Item, Stimulus, Test};

/// The entities as they were before a write, by kind.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) tests: Replaced<Test>,
    pub(super) items: Replaced<Item>,
    pub(super) stimuli: Replaced<Stimulus>,
    pub(super) feedback: Replaced<Feedback>,
}

/// One write: its changes for the database, and what undoes it in memory.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    pub(super) before: Before,
}

struct Waiting {
    batch: Batch,
    done: oneshot::Sender<()>,
}

/// The database could not be written. The write was undone in memory and must not be acknowledged.
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
    /// Starts the thread that writes the changes of `state` to an open file.
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

    /// Queues a batch. The future completes when the batch is on disk, or has been undone. The caller must hold the
    /// lock of the state, so that the database gets writes in the same order as memory.
    pub(super) fn append(
        &self,
        batch: Batch,
    ) -> impl Future<Output = Result<(), NotDurable>> + Send + use<> {
        let (done, durable) = oneshot::channel();
        let nothing_to_do = batch.changes.is_empty();
        if let Some(batches) = self.batches.as_ref().filter(|_| !nothing_to_do) {
            // If the writer has ended, the batch is dropped and `done` with it, which gives the caller `NotDurable`.
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
            // A panic of the writer was reported when it happened.
            let _ = writer.join();
        }
    }
}

/// Writes batches until every sender is gone. A batch that cannot be written is undone in memory.
fn write_all(mut file: File, queue: &mpsc::Receiver<Waiting>, state: &RwLock<State>) {
    while let Ok(first) = queue.recv() {
        let mut waiting: Vec<Waiting> = std::iter::once(first).chain(queue.try_iter()).collect();
        let changes: Vec<&Change> = waiting
            .iter()
            .flat_map(|waiting| &waiting.batch.changes)
            .collect();
        if file.commit(&changes).is_ok() {
            for waiting in waiting {
                // The caller may be gone; its write stays.
                let _ = waiting.done.send(());
            }
            continue;
        }
        let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
        // Later writes can depend on the failed ones, so they are undone as well. The lock keeps new ones out.
        waiting.extend(queue.try_iter());
        let mut undone = Vec::new();
        for waiting in waiting.iter_mut().rev() {
            undone.extend(state.take_back(std::mem::take(&mut waiting.batch.before)));
        }
        drop(state);
        // The failed commit can have reached the disk, in part or in full.
        file.owe(undone);
        // Each `done` is dropped here, which gives its caller `NotDurable`.
    }
    // The last attempt to undo failed commits. If it fails too, the file may hold writes that were not acknowledged.
    let _ = file.commit(&[]);
}
