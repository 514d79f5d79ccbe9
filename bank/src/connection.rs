//! A bank with the service that it is exchanged with, or with what it remembers of one.

use std::sync::Arc;

use timeback_qti::Client;

use crate::bank::Bank;
use crate::error::{Error, Result};
use crate::progress::Stop;
use crate::remote::Service;
use crate::state::Store;

/// How many entities are worked on at once. The client bounds the requests; this only keeps it busy.
pub(crate) const AT_ONCE: usize = 24;

/// A bank with the service that it is exchanged with. It holds a lock: no other process exchanges the bank with this service
/// meanwhile.
#[derive(Debug)]
pub struct Connection {
    pub(crate) bank: Arc<Bank>,
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) stop: Stop,
}

impl Bank {
    /// Opens what the bank remembers of the client's service. Nothing is sent. Services are told apart by their base URLs,
    /// whether those end with a slash or not.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process works on the bank; [`Error::State`] if what it remembers cannot be read, and
    /// [`Error::Newer`] if a later version has written it.
    pub fn connect(&self, client: &Client) -> Result<Connection> {
        let path = self.state_file(client.base_url());
        Ok(Connection {
            bank: Arc::new(self.clone()),
            service: Service::new(client.clone()),
            store: Store::open(&path)?,
            stop: Stop::default(),
        })
    }
}

/// A bank with what it remembers of a service, for where the service cannot be asked, or is not to be: the bank is compared
/// with what was last seen. It needs no client, so no credentials, and holds the same lock as a [`Connection`].
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// use timeback_qti_bank::{Bank, Settings, unobserved};
///
/// let bank = Bank::init(folder.path(), Settings::default())?;
/// let offline = bank.offline("https://qti.example.org/api")?;
/// assert!(offline.status(&unobserved).await?.entries.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Offline {
    pub(crate) bank: Arc<Bank>,
    pub(crate) store: Store,
}

impl Bank {
    /// Opens what the bank remembers of the service at this base URL, which is that of
    /// [`Client::base_url`](timeback_qti::Client::base_url) or of [`ServiceUrls`](timeback_qti::ServiceUrls), to the letter
    /// but for slashes at its end.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn offline(&self, base_url: &str) -> Result<Offline> {
        Ok(Offline {
            bank: Arc::new(self.clone()),
            store: Store::open(&self.state_file(base_url))?,
        })
    }
}

impl Connection {
    /// The same connection, whose verbs end early when `stop` says so.
    #[must_use]
    pub fn stopped_by(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// The bank.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The service.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Works on the bank's files in a blocking task.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Bank) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        on_disk(&self.bank, work).await
    }
}

/// Works on a bank's files in a blocking task.
pub(crate) async fn on_disk<T: Send + 'static>(
    bank: &Arc<Bank>,
    work: impl FnOnce(&Bank) -> Result<T> + Send + 'static,
) -> Result<T> {
    let bank = Arc::clone(bank);
    let task = tokio::task::spawn_blocking(move || work(&bank));
    task.await.unwrap_or(Err(Error::Ended))
}
