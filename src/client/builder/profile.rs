//! Named settings in a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use etcetera::BaseStrategy as _;
use serde::Deserialize;

use super::credentials::Credentials;
use super::env::variable::client_secret;
use super::{ClientBuilder, Environment};
use crate::auth::{FileTokenStore, SignIn};
use crate::error::{Error, Result};

/// Names another file than the user's own.
const FILE: &str = "TIMEBACK_CONFIG";

/// The profiles of a file.
///
/// ```toml
/// [profiles.staging]
/// environment = "staging"                 # "production" unless set
/// client_id = "my-program"
/// secret = { command = ["pass", "show", "timeback/staging"] }
/// scopes = ["https://purl.imsglobal.org/spec/qti/v3/scope/readonly"]
///
/// [profiles.me]
/// client_id = "my-desktop-program"
/// sign_in = true                          # a person signs in
/// redirect_uri = "http://localhost:8765/callback"
/// ```
///
/// | key of a profile | |
/// | --- | --- |
/// | `environment` | `production` or `staging` |
/// | `base_url`, `token_url`, `authorize_url`, `revocation_url` | instead of the environment's own |
/// | `client_id` | required |
/// | `secret` | where the client's secret is, one of: `{ variable = "NAME" }`, `{ file = "PATH" }`, `{ command = ["PROGRAM", ...] }` (its output), `{ keyring = "SERVICE" }` (the system's keyring, or the default store of the crate `keyring-core` if the program has set one, by the client id; feature `keyring`), `{ value = "..." }` (only if nobody else can read the file); without it, the environment variables of [`from_env`](ClientBuilder::from_env) are |
/// | `scopes` | the scopes to ask for |
/// | `sign_in`, `redirect_uri` | whether a person signs in, and where the browser comes back to |
/// | `token_store` | `"file"` (unless set: a [`FileTokenStore`]), `"none"`, or `{ redis = URL }` (feature `redis`), whose URL stands there, or where a secret can be: one with a password is not used where others can read the file |
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use timeback_qti::Profiles;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("config.toml");
/// # std::fs::write(&path, "[profiles.staging]\nclient_id = \"c\"\nsecret = { command = [\"echo\", \"s\"] }\ntoken_store = \"none\"\n")?;
/// // Profiles::load() reads the user's own file.
/// let profiles = Profiles::read(path)?;
/// assert_eq!(profiles.names().collect::<Vec<_>>(), ["staging"]);
/// let client = profiles.builder("staging")?.build()?;
/// # drop(client); Ok(())
/// # }
/// ```
///
/// A key that is not known is an error: it could be the one that kept a write from production.
#[derive(Debug, Clone)]
pub struct Profiles {
    path: PathBuf,
    profiles: BTreeMap<String, Profile>,
    private: bool,
}

/// Named settings of a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    environment: Option<String>,
    base_url: Option<String>,
    token_url: Option<String>,
    authorize_url: Option<String>,
    revocation_url: Option<String>,
    client_id: String,
    secret: Option<Secret>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    sign_in: bool,
    redirect_uri: Option<String>,
    #[serde(default)]
    token_store: Store,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Store {
    #[default]
    File,
    None,
    Redis(RedisUrl),
}

/// Where Redis is, and perhaps with which password.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum RedisUrl {
    Plain(String),
    From(Secret),
}

impl std::fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisUrl")
    }
}

