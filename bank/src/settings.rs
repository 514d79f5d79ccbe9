//! `qti.toml`: which service a bank belongs to, and what of it is pulled. Never a secret.

use std::path::Path;

use serde::{Deserialize, Serialize};
use timeback_qti::{Client, ClientBuilder};

use crate::entity::Identifier;
use crate::error::{Error, Result};

/// The settings of a bank, as `qti.toml` has them.
///
/// ```toml
/// environment = "staging"
///
/// [pull]
/// tests = ["geography-001"]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Settings {
    /// The profile of the user's own settings that says where the service is and who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The service: `production` or `staging`; if absent, what the program that makes the client has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The API's base URL, for a service that no environment names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The token endpoint, for a service that no environment names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// What is pulled, unless told otherwise.
    pub pull: Selection,
}

/// Which entities are pulled: everything, where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Selection {
    /// These tests, their items, and the items' stimuli.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Identifier>,
    /// The items and tests that match this filter of the API, and what they refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What the service's text search finds, and what that refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

impl Selection {
    /// Whether everything is pulled.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

impl Settings {
    /// The builder with the environment and the URLs of these settings in the place of its own. The profile is left to the
    /// caller.
    ///
    /// # Errors
    /// [`Config`](timeback_qti::ErrorKind::Config) if there is no environment of this name.
    pub fn over(&self, mut builder: ClientBuilder) -> timeback_qti::Result<ClientBuilder> {
        if let Some(environment) = &self.environment {
            builder = builder.environment(environment.parse()?);
        }
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        if let Some(url) = &self.token_url {
            builder = builder.token_url(url);
        }
        Ok(builder)
    }

    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self> {
        let settings: Self = toml::from_str(text).map_err(|problem| {
            let before = problem.span().and_then(|span| text.get(..span.start));
            let line = before.unwrap_or_default().matches('\n').count() + 1;
            let what = without_value(problem.message());
            wrong(path, format!("line {line}: {what}"))
        })?;
        settings.check(path)?;
        Ok(settings)
    }

    /// The text of the file; nothing if a client would not take the settings, such as a URL with a password.
    pub(crate) fn render(&self, path: &Path) -> Result<String> {
        self.check(path)?;
        toml::to_string(self).map_err(|problem| wrong(path, problem.to_string()))
    }

    fn check(&self, path: &Path) -> Result<()> {
        // Whether plain http is allowed is for the program to say that makes the client.
        let builder = Client::builder().allow_insecure_http();
        let urls = self.over(builder).and_then(|builder| builder.urls());
        urls.map(drop)
            .map_err(|problem| wrong(path, problem.to_string()))
    }
}

fn wrong(path: &Path, problem: String) -> Error {
    let path = path.to_owned();
    Error::Settings { path, problem }
}

/// The parser's message without the value that it quotes, which could be a secret.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((said, expected)) if said.starts_with("invalid ") => {
            let is_table = expected.starts_with("struct ");
            format!(
                "this is not {}",
                if is_table { "a table" } else { expected }
            )
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        Settings::parse(Path::new("qti.toml"), text)
    }

    #[test]
    fn what_is_wrong_with_settings_is_told_with_its_line_and_without_what_could_be_a_secret() {
        for (text, told) in [
            ("base-url = \"https://me:hunter2@host/api\"", "a password"),
            ("token-url = \"https://hunter2@host/token\"", "a user name"),
            ("base-url = \"https://host/api?key=hunter2\"", "a query"),
            ("base-url = \"ftp://host/hunter2\"", "https is needed"),
            (
                "\nclient-secret = \"hunter2\"",
                "line 2: unknown field `client-secret`",
            ),
            ("\n\nbase-url = \"hunter2\" x", "line 3: "),
            (
                "[pull]\ntests = \"hunter2\"",
                "line 2: this is not a sequence",
            ),
            (
                "pull = \"hunter2, expected \"",
                "line 1: this is not a table",
            ),
            ("environment = \"hunter2\"", "staging"),
        ] {
            let error = read(text).unwrap_err().in_full();
            assert!(error.starts_with("qti.toml: "), "{error}");
            assert!(error.contains(told), "{text}: {error}");
            assert_eq!(error.contains("hunter2"), told == "staging", "{error}");
        }
        let good = "base-url = \"http://host/api\"\n[pull]\ntests = [\"t\"]";
        assert_eq!(read(good).unwrap().pull.tests.len(), 1);
    }

    #[test]
    fn a_url_with_a_password_is_written_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            base_url: Some("https://me:hunter2@host/api".to_owned()),
            ..Settings::default()
        };
        let error = crate::Bank::init(folder.path(), settings).unwrap_err();
        assert!(!error.in_full().contains("hunter2"), "{error:?}");
        assert!(!folder.path().join("qti.toml").exists());
    }
}
