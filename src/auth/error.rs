//! The ways in which a token cannot be had.

use crate::error::{Error, ErrorKind};

/// Stands as [`Error::code`] where a person has to sign in.
const SIGN_IN_REQUIRED: &str = "sign_in_required";

impl Error {
    /// For a [`TokenSource`](crate::TokenSource): there is no token now, but there may be one soon. Of kind
    /// [`Auth`](ErrorKind::Auth) and [retryable](Self::is_retryable).
    pub fn token_unavailable(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Auth, message)
    }

    /// For a [`TokenSource`](crate::TokenSource): there will be no token for these credentials. Of kind
    /// [`Auth`](ErrorKind::Auth) and not [retryable](Self::is_retryable). `code` is the identity provider's, such as
    /// `invalid_client`.
    pub fn credentials_rejected(code: impl Into<String>, message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Auth, message).with_code(code)
    }

    /// For a [`TokenSource`](crate::TokenSource): there will be no token until a person signs in, for the first time or
    /// again. Of kind [`Auth`](ErrorKind::Auth), not [retryable](Self::is_retryable), and
    /// [`is_sign_in_required`](Self::is_sign_in_required).
    pub fn sign_in_required(message: impl AsRef<str>) -> Self {
        Self::credentials_rejected(SIGN_IN_REQUIRED, message)
    }

    /// Whether a person has to sign in before calls can succeed: nobody has yet, or the issuer has ended the session.
    pub fn is_sign_in_required(&self) -> bool {
        self.kind() == ErrorKind::Auth && self.code() == Some(SIGN_IN_REQUIRED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constructor_says_whether_another_try_makes_sense() {
        let unavailable = Error::token_unavailable("no route to the identity provider");
        assert_eq!(
            (unavailable.kind(), unavailable.is_retryable()),
            (ErrorKind::Auth, true)
        );
        let rejected = Error::credentials_rejected("invalid_client", "no such client");
        assert_eq!(
            (rejected.kind(), rejected.is_retryable()),
            (ErrorKind::Auth, false)
        );
        assert_eq!(rejected.code(), Some("invalid_client"));
        let required = Error::sign_in_required("the session has ended");
        assert!(required.is_sign_in_required() && !required.is_retryable());
        assert!(!rejected.is_sign_in_required());
    }
}
