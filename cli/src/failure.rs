//! Errors that end a command: what happened, and what to do about it.

use std::io;

use timeback_qti::ErrorKind;
use timeback_qti_bank::Error as BankError;

use crate::exit::Exit;

/// An error that ends the command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    pub(crate) exit: Exit,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            message,
            hint: None,
            exit,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names what it is about, such as a file.
    pub(crate) fn about(mut self, what: impl std::fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// For `map_err`: the operating system has refused something; `what` is the file or stream concerned.
    pub(crate) fn at(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |problem| Self::new(Exit::Failed, format!("{what}: {problem}"))
    }
}

impl From<BankError> for Failure {
    fn from(error: BankError) -> Self {
        let message = error.in_full();
        if let Some(problem) = error.service_error() {
            return Self::of_service(message, problem);
        }
        match error {
            BankError::NoBank { .. } => Self::new(Exit::Usage, message)
                .hint("make one with `qti init`, or name its folder with --bank"),
            BankError::BankExists { .. } => {
                Self::new(Exit::Usage, message).hint("its qti.toml can be changed by hand")
            }
            BankError::Settings { .. } => Self::new(Exit::Usage, message),
            BankError::Busy { .. } => {
                Self::new(Exit::Failed, message).hint("wait until that one is done")
            }
            BankError::State { .. } => {
                Self::new(Exit::Failed, message).hint(match error.io_error().map(io::Error::kind) {
                    Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
                        "this file holds what the service was last seen to hold; it must be writable even for a \
                         comparison, which locks it against other commands. `qti audit` and `qti pack` do without it"
                    }
                    Some(
                        io::ErrorKind::StorageFull
                        | io::ErrorKind::QuotaExceeded
                        | io::ErrorKind::FileTooLarge,
                    ) => "make room on the disk, then give the same command again",
                    _ => {
                        "what the bank remembers of the service cannot be read or written; if it is damaged, move this \
                         file away and pull again: the bank's own files are not touched"
                    }
                })
            }
            BankError::Beside { .. } => {
                Self::new(Exit::Failed, message).hint("mend or remove this file")
            }
            BankError::Record { .. } => Self::new(Exit::Failed, message).hint(
                "if it is another program's file, move it away; if it is the bank's, mend it, or remove it: packages \
                 then go out under new names",
            ),
            BankError::File { path, source } if source.kind() == io::ErrorKind::AlreadyExists => {
                let message = format!("{} is there already", path.display());
                Self::new(Exit::Usage, message).hint("--overwrite replaces it")
            }
            BankError::File { source, .. } if source.kind() == io::ErrorKind::InvalidData => {
                Self::new(Exit::Failed, message).hint("mend or remove this file")
            }
            _ => Self::new(Exit::Failed, message),
        }
    }
}

impl From<timeback_qti::Error> for Failure {
    fn from(error: timeback_qti::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            // An error can say what its causes say.
            let words = next.to_string();
            if !message.contains(&words) {
                message = format!("{message}: {words}");
            }
            cause = next.source();
        }
        Self::of_service(message, &error)
    }
}

impl Failure {
    fn of_service(message: String, error: &timeback_qti::Error) -> Self {
        let (exit, hint) = match error.kind() {
            ErrorKind::Config => return Self::new(Exit::Usage, message),
            ErrorKind::Auth if error.is_sign_in_required() => {
                (Exit::Service, "`qti login` signs you in")
            }
            ErrorKind::Auth if error.is_retryable() => (
                Exit::Service,
                "is the address of the token endpoint right, and the service up? TIMEBACK_TOKEN_URL, the profile or \
                 qti.toml name it",
            ),
            ErrorKind::Connect => (
                Exit::Service,
                "is the address right, and the service up? TIMEBACK_QTI_API_BASE_URL, the profile or qti.toml name it",
            ),
            ErrorKind::Auth => (
                Exit::Service,
                "check the client id and its secret, and the scopes that they were given",
            ),
            ErrorKind::RateLimit | ErrorKind::Timeout | ErrorKind::Transport => {
                (Exit::Service, "try again later: the same command goes on")
            }
            ErrorKind::Server => (
                Exit::Service,
                "try again later; if it stays, tell the service's support the event's id",
            ),
            _ => return Self::new(Exit::Failed, message),
        };
        Self::new(exit, message).hint(hint)
    }
}
