//! What a sign-in needs to know.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

/// Settings of a sign-in: which client of the issuer this program is, and how the browser comes back.
///
/// ```
/// # fn main() -> timeback_qti::Result<()> {
/// use timeback_qti::{Client, SignIn};
///
/// let client = Client::builder()
///     .sign_in(SignIn::new("client-id").redirect_uri("http://localhost:8765/callback"))
///     .scopes(["https://purl.imsglobal.org/spec/qti/v3/scope/readonly"])
///     .build()?;
/// # drop(client); Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SignIn {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) authorize_url: Option<String>,
    pub(crate) revocation_url: Option<String>,
    pub(crate) redirect_uri: String,
    pub(crate) time_limit: Duration,
}

impl SignIn {
    /// A sign-in for the client that the issuer knows by this id.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            authorize_url: None,
            revocation_url: None,
            redirect_uri: "http://127.0.0.1:0/callback".to_owned(),
            // Time to find a password, and little enough that no port stays open for a forgotten page.
            time_limit: Duration::from_secs(300),
        }
    }

    /// The client's secret, if the issuer gave it one; what runs on people's machines has none as a rule.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(SecretString::from(secret.into()));
        self
    }

    /// The page where people sign in, instead of the environment's own.
    pub fn authorize_url(mut self, url: impl Into<String>) -> Self {
        self.authorize_url = Some(url.into());
        self
    }

    /// The address that ends a session (RFC 7009), instead of the one beside the token endpoint: `/oauth2/revoke` for
    /// `/oauth2/token`.
    pub fn revocation_url(mut self, url: impl Into<String>) -> Self {
        self.revocation_url = Some(url.into());
        self
    }

    /// Where the browser goes when the person has said yes; `http://127.0.0.1:0/callback` unless set, where the port 0
    /// stands for any free one. Issuers as a rule want the very address that was registered with them, with its port.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = uri.into();
        self
    }

    /// How long to wait for the person (5 minutes).
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }
}

/// Leaves out the secret.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
