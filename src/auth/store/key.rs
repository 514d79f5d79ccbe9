//! Whose token it is.

use std::fmt;

/// Whose token it is: the issuer, the client, the scopes that were asked for, and whether a person signed in. Two
/// clients with the same key can use the same token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct TokenKey {
    issuer: String,
    client_id: String,
    scopes: Vec<String>,
    person: bool,
}

impl TokenKey {
    /// The key of tokens that `issuer` (its token endpoint's URL) gives to this client for these scopes, in whatever
    /// order they stand.
    pub fn new<S: Into<String>>(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            scopes,
            person: false,
        }
    }

    /// The key of tokens that the issuer gives for a person who signed in, and not for the client itself.
    #[must_use]
    pub fn of_person(mut self) -> Self {
        self.person = true;
        self
    }

    /// The token endpoint's URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The scopes that were asked for, sorted; none means all that the client may have.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Whether the token is that of a person who signed in.
    pub fn is_person(&self) -> bool {
        self.person
    }

    /// A short name, the same in every process and version, of letters that any file system takes. Two keys may share
    /// one, if by an unlikely chance: what is stored under it says whose it is.
    pub fn name(&self) -> String {
        let readable: String = self
            .client_id
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .take(32)
            .collect();
        format!("{readable}-{:016x}", fnv1a(self.to_string().as_bytes()))
    }
}

/// All of the key on one line.
impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = if self.person {
            "a person"
        } else {
            "the client"
        };
        write!(f, "{who} {} at {}", self.client_id, self.issuer)?;
        if !self.scopes.is_empty() {
            write!(f, " with {}", self.scopes.join(" "))?;
        }
        Ok(())
    }
}

/// FNV-1a: std's hashes may change from release to release.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_scopes_does_not_matter_and_everything_else_does() {
        let key = |issuer: &str, client: &str, scopes: &[&str]| {
            TokenKey::new(issuer, client, scopes.iter().copied())
        };
        let one = key("https://a/token", "c", &["x", "y"]);
        assert_eq!(
            one.name(),
            key("https://a/token", "c", &["y", "x", "y"]).name()
        );
        for other in [
            key("https://b/token", "c", &["x", "y"]),
            key("https://a/token", "d", &["x", "y"]),
            key("https://a/token", "c", &["x"]),
            key("https://a/token", "c", &["x", "y"]).of_person(),
        ] {
            assert_ne!(one.name(), other.name());
        }
    }

    /// A name that changed would orphan what is stored.
    #[test]
    fn names_are_the_same_in_every_version() {
        let key = TokenKey::new("https://id.example/oauth2/token", "My/Client:7", ["b", "a"]);
        assert_eq!(key.name(), "my-client-7-31224e472a90e97c");
    }

    #[test]
    fn a_name_can_be_a_files_name_whatever_the_client_is_called() {
        for client in [
            "",
            "..",
            "../../etc/passwd",
            "a\0b",
            "ü",
            "con",
            &"x".repeat(10_000),
        ] {
            let name = TokenKey::new("i", client, [""]).name();
            assert!(
                name.len() <= 49
                    && name
                        .chars()
                        .all(|letter| letter.is_ascii_alphanumeric() || letter == '-'),
                "{name}"
            );
        }
    }
}
