//! Tokens, and the pace that the service asks for, in Redis.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ExistenceCheck, RedisResult, Script, SetExpiry, SetOptions,
};
use tokio::sync::Mutex as AsyncMutex;

use super::redis_tls::open;
use super::{
    PaceFuture, SharedPace, StoreFuture, StoredToken, TokenKey, TokenLock, TokenStore, record,
};
use crate::error::{Error, Result};

/// The time for one command: Redis is near, or of no use.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it failed.
const RECOVERY: Duration = Duration::from_secs(5);
/// The lock's life, should its holder die: longer than a token request of ours.
const LEASE: Duration = Duration::from_secs(10);
/// Sessions that nobody prolongs for so long are forgotten.
const SESSION: Duration = Duration::from_secs(90 * 24 * 3600);
/// How old the knowledge of the pace may be.
const PACE_LOOK: Duration = Duration::from_millis(100);
/// The longest pause that one of a fleet can put on all: after that, one call finds out anew.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// Keeps tokens in Redis, so that all processes of a fleet share them, and shares the service's pace: a `Retry-After`
/// that one was told, all keep to, for a minute at most.
///
/// Tokens stand there as they are. Whoever can read this Redis can use the API in your name until they expire, and for
/// a person's session as long as that lasts: give it a password, TLS (`rediss://`) where the network is not yours
/// alone, and an ACL that lets nobody else read keys with the [prefix](Self::prefix).
///
/// A client whose Redis is away gets tokens of its own, and says so once.
///
/// ```
/// # fn main() -> timeback_qti::Result<()> {
/// use timeback_qti::{Client, RedisTokenStore};
///
/// let client = Client::builder()
///     .credentials("client-id", "client-secret")
///     .token_store(RedisTokenStore::new("redis://127.0.0.1:6379/")?)
///     .build()?;
/// # drop(client); Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisTokenStore {
    server: Arc<Server>,
    prefix: String,
    lease: Duration,
}

struct Server {
    client: Client,
    state: AsyncMutex<State>,
    paces: Mutex<HashMap<String, Pace>>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    failed_at: Option<Instant>,
}

/// What was known of an account's pause, and when.
#[derive(Clone, Copy)]
struct Pace {
    looked_at: Instant,
    until: Instant,
}

impl RedisTokenStore {
    /// Keeps tokens in the Redis at this URL (`redis://` or `rediss://`). Nothing is sent yet.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) if that is no such URL.
    pub fn new(url: &str) -> Result<Self> {
        // Not with its source: a URL can hold a password.
        let client = open(url)
            .map_err(|_| Error::config("the address of Redis is no redis:// or rediss:// URL"))?;
        Ok(Self {
            server: Arc::new(Server {
                client,
                state: AsyncMutex::default(),
                paces: Mutex::default(),
            }),
            prefix: "timeback-qti:".to_owned(),
            lease: LEASE,
        })
    }

    /// What the names of its keys begin with (`timeback-qti:`).
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long the others wait for one that renews the token and may have died (10 s).
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    fn name(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{name}", self.prefix)
    }
}

impl Server {
    /// The connection, made anew if it broke; at once an error if Redis failed a moment ago.
    async fn connection(&self) -> Result<MultiplexedConnection> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection {
            return Ok(connection.clone());
        }
        if state.failed_at.is_some_and(|at| at.elapsed() < RECOVERY) {
            return Err(Error::token_unavailable("Redis was away a moment ago"));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        match self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
        {
            Ok(connection) => {
                *state = State {
                    connection: Some(connection.clone()),
                    failed_at: None,
                };
                Ok(connection)
            }
            Err(error) => {
                state.failed_at = Some(Instant::now());
                Err(away(error))
            }
        }
    }

