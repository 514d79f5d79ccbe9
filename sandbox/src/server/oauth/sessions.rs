//! Requests to sign in, the codes that answer them, and the sessions that codes begin.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::server::account::Scope;

/// How long a code can be exchanged.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// A valid request to sign in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(super) account: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) state: Option<String>,
    pub(super) challenge: String,
}

struct Code {
    asked: Asked,
    expires: Instant,
    /// The session that the code began. A second exchange of the code ends that session.
    session: Option<u64>,
}

struct Session {
    account: String,
    scopes: Vec<Scope>,
    /// The one refresh token that is valid.
    refresh: String,
}

/// What the exchange of a code or of a refresh token gives.
pub(crate) struct Exchanged {
    pub(super) session: u64,
    pub(super) scopes: Vec<Scope>,
    pub(super) refresh: String,
}

/// Codes, sessions and their refresh tokens.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    last: u64,
    asked: HashMap<String, Asked>,
    codes: HashMap<String, Code>,
    sessions: HashMap<u64, Session>,
    /// The session of every refresh token, used ones included, so that a second use is noticed.
    refresh_tokens: HashMap<String, u64>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request; returns a ticket, which stands for the request in the page's form.
    pub(super) fn ask(&self, asked: Asked) -> String {
        let ticket = random();
        self.lock().asked.insert(ticket.clone(), asked);
        ticket
    }

    /// Takes the request of a ticket, so that the ticket works once, and makes a code for it if the person said yes.
    pub(super) fn decide(&self, ticket: &str, yes: bool) -> Option<(Asked, Option<String>)> {
        let mut inner = self.lock();
        let asked = inner.asked.remove(ticket)?;
        let code = yes.then(|| {
            let code = Code {
                asked: asked.clone(),
                expires: Instant::now() + CODE_LIFETIME,
                session: None,
            };
            let name = random();
            inner.codes.insert(name.clone(), code);
            name
        });
        Some((asked, code))
    }

    /// Begins the session of a code. If the code was exchanged before, the error is the session that must end.
    pub(super) fn begin(
        &self,
        account: &str,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Result<Exchanged, Option<u64>> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let code = inner.codes.get_mut(code).ok_or(None)?;
        if code.session.is_some() {
            return Err(code.session);
        }
        let asked = &code.asked;
        if asked.account != account
            || asked.redirect_uri != redirect_uri
            || asked.challenge != URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
            || code.expires <= Instant::now()
        {
            return Err(None);
        }
        inner.last += 1;
        let session = inner.last;
        code.session = Some(session);
        let refresh = random();
        let opened = Session {
            account: account.to_owned(),
            scopes: asked.scopes.clone(),
            refresh: refresh.clone(),
        };
        let scopes = asked.scopes.clone();
        inner.sessions.insert(session, opened);
        inner.refresh_tokens.insert(refresh.clone(), session);
        Ok(Exchanged {
            session,
            scopes,
            refresh,
        })
    }

    /// Exchanges a refresh token for the next one. If the token was used before, the error is the session that must
    /// end.
    pub(super) fn rotate(
        &self,
        account: &str,
        refresh_token: &str,
    ) -> Result<Exchanged, Option<u64>> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let number = *inner.refresh_tokens.get(refresh_token).ok_or(None)?;
        let session = inner.sessions.get_mut(&number).ok_or(None)?;
        if session.account != account {
            return Err(None);
        }
        if session.refresh != refresh_token {
            return Err(Some(number));
        }
        session.refresh = random();
        inner.refresh_tokens.insert(session.refresh.clone(), number);
        Ok(Exchanged {
            session: number,
            scopes: session.scopes.clone(),
            refresh: session.refresh.clone(),
        })
    }

    /// The session that a refresh token of this account belongs to.
    pub(super) fn of_refresh_token(&self, account: &str, token: &str) -> Option<u64> {
        let inner = self.lock();
        let number = *inner.refresh_tokens.get(token)?;
        let session = inner.sessions.get(&number)?;
        (session.account == account).then_some(number)
    }

    pub(crate) fn end(&self, session: u64) {
        self.lock().sessions.remove(&session);
    }

    pub(crate) fn end_all(&self) {
        self.lock().sessions.clear();
    }
}

/// A random name; no two are the same.
fn random() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(48)
        .collect()
}