/// Where a secret is.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Secret {
    Variable(String),
    File(PathBuf),
    Command(Vec<String>),
    Keyring(String),
    Value(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Reads the user's own file: that which `TIMEBACK_CONFIG` names, or `timeback-qti/config.toml` below
    /// `$XDG_CONFIG_HOME` or `~/.config`; on Windows below the roaming application data.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the file, if it cannot be read or is wrong.
    pub fn load() -> Result<Self> {
        if let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) {
            return Self::read(path);
        }
        let base = etcetera::choose_base_strategy()
            .map_err(|error| Error::config("the home folder cannot be found").with_source(error))?;
        Self::read(base.config_dir().join("timeback-qti").join("config.toml"))
    }

    /// Reads this file.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the file, if it cannot be read or is wrong.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = fs::read_to_string(&path).map_err(|error| {
            Error::config(format!("{} cannot be read", path.display())).with_source(error)
        })?;
        // Neither with its source nor with all of its words, which quote what stands there: it may be a secret.
        let content: Content = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            let said = Some(error.message())
                .filter(|said| {
                    said.starts_with("unknown field") || said.starts_with("missing field")
                })
                .unwrap_or("this is not what a profile can have here");
            Error::config(format!("{}, line {line}: {said}", path.display()))
        })?;
        Ok(Self {
            private: is_private(&path),
            path,
            profiles: content.profiles,
        })
    }

    /// The names of the profiles, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// A builder with the settings of a profile. Its secret is read now.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the profile, if there is none of this name, or its settings or its
    /// secret cannot be had.
    pub fn builder(&self, name: &str) -> Result<ClientBuilder> {
        self.made(name, |profile| self.set_up(profile))
    }

    /// A builder with a profile's environment and URLs alone: its secret is not read. It is for programs that want to know
    /// [where the service is](ClientBuilder::urls), and ask it nothing.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the profile, if there is none of this name, or its environment is none.
    pub fn without_credentials(&self, name: &str) -> Result<ClientBuilder> {
        self.made(name, Self::addressed)
    }

    fn made(
        &self,
        name: &str,
        make: impl FnOnce(&Profile) -> Result<ClientBuilder>,
    ) -> Result<ClientBuilder> {
        let profile = self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.names().collect();
            Error::config(format!(
                "there is no profile {name:?} in {}; there are: {}",
                self.path.display(),
                names.join(", ")
            ))
        })?;
        make(profile).map_err(|error| error.with_context(format!("profile {name:?}")))
    }

    fn addressed(profile: &Profile) -> Result<ClientBuilder> {
        let mut builder = ClientBuilder::default();
        if let Some(environment) = &profile.environment {
            builder.environment = environment.parse::<Environment>()?;
        }
        builder.base_url = profile.base_url.clone().map(|url| ("base_url", url));
        builder.token_url = profile.token_url.clone().map(|url| ("token_url", url));
        Ok(builder)
    }

    fn set_up(&self, profile: &Profile) -> Result<ClientBuilder> {
        let mut builder = Self::addressed(profile)?.scopes(&profile.scopes);
        match &profile.token_store {
            Store::None => {}
            Store::File => builder = builder.token_store(FileTokenStore::new()?),
            Store::Redis(url) => {
                let url = match url {
                    RedisUrl::From(secret) => self.secret(secret, &profile.client_id)?,
                    RedisUrl::Plain(url) if url.contains('@') => {
                        self.secret(&Secret::Value(url.clone()), &profile.client_id)?
                    }
                    RedisUrl::Plain(url) => url.clone(),
                };
                builder = in_redis(builder, &url)?;
            }
        }
        let secret = match &profile.secret {
            Some(secret) => Some(self.secret(secret, &profile.client_id)?),
            None => None,
        };
        if profile.sign_in {
            let mut settings = SignIn::new(&profile.client_id);
            settings.client_secret = secret.map(Into::into);
            settings.authorize_url.clone_from(&profile.authorize_url);
            settings.revocation_url.clone_from(&profile.revocation_url);
            if let Some(uri) = &profile.redirect_uri {
                settings = settings.redirect_uri(uri);
            }
            return Ok(builder.sign_in(settings));
        }
        let (name, secret) = match secret {
            Some(secret) => ("the secret", secret),
            None => client_secret()?.unwrap_or(("the secret", String::new())),
        };
        builder.credentials = Some(Credentials {
            id: profile.client_id.clone(),
            secret: secret.into(),
            names: ("client_id", name),
        });
        Ok(builder)
    }

    fn secret(&self, secret: &Secret, client_id: &str) -> Result<String> {
        let text = match secret {
            Secret::Variable(name) => std::env::var(name).map_err(|_| {
                Error::config(format!("the environment variable {name} is not set"))
            })?,
            Secret::File(path) => {
                let path = self.path.parent().unwrap_or(Path::new("")).join(path);
                fs::read_to_string(&path).map_err(|error| {
                    Error::config(format!("{} cannot be read", path.display())).with_source(error)
                })?
            }
            Secret::Command(words) => run(words)?,
            Secret::Keyring(service) => from_keyring(service, client_id)?,
            Secret::Value(_) if !self.private => {
                return Err(Error::config(format!(
                    "{} holds a secret and can be read or written by others, so the secret is not used; take their rights away with chmod go-rwx, or keep it elsewhere",
                    self.path.display()
                )));
            }
            Secret::Value(value) => value.clone(),
        };
        // Files and programs end with a line break.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }
}

#[cfg(feature = "redis")]
fn in_redis(builder: ClientBuilder, url: &str) -> Result<ClientBuilder> {
    Ok(builder.token_store(crate::auth::RedisTokenStore::new(url)?))
}

#[cfg(not(feature = "redis"))]
fn in_redis(_: ClientBuilder, _: &str) -> Result<ClientBuilder> {
    Err(Error::config(
        "this program was built without the feature redis, which the token store needs",
    ))
}

fn run(words: &[String]) -> Result<String> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| Error::config("the command of the secret is empty"))?;
    // It may ask the person for a passphrase: input and messages are theirs.
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Error::config(format!("{program} cannot be started")).with_source(error)
        })?;
    if !output.status.success() {
        return Err(Error::config(format!(
            "{program}, which is to give the secret, failed: {}",
            output.status
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Error::config(format!("what {program} gave is no text")))
}

#[cfg(feature = "keyring")]
fn from_keyring(service: &str, client_id: &str) -> Result<String> {
    // A program may have chosen a store; the system's is only set up where it has not.
    let entry = match keyring_core::get_default_store() {
        Some(store) => keyring_core::Entry::new_in_store(&store, service, client_id),
        None => keyring::v1::Entry::new(service, client_id).map(|entry| entry.inner),
    };
    entry
        .and_then(|entry| entry.get_password())
        .map_err(|error| {
            let whose = format!("for {service:?} and {client_id:?}");
            match error {
                // These hold the secret itself.
                keyring_core::Error::BadEncoding(_) | keyring_core::Error::BadDataFormat(..) => {
                    Error::config(format!("what the keyring gave {whose} is no text"))
                }
                error => {
                    Error::config(format!("the keyring gave no secret {whose}")).with_source(error)
                }
            }
        })
}

#[cfg(not(feature = "keyring"))]
fn from_keyring(_: &str, _: &str) -> Result<String> {
    Err(Error::config(
        "this program was built without the feature keyring, which the secret needs",
    ))
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 == 0
    })
}

/// The user's own folder is what protects it.
#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

impl ClientBuilder {
    /// A builder with the settings of a profile of the user's own file, see [`Profiles`], and with the environment
    /// variables that [`from_env`](Self::from_env) lists in their place where they are set.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), naming the file and the profile, or the variable, if one is missing or
    /// cannot be right.
    pub fn from_profile(name: &str) -> Result<Self> {
        Profiles::load()?.builder(name)?.over_env()
    }
}
