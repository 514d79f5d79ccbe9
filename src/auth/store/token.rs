//! A token as it is stored.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::auth::{Token, cache};

/// A token with the times that it says, by the clock on the wall, and with what the next one is to be had for. `Debug`
/// shows neither.
#[derive(Debug, Clone)]
pub struct StoredToken {
    access: SecretString,
    issued_at: SystemTime,
    expires_at: SystemTime,
    refresh: Option<SecretString>,
    scopes: Vec<String>,
}

impl StoredToken {
    /// The token, whose life counts from `issued_at`.
    pub fn new(token: &Token, issued_at: SystemTime) -> Self {
        Self {
            access: token.secret.clone(),
            issued_at,
            expires_at: issued_at + cache::lifetime(token),
            refresh: token.refresh.clone(),
            scopes: token.scopes.clone(),
        }
    }

    /// The access token: a secret.
    pub fn access_token(&self) -> &str {
        self.access.expose_secret()
    }

    /// What the next token is to be had for, where the issuer gave something: a secret, too.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh.as_ref().map(|refresh| refresh.expose_secret())
    }

    /// When it was asked for.
    pub fn issued_at(&self) -> SystemTime {
        self.issued_at
    }

    /// When it ends.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// The scopes that the issuer says it has; none, if it does not say.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The token that came after this one: what the issuer did not say anew stays.
    pub(super) fn followed_by(&self, token: &Token, issued_at: SystemTime) -> Self {
        let mut next = Self::new(token, issued_at);
        if next.refresh.is_none() {
            next.refresh.clone_from(&self.refresh);
        }
        if next.scopes.is_empty() {
            next.scopes.clone_from(&self.scopes);
        }
        next
    }

    /// The time that is left. Never more than the whole life, should the clock have been set back.
    pub(crate) fn left(&self, now: SystemTime) -> Duration {
        let left = self.expires_at.duration_since(now).unwrap_or_default();
        left.min(self.lifetime())
    }

    fn lifetime(&self) -> Duration {
        self.expires_at
            .duration_since(self.issued_at)
            .unwrap_or_default()
    }

    /// Whether it is good enough that nobody need ask for the next one yet.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        self.left(now) > cache::refresh_ahead(self.lifetime())
    }

    /// The token as a source gives it now.
    pub(super) fn give(&self, now: SystemTime) -> Token {
        Token::new(self.access_token()).expires_in(self.left(now))
    }

    /// The same token with its times moved, by the clock of whoever keeps it.
    #[cfg(feature = "redis")]
    pub(super) fn shifted(&self, shift: impl Fn(SystemTime) -> SystemTime) -> Self {
        Self {
            issued_at: shift(self.issued_at),
            expires_at: shift(self.expires_at),
            ..self.clone()
        }
    }
}
