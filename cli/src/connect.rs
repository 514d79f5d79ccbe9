//! Which service a command speaks to: `--profile`, else `TIMEBACK_PROFILE`, else what `qti.toml` says; environment variables
//! go before any of them.

use std::fmt;

use timeback_qti::{Client, ClientBuilder, Environment, FileTokenStore, Profiles};
use timeback_qti_bank::Settings;

use crate::failure::Failure;

const PROFILE: &str = "TIMEBACK_PROFILE";

/// A service, and how it was chosen.
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
        let from_env = || std::env::var(PROFILE).ok().filter(|name| !name.is_empty());
        let asked_for = profile.map(str::to_owned).or_else(from_env);
        let (profile, builder) = match (asked_for, &settings.profile) {
            (Some(name), _) => (Some(name.clone()), named(&name)?),
            (None, Some(name)) => (Some(name.clone()), addressed(named(name)?, settings)?),
            (None, None) => (None, stored(addressed(Client::builder(), settings)?)),
        };
        let agent = concat!("qti/", env!("CARGO_PKG_VERSION"));
        let builder = builder.over_env()?.user_agent(agent);
        let client = builder.record_identifiers(identifiers).build()?;
        Ok(Self { client, profile })
    }

    /// Whether learners use it.
    pub(crate) fn is_production(&self) -> bool {
        host(self.client.base_url()) == host(Environment::Production.base_url())
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

fn named(profile: &str) -> Result<ClientBuilder, Failure> {
    Ok(Profiles::load()?.builder(profile)?)
}

fn addressed(mut builder: ClientBuilder, settings: &Settings) -> Result<ClientBuilder, Failure> {
    if let Some(environment) = &settings.environment {
        builder = builder.environment(environment.parse()?);
    }
    if let Some(url) = &settings.base_url {
        builder = builder.base_url(url);
    }
    if let Some(url) = &settings.token_url {
        builder = builder.token_url(url);
    }
    Ok(builder)
}

/// The host of a URL, with its port if it has one.
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
        assert_eq!(
            target(Environment::Staging, None),
            "qti-staging.alpha-1edtech.ai"
        );
    }
}
