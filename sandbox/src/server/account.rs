//! Clients that may ask for tokens, and what tokens allow.

use axum::http::Method;

/// What a token allows.
///
/// ```
/// use timeback_qti_sandbox::Scope;
/// assert_eq!(Scope::Readonly.uri(), "https://purl.imsglobal.org/spec/qti/v3/scope/readonly");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Reading, validating and scoring.
    Readonly,
    /// Creating and updating.
    CreatePut,
    /// Deleting.
    Delete,
}

impl Scope {
    /// Every scope of the service.
    pub const ALL: [Scope; 3] = [Scope::Readonly, Scope::CreatePut, Scope::Delete];

    /// The scope as token requests write it.
    pub fn uri(self) -> &'static str {
        match self {
            Scope::Readonly => "https://purl.imsglobal.org/spec/qti/v3/scope/readonly",
            Scope::CreatePut => "https://purl.imsglobal.org/spec/qti/v3/scope/createput",
            Scope::Delete => "https://purl.imsglobal.org/spec/qti/v3/scope/delete",
        }
    }

    /// The scope that an operation needs. Validating and scoring change nothing, so reading is enough.
    pub(super) fn needed(method: &Method, operation: &str) -> Scope {
        match operation {
            "validateXml" | "validateBatch" | "processResponse" => Scope::Readonly,
            _ if method == Method::DELETE => Scope::Delete,
            _ if method == Method::GET || method == Method::HEAD => Scope::Readonly,
            _ => Scope::CreatePut,
        }
    }
}

/// A client that may ask for tokens.
#[derive(Clone)]
pub struct Account {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(super) scopes: Vec<Scope>,
    /// Where a person's browser may be sent after the sign-in.
    pub(super) redirect_uris: Vec<String>,
    /// Whether it has no secret.
    pub(super) public: bool,
}

impl Account {
    /// An account with every scope.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Account {
        Account {
            id: client_id.into(),
            secret: client_secret.into(),
            scopes: Scope::ALL.to_vec(),
            redirect_uris: Vec::new(),
            public: false,
        }
    }

    /// An account without a secret, with every scope: a program on people's machines, which only gets tokens for people
    /// who sign in.
    pub fn public(client_id: impl Into<String>) -> Account {
        Account {
            public: true,
            ..Account::new(client_id, "")
        }
    }

    /// Registers an address where the browser may be sent after a person has signed in. A sign-in must ask for exactly
    /// this address, letter by letter.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Account {
        self.redirect_uris.push(uri.into());
        self
    }

    /// The scopes that a request asks for, if the account may have all of them.
    pub(super) fn among(&self, asked: &str) -> Option<Vec<Scope>> {
        let find = |uri| self.scopes.iter().copied().find(|scope| scope.uri() == uri);
        asked.split_whitespace().map(find).collect()
    }

    /// Limits the account to these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Account {
        self.scopes = scopes.into_iter().collect();
        self
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
