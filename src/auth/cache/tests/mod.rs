//! The promises of the cache, under paused time and with counted requests.

mod every_order;
mod outage;
mod refresh;
mod sharing;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::auth::{Token, TokenFuture};
use crate::clock::SystemClock;
use crate::observe::Observers;

/// The time that a call has.
const PATIENCE: Duration = Duration::from_secs(60);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A source that answers its first fetch, its second and so on as told, and keeps when they began.
struct Source {
    answer: Box<dyn Fn(usize) -> Result<Token> + Send + Sync>,
    latency: Duration,
    fetches: Mutex<Vec<Instant>>,
}

impl Source {
    fn new(answer: impl Fn(usize) -> Result<Token> + Send + Sync + 'static) -> Arc<Self> {
        Self::slow(Duration::from_millis(200), answer)
    }

    fn slow(
        latency: Duration,
        answer: impl Fn(usize) -> Result<Token> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            latency,
            fetches: Mutex::default(),
        })
    }

    fn fetches(&self) -> usize {
        self.fetches.lock().unwrap().len()
    }

    /// The shortest time between the starts of two fetches.
    fn shortest_pause(&self) -> Duration {
        self.fetches
            .lock()
            .unwrap()
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .min()
            .unwrap()
    }

    /// The most fetches in any time of this length.
    fn most_within(&self, length: Duration) -> usize {
        let fetches = self.fetches.lock().unwrap();
        let within = |start: &Instant| {
            fetches
                .iter()
                .filter(|at| (*start..*start + length).contains(*at))
                .count()
        };
        fetches.iter().map(within).max().unwrap_or(0)
    }
}

impl TokenSource for Source {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let number = {
                let mut fetches = self.fetches.lock().unwrap();
                fetches.push(SystemClock.now());
                fetches.len()
            };
            tokio::time::sleep(self.latency).await;
            (self.answer)(number)
        })
    }
}

fn cache(source: &Arc<Source>) -> TokenCache {
    TokenCache::new(
        Arc::clone(source) as Arc<dyn TokenSource>,
        Arc::new(SystemClock),
        Observers::default(),
    )
}

/// The token of the `number`th fetch, good for an hour.
fn token(number: usize) -> Token {
    Token::new(format!("token-{number}")).expires_in(seconds(3600))
}

fn unavailable() -> Error {
    Error::token_unavailable("down")
}

fn rejected() -> Error {
    Error::credentials_rejected("invalid_client", "no such client")
}

fn text(bearer: &Bearer) -> &str {
    bearer.header().to_str().unwrap()
}

impl TokenCache {
    /// The token that a call gets, as text.
    async fn sent(&self) -> Result<String> {
        self.bearer(|| PATIENCE)
            .await
            .map(|bearer| text(&bearer).to_owned())
    }
}
