//! `qti.toml`: which service a bank belongs to, and what of it is pulled. Never a secret.

use std::path::Path;

use serde::{Deserialize, Serialize};

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
    /// The service: `production` or `staging`; what the environment variables say if absent.
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
    /// What this filter of the API lets through of the items and the tests, with what they refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What the service's text search finds, with what that refers to.
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
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|problem| Error::Settings {
            path: path.to_owned(),
            problem: problem.to_string(),
        })
    }

    pub(crate) fn render(&self, path: &Path) -> Result<String> {
        toml::to_string(self).map_err(|problem| Error::Settings {
            path: path.to_owned(),
            problem: problem.to_string(),
        })
    }
}
