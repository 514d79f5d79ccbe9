//! Which service a command speaks to: the profile that `--profile` names, and nothing else; without it, what the environment
//! variables say goes before the profile that `TIMEBACK_PROFILE` names, and this before what `qti.toml` says.

use std::env::VarError;
use std::fmt;

use timeback_qti::{Client, ClientBuilder, Environment, FileTokenStore, Profiles};
use timeback_qti_bank::Settings;

use crate::exit::Exit;
use crate::failure::Failure;

const PROFILE: &str = "TIMEBACK_PROFILE";
const NO_ACCOUNT: &str = "set TIMEBACK_CLIENT_ID and TIMEBACK_CLIENT_SECRET, or choose a profile with --profile; \
                          `qti sandbox` needs no account";
const NO_PROFILE: &str = "profiles stand in the file that TIMEBACK_CONFIG names, else in timeback-qti/config.toml in your \
                          folder for settings";

/// What says which service is meant.
enum Chosen<'c> {
    /// `--profile`: what is typed goes before what was set once.
    Flag(&'c str),
    /// `TIMEBACK_PROFILE`.
    Variable(String),
    /// `qti.toml`, which may name a profile, too.
    Settings(&'c Settings),
}

impl<'c> Chosen<'c> {
    fn by(flag: Option<&'c str>, settings: &'c Settings) -> Result<Self, Failure> {
        if let Some(name) = flag {
            return Ok(Self::Flag(name));
        }
        match std::env::var(PROFILE) {
            Ok(name) if !name.is_empty() => Ok(Self::Variable(name)),
            Ok(_) | Err(VarError::NotPresent) => Ok(Self::Settings(settings)),
            // Passed over, it could let a write go to another service.
            Err(VarError::NotUnicode(_)) => {
                let message = format!("{PROFILE} is not valid Unicode");
                Err(Failure::new(Exit::Usage, message))
            }
        }
    }

    fn profile(&self) -> Option<&str> {
        match self {
            Self::Flag(name) => Some(name),
            Self::Variable(name) => Some(name),
            Self::Settings(settings) => settings.profile.as_deref(),
        }
    }

    /// The builder that `named` makes of the profile, if there is one, and then all that goes before it.
    fn builder(
        &self,
        named: fn(&Profiles, &str) -> timeback_qti::Result<ClientBuilder>,
        over_env: fn(ClientBuilder) -> timeback_qti::Result<ClientBuilder>,
    ) -> Result<ClientBuilder, Failure> {
        let builder = match self.profile() {
            Some(name) => Profiles::load()
                .and_then(|profiles| named(&profiles, name))
                .map_err(|error| Failure::from(error).hint(NO_PROFILE))?,
            None => Client::builder(),
        };
        let builder = match self {
            Self::Flag(_) => return Ok(builder),
            Self::Variable(_) => builder,
            Self::Settings(settings) => settings.over(builder)?,
        };
        // With the URLs right, what may still be wrong is who asks.
        builder.clone().urls_over_env()?.urls()?;
        over_env(builder).map_err(|error| Failure::from(error).hint(NO_ACCOUNT))
    }
}

/// The base URL of the service. No secret is needed, and none is read.
pub(crate) fn base_url(profile: Option<&str>, settings: &Settings) -> Result<String, Failure> {
    let chosen = Chosen::by(profile, settings)?;
    let builder = chosen.builder(Profiles::without_credentials, ClientBuilder::urls_over_env)?;
    Ok(builder.urls()?.base_url)
}

/// A service, and the profile that named it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    profile: Option<String>,
}

impl Target {
    /// `identifiers`: whether logs tell which entity a request is about.
    pub(crate) fn choose(
        profile: Option<&str>,
        settings: &Settings,
        identifiers: bool,
    ) -> Result<Self, Failure> {
        let chosen = Chosen::by(profile, settings)?;
        let mut builder = chosen.builder(Profiles::builder, ClientBuilder::over_env)?;
        if chosen.profile().is_none() {
            builder = stored(builder);
        }
        let agent = concat!("qti/", env!("CARGO_PKG_VERSION"));
        let builder = builder.user_agent(agent);
        let client = builder.record_identifiers(identifiers).build()?;
        let profile = chosen.profile().map(str::to_owned);
        Ok(Self { client, profile })
    }

    /// Whether learners use it.
    pub(crate) fn is_production(&self) -> bool {
        let host = host(self.client.base_url());
        // A host's full name may end with a dot.
        let host = host.trim_end_matches('.');
        host == self::host(Environment::Production.base_url()) || host == SECOND_PLATFORM
    }
}

/// Without a profile, tokens are stored all the same, so that a loop over `qti` buys one.
fn stored(builder: ClientBuilder) -> ClientBuilder {
    match FileTokenStore::new() {
        Ok(store) => builder.token_store(store),
        // Without a home there is no place for them.
        Err(_) => builder,
    }
}

/// Another installation that learners use.
const SECOND_PLATFORM: &str = "platform.timeback.com";

/// A URL's host, with its port if it has one.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split('/').next().unwrap_or(after)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(host(self.client.base_url()))?;
        match (&self.profile, self.is_production()) {
            (Some(profile), true) => write!(f, " (production, profile {profile})"),
            (Some(profile), false) => write!(f, " (profile {profile})"),
            (None, true) => f.write_str(" (production)"),
            (None, false) => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn production_is_named_and_so_is_the_profile() {
        let target = |environment, profile: Option<&str>| {
            let builder = Client::builder().environment(environment);
            let client = builder.credentials("id", "secret").build().unwrap();
            let profile = profile.map(str::to_owned);
            Target { client, profile }.to_string()
        };
        let production = Environment::Production;
        assert_eq!(
            target(production, Some("live")),
            "qti.alpha-1edtech.ai (production, profile live)"
        );
        assert_eq!(
            target(production, None),
            "qti.alpha-1edtech.ai (production)"
        );
        for url in [
            "https://QTI.alpha-1edtech.ai./api",
            "https://qti.alpha-1edtech.ai:443",
            "https://platform.timeback.com/",
        ] {
            let builder = Client::builder().base_url(url).static_token("token");
            let profile = None;
            let client = builder.build().unwrap();
            assert!(Target { client, profile }.is_production(), "{url}");
        }
        assert_eq!(
            target(Environment::Staging, None),
            "qti-staging.alpha-1edtech.ai"
        );
    }
}