    /// Runs commands; after a failure the next ones get a new connection.
    async fn run<T>(
        &self,
        commands: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>,
    ) -> Result<T> {
        let mut connection = self.connection().await?;
        match commands(&mut connection).await {
            Ok(value) => Ok(value),
            Err(error) => {
                let mut state = self.state.lock().await;
                state.connection = None;
                state.failed_at = Some(Instant::now());
                Err(away(error))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn away(error: redis::RedisError) -> Error {
    Error::token_unavailable("Redis cannot be used").with_source(error)
}

/// Redis's own clock, which all of a fleet go by.
async fn time(connection: &mut MultiplexedConnection) -> RedisResult<SystemTime> {
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(connection).await?;
    Ok(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(micros))
}

/// `time`, told by a clock that shows `from`, as one that shows `to` tells it.
fn moved(time: SystemTime, from: SystemTime, to: SystemTime) -> SystemTime {
    match time.duration_since(from) {
        Ok(later) => to + later,
        Err(earlier) => to - earlier.duration(),
    }
}

impl TokenStore for RedisTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>> {
        Box::pin(async {
            let name = self.name("token", &key.name());
            let found = self.server.run(async |connection| {
                let bytes: Option<Vec<u8>> =
                    redis::cmd("GET").arg(&name).query_async(connection).await?;
                match bytes {
                    Some(bytes) => Ok(Some((bytes, time(connection).await?))),
                    None => Ok(None),
                }
            });
            let Some((bytes, theirs)) = found.await? else {
                return Ok(None);
            };
            let token = record::decode(key, &bytes).map_err(|reason| {
                Error::config(format!("the key {name} in Redis is not used: {reason}"))
            })?;
            let ours = SystemTime::now();
            Ok(Some(token.shifted(|time| moved(time, theirs, ours))))
        })
    }

    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let name = self.name("token", &key.name());
            let ours = SystemTime::now();
            // What can be renewed outlives the access token.
            let keep = match token.refresh_token() {
                Some(_) => SESSION,
                None => token.left(ours).max(Duration::from_secs(1)),
            };
            let options = SetOptions::default().with_expiration(SetExpiry::PX(millis(keep)));
            let saved = self.server.run(async |connection| {
                let theirs = time(connection).await?;
                let bytes = record::encode(key, &token.shifted(|time| moved(time, ours, theirs)));
                let mut set = redis::cmd("SET");
                set.arg(&name).arg(bytes).arg(options);
                set.exec_async(connection).await
            });
            saved.await
        })
    }

    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let name = self.name("token", &key.name());
            let removed = self
                .server
                .run(async |connection| redis::cmd("DEL").arg(&name).exec_async(connection).await);
            removed.await
        })
    }

    fn try_lock<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>> {
        Box::pin(async {
            let mut lease = Lease {
                server: Arc::clone(&self.server),
                name: self.name("lock", &key.name()),
                owner: format!("{:032x}", fastrand::u128(..)),
                may_be_held: true,
            };
            let options = SetOptions::default()
                .conditional_set(ExistenceCheck::NX)
                .with_expiration(SetExpiry::PX(millis(self.lease)));
            let taken: Option<String> = self
                .server
                .run(async |connection| {
                    let mut set = redis::cmd("SET");
                    set.arg(&lease.name).arg(&lease.owner).arg(options);
                    set.query_async(connection).await
                })
                .await?;
            if taken.is_some() {
                return Ok(Some(TokenLock::new(lease)));
            }
            lease.may_be_held = false;
            Ok(None)
        })
    }

    fn pace(&self) -> Option<Arc<dyn SharedPace>> {
        Some(Arc::new(self.clone()))
    }
}

/// The lock, while it is held.
struct Lease {
    server: Arc<Server>,
    name: String,
    owner: String,
    /// False once Redis has said that another holds it.
    may_be_held: bool,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.may_be_held {
            return;
        }
        // Without a runtime the lease ends by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let server = Arc::clone(&self.server);
        let (name, owner) = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.owner),
        );
        runtime.spawn(async move {
            // This process's lease may have ended, and another process hold the lock now.
            let script = Script::new(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end",
            );
            let mut release = script.key(name);
            release.arg(owner);
            let _ = server
                .run(async |connection| release.invoke_async::<()>(connection).await)
                .await;
        });
    }
}

impl SharedPace for RedisTokenStore {
    fn pause<'a>(&'a self, account: &'a str, wait: Duration) -> PaceFuture<'a, ()> {
        Box::pin(async move {
            let wait = wait.min(MAX_PAUSE);
            if wait.is_zero() {
                return;
            }
            let name = self.name("pause", account);
            // Of two pauses the one that ends later is kept.
            let script = Script::new(
                "if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '429', 'PX', ARGV[1]) end",
            );
            let mut pause = script.key(name);
            pause.arg(millis(wait));
            // A pause that cannot be shared is still kept by this process.
            let _ = self
                .server
                .run(async |connection| pause.invoke_async::<()>(connection).await)
                .await;
        })
    }

    fn left<'a>(&'a self, account: &'a str) -> PaceFuture<'a, Duration> {
        Box::pin(async move {
            let now = Instant::now();
            {
                let mut paces = lock(&self.server.paces);
                if let Some(pace) = paces.get(account)
                    && (pace.until > now || now - pace.looked_at < PACE_LOOK)
                {
                    return pace.until.saturating_duration_since(now);
                }
                // One call asks Redis; until it has the answer, the others go without.
                let pace = Pace {
                    looked_at: now,
                    until: now,
                };
                paces.insert(account.to_owned(), pace);
            }
            let name = self.name("pause", account);
            let look = self.server.run(async |connection| {
                redis::cmd("PTTL")
                    .arg(&name)
                    .query_async::<i64>(connection)
                    .await
            });
            let left = match look.await {
                Ok(left) => Duration::from_millis(u64::try_from(left).unwrap_or_default()),
                Err(_) => Duration::ZERO,
            };
            if let Some(pace) = lock(&self.server.paces).get_mut(account) {
                pace.until = Instant::now() + left.min(MAX_PAUSE);
            }
            left.min(MAX_PAUSE)
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX)
        .max(1)
}

/// Leaves out the URL, which can hold a password.
impl std::fmt::Debug for RedisTokenStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisTokenStore").finish_non_exhaustive()
    }
}
