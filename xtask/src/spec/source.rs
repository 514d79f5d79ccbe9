//! `source.toml`: where the snapshot of upstream's document came from.

use std::path::Path;
use std::time::SystemTime;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::fetch::is_url;

/// Where upstream publishes its document.
pub const ORIGIN: &str = "https://qti.alpha-1edtech.ai/openapi.yaml";

const HEADER: &str = "\
# Where upstream.yaml came from. Written by `cargo xtask spec refresh`.
";

/// The record of one refresh.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where the document is published.
    pub origin: String,
    /// The file it was read from, if it was not fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// When these bytes were first seen.
    pub fetched: String,
    /// SHA-256 of the document as it came.
    pub sha256: String,
    /// SHA-256 of `upstream.yaml`, which was made from it.
    pub snapshot_sha256: String,
}

impl Source {
    /// The record for `text`, which came from `from`.
    pub fn new(from: &str, text: &str, snapshot: &str, now: SystemTime) -> Self {
        let name = || {
            Path::new(from)
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        Self {
            origin: if is_url(from) {
                public(from)
            } else {
                ORIGIN.to_owned()
            },
            // The file's name alone, because the rest of the path describes one person's machine.
            file: if is_url(from) { None } else { name() },
            fetched: humantime::format_rfc3339_seconds(now).to_string(),
            sha256: sha256(text),
            snapshot_sha256: sha256(snapshot),
        }
    }

    /// Keeps the `older` record if it is of the same bytes, so that refreshing twice changes nothing.
    #[must_use]
    pub fn or_older(self, older: Option<Self>) -> Self {
        match older {
            Some(older)
                if older.sha256 == self.sha256 && older.snapshot_sha256 == self.snapshot_sha256 =>
            {
                older
            }
            _ => self,
        }
    }

    /// Reads the text of `source.toml`.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| Error::new("source.toml", e.message()))
    }

    /// The text of `source.toml`.
    pub fn to_toml(&self) -> Result<String> {
        let body = toml::to_string(self).map_err(|e| Error::new("source.toml", e))?;
        Ok(format!("{HEADER}{body}"))
    }
}

/// A URL without what may be a secret: user, password and query.
fn public(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return ORIGIN.to_owned();
    };
    // These fail only for a URL without a host, which has none of them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// The SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(from: &str, text: &str, seconds: u64) -> Source {
        let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        Source::new(from, text, "snapshot", now)
    }

    #[test]
    fn a_file_is_recorded_by_its_name_alone() {
        let source = record("/home/someone/api.yaml", "text", 0);
        assert_eq!(source.file.as_deref(), Some("api.yaml"));
        assert_eq!(source.origin, ORIGIN);
        assert!(!source.to_toml().unwrap().contains("someone"));
    }

    #[test]
    fn a_url_is_recorded_as_the_origin() {
        let source = record("https://example.org/api.yaml", "text", 0);
        assert_eq!(
            (source.origin.as_str(), source.file),
            ("https://example.org/api.yaml", None)
        );
    }

    #[test]
    fn a_secret_of_a_url_is_not_recorded() {
        let source = record("https://me:pass@example.org/api.yaml?token=x#y", "text", 0);
        assert_eq!(source.origin, "https://example.org/api.yaml");
    }

    #[test]
    fn the_same_bytes_keep_their_record() {
        let first = record("api.yaml", "text", 0);
        assert_eq!(
            record("api.yaml", "text", 60).or_older(Some(first.clone())),
            first
        );
        let later = record("api.yaml", "other", 60).or_older(Some(first));
        assert_eq!(later.fetched, "1970-01-01T00:01:00Z");
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let source = record("api.yaml", "text", 0);
        assert_eq!(Source::parse(&source.to_toml().unwrap()).unwrap(), source);
    }
}
