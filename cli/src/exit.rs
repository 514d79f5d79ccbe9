//! The exit codes.

use std::process::ExitCode;

/// How the command has ended, as its exit code tells scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    Usage,
    Differs,
    Service,
    Findings,
    Interrupted,
    /// With the exit code of the command that `qti sandbox` has run.
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(dead_code, reason = "`qti sandbox` alone runs one")
    )]
    Of(u8),
}

impl Exit {
    /// Those that do not come from another command.
    pub(crate) const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Differs,
        Self::Service,
        Self::Findings,
        Self::Interrupted,
    ];

    /// That of a comparison. `failed`: some entities could not be compared, and may or may not differ.
    pub(crate) fn of_comparison(failed: bool, differs: bool) -> Self {
        match (failed, differs) {
            (true, _) => Self::Failed,
            (false, true) => Self::Differs,
            (false, false) => Self::Done,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Differs => 3,
            Self::Service => 4,
            Self::Findings => 5,
            // The code that shells give to a program that Ctrl-C has ended.
            Self::Interrupted => 130,
            Self::Of(code) => code,
        }
    }

    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Done => "all was done",
            Self::Failed => {
                "something went wrong, with an entity or with all of it; the output says what"
            }
            Self::Usage => {
                "the command line, the bank's settings or the credentials cannot be right, or a yes is missing"
            }
            Self::Differs => {
                "conflicts were left alone, or somebody else's change may be lost; with --exit-code, there are differences"
            }
            Self::Service => {
                "the service cannot be reached, refuses the credentials, or has failed"
            }
            Self::Findings => "an audit found something as bad as --fail-on says",
            Self::Interrupted => "ended by Ctrl-C or TERM; the same command goes on",
            Self::Of(_) => "the exit code of the command that `qti sandbox` has run",
        }
    }

    /// The table that `qti --help` ends with.
    pub(crate) fn table() -> String {
        let lines = Self::ALL.map(|exit| format!("  {:>3}  {}\n", exit.code(), exit.about()));
        format!("Exit codes:\n{}", lines.concat())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
