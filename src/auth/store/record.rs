//! A stored token as bytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{StoredToken, TokenKey};
use crate::auth::Token;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    key: TokenKey,
    access_token: String,
    /// Milliseconds since 1970.
    issued_at: u64,
    expires_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

pub(super) fn encode(key: &TokenKey, token: &StoredToken) -> Vec<u8> {
    let record = Record {
        version: VERSION,
        key: key.clone(),
        access_token: token.access_token().to_owned(),
        issued_at: millis(token.issued_at()),
        expires_at: millis(token.expires_at()),
        refresh_token: token.refresh_token().map(str::to_owned),
        scopes: token.scopes().to_vec(),
    };
    // Nothing in a record can fail to be written.
    serde_json::to_vec(&record).unwrap_or_default()
}

/// The token, or why these bytes are none of this key. The reason does not quote them.
pub(super) fn decode(key: &TokenKey, bytes: &[u8]) -> Result<StoredToken, &'static str> {
    let record: Record = serde_json::from_slice(bytes)
        .map_err(|_| "it is cut, or not one of this library's token records")?;
    if record.version != VERSION {
        return Err("it was written by another version of this library");
    }
    if record.key != *key {
        return Err("it holds the token of another client");
    }
    let mut token = Token::new(record.access_token).scopes(record.scopes);
    if let Some(refresh_token) = record.refresh_token {
        token = token.refresh_token(refresh_token);
    }
    let (issued_at, expires_at) = (time(record.issued_at), time(record.expires_at));
    let (Some(issued_at), Some(lifetime)) = (
        issued_at,
        expires_at
            .zip(issued_at)
            .and_then(|(end, start)| end.duration_since(start).ok()),
    ) else {
        return Err("its times make no sense");
    };
    Ok(StoredToken::new(&token.expires_in(lifetime), issued_at))
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn time(millis: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TokenKey {
        TokenKey::new("https://id.example/oauth2/token", "client", ["a"])
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let token = Token::new("t")
            .expires_in(Duration::from_secs(90))
            .refresh_token("r")
            .scopes(["a", "b"]);
        let stored = StoredToken::new(&token, UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let read = decode(&key(), &encode(&key(), &stored)).unwrap();
        assert_eq!(
            (read.access_token(), read.refresh_token(), read.scopes()),
            ("t", Some("r"), &["a".to_owned(), "b".to_owned()][..])
        );
        assert_eq!(
            (read.issued_at(), read.expires_at()),
            (stored.issued_at(), stored.expires_at())
        );
    }

    #[test]
    fn every_cut_and_every_foreign_record_is_told_apart_and_not_quoted() {
        let stored = StoredToken::new(&Token::new("hunter2"), SystemTime::now());
        let bytes = encode(&key(), &stored);
        for end in 0..bytes.len() {
            assert!(
                !decode(&key(), &bytes[..end])
                    .unwrap_err()
                    .contains("hunter2")
            );
        }
        assert!(
            decode(&key().of_person(), &bytes)
                .unwrap_err()
                .contains("another client")
        );
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"issued_at\":1", "\"issued_at\":18446744073709551"),
            ("\"expires_at\":1", "\"expires_at\":"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(text, changed);
            assert!(decode(&key(), changed.as_bytes()).is_err(), "{to}");
        }
    }
}
