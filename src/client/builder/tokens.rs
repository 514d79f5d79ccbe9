//! Where a client's tokens come from, as the builder was told.

use std::sync::Arc;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::ClientBuilder;
use super::credentials::check_text;
#[cfg(feature = "sign-in")]
use super::urls;
#[cfg(feature = "sign-in")]
use crate::auth::{Addresses, AuthorizationCode, MemoryTokenStore, SignIn};
use crate::auth::{
    ClientCredentials, Holder, StaticToken, StoredSource, TokenCache, TokenSource, TokenStore,
    is_token,
};
use crate::error::{Error, Result};
use crate::loopback::is_loopback;
use crate::observe::Observers;

/// Tokens that do not come from credentials.
#[derive(Clone)]
pub(super) enum Tokens {
    Static(SecretString),
    From(Arc<dyn TokenSource>),
    #[cfg(feature = "sign-in")]
    SignIn(SignIn),
}

impl ClientBuilder {
    /// Who the client is to the service; `http` is what speaks to `base_url`.
    pub(super) fn identity(
        &self,
        base_url: &Url,
        http: &reqwest::Client,
        observers: &Observers,
    ) -> Result<Holder> {
        #[cfg(feature = "sign-in")]
        let mut signed_in = None;
        let mut store = self.store.clone();
        let source: Arc<dyn TokenSource> = match &self.tokens {
            Some(Tokens::From(source)) => Arc::clone(source),
            Some(Tokens::Static(token)) if is_token(token.expose_secret()) => {
                // A static token is never renewed, so a store would have nothing to share.
                store = None;
                Arc::new(StaticToken::new(token.expose_secret()))
            }
            Some(Tokens::Static(_)) => {
                return Err(Error::config(
                    "the static token is empty or holds white space, control or non-ASCII characters",
                ));
            }
            #[cfg(feature = "sign-in")]
            Some(Tokens::SignIn(settings)) => {
                let grant = Arc::new(self.grant(settings, base_url, http)?);
                signed_in = Some(Arc::clone(&grant));
                store.get_or_insert_with(|| Arc::new(MemoryTokenStore::default()));
                grant
            }
            None => Arc::new(self.client_credentials(base_url, http)?),
        };
        let shared = match store {
            Some(store) => Some(self.shared(&source, store)?),
            None => None,
        };
        let source = match &shared {
            Some(shared) => Arc::clone(shared) as Arc<dyn TokenSource>,
            None => source,
        };
        Ok(Holder {
            tokens: TokenCache::new(source, Arc::clone(&self.clock), observers.clone()),
            shared,
            #[cfg(feature = "sign-in")]
            grant: signed_in,
        })
    }

    /// The source with the store before it.
    fn shared(
        &self,
        source: &Arc<dyn TokenSource>,
        store: Arc<dyn TokenStore>,
    ) -> Result<Arc<StoredSource>> {
        let key = source.key().ok_or_else(|| {
            Error::config("a token store needs a token source that says whose tokens it gives: TokenSource::key")
        })?;
        let (source, clock) = (Arc::clone(source), Arc::clone(&self.clock));
        Ok(Arc::new(StoredSource::new(store, source, key, clock)))
    }

    fn client_credentials(
        &self,
        base_url: &Url,
        http: &reqwest::Client,
    ) -> Result<ClientCredentials> {
        let credentials = self.credentials.as_ref().ok_or_else(|| {
            Error::config("no credentials: give the builder client credentials, a static token or a token source")
        })?;
        let (id_name, secret_name) = credentials.names;
        check_text(id_name, &credentials.id)?;
        check_text(secret_name, credentials.secret.expose_secret())?;
        let token_url = self.token_endpoint()?;
        let http = self.http_for(&token_url, base_url, http)?;
        let (id, secret) = (&credentials.id, credentials.secret.clone());
        Ok(ClientCredentials::new(http, token_url, id, secret)
            .scopes(&self.scopes)
            .placement(self.placement))
    }

    #[cfg(feature = "sign-in")]
    fn grant(
        &self,
        settings: &SignIn,
        base_url: &Url,
        http: &reqwest::Client,
    ) -> Result<AuthorizationCode> {
        check_text("the client id", &settings.client_id)?;
        if let Some(secret) = &settings.client_secret {
            check_text("the client secret", secret.expose_secret())?;
        }
        let token = self.token_endpoint()?;
        let url = |name, url: &str| urls::parse(name, url, self.allow_insecure_http);
        let authorize = match &settings.authorize_url {
            Some(set) => url("the authorize URL", set)?,
            None if self.token_url.is_some() => beside(&token, "authorize").ok_or_else(|| {
                Error::config("the authorize URL does not follow from the token URL: set SignIn::authorize_url")
            })?,
            None => url("the authorize URL", self.environment.authorize_url())?,
        };
        let revocation = match &settings.revocation_url {
            Some(set) => Some(url("the revocation URL", set)?),
            None => beside(&token, "revoke"),
        };
        let http = self.http_for(&token, base_url, http)?;
        let addresses = Addresses {
            authorize,
            token,
            revocation,
        };
        Ok(AuthorizationCode::new(
            http,
            addresses,
            settings,
            &self.scopes,
        ))
    }

    /// Leaves the addresses of a sign-in to those of the environment or of the token URL.
    pub(super) fn forget_sign_in_addresses(&mut self) {
        #[cfg(feature = "sign-in")]
        if let Some(Tokens::SignIn(settings)) = &mut self.tokens {
            (settings.authorize_url, settings.revocation_url) = (None, None);
        }
    }

    /// Puts another client in the place of the one that a person signs in to; `false` if nobody signs in.
    pub(super) fn sign_in_to(&mut self, id: Option<&str>, secret: Option<&str>) -> bool {
        #[cfg(feature = "sign-in")]
        if let Some(Tokens::SignIn(settings)) = &mut self.tokens {
            if let Some(id) = id {
                id.clone_into(&mut settings.client_id);
            }
            if let Some(secret) = secret {
                settings.client_secret = Some(secret.into());
            }
            return true;
        }
        let _ = (id, secret);
        false
    }

    /// What speaks to `url`: the client for `base_url`, unless only one of the two is on this machine.
    fn http_for(
        &self,
        url: &Url,
        base_url: &Url,
        http: &reqwest::Client,
    ) -> Result<reqwest::Client> {
        match is_loopback(url) == is_loopback(base_url) {
            true => Ok(http.clone()),
            false => self.connector.connect(url),
        }
    }
}

/// The endpoint of this name where the token endpoint is, if that is called `token`.
#[cfg(feature = "sign-in")]
fn beside(token: &Url, name: &str) -> Option<Url> {
    let folder = token.path().strip_suffix("/token")?;
    let mut url = token.clone();
    url.set_path(&format!("{folder}/{name}"));
    Some(url)
}

impl ClientBuilder {
    /// Keeps tokens where other processes find them, too, or the next run of this one. See
    /// [the guide](crate::docs::authentication).
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Tokens of a person who signs in, by [`Identity::sign_in`](crate::Identity::sign_in). Until somebody has, calls
    /// fail with an error that [`is_sign_in_required`](crate::Error::is_sign_in_required). Without a [token
    /// store](Self::token_store) the session ends with the client.
    #[cfg(feature = "sign-in")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sign-in")))]
    pub fn sign_in(mut self, settings: SignIn) -> Self {
        self.tokens = Some(Tokens::SignIn(settings));
        self
    }
}
