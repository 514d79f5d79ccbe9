//! What can go wrong in the pipeline: always one line that names the place.

use std::fmt::Display;

/// A step refused to go on.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Error {
    place: String,
    problem: String,
}

/// The result of a pipeline step.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error at `place` (a file, an operation, a schema, an overlay action).
    ///
    /// Line breaks in `problem` are folded, so that the error stays one line: parsers quote several lines of the
    /// source.
    pub fn new(place: impl Display, problem: impl Display) -> Self {
        Self {
            place: place.to_string(),
            problem: one_line(&problem.to_string()),
        }
    }

    /// The error with `place` before its own, unless it names one that is as exact.
    pub(crate) fn within(self, place: &str) -> Self {
        let is_exact = ["operation `", "schema `"]
            .iter()
            .any(|exact| self.problem.starts_with(exact));
        if is_exact {
            return self;
        }
        Self {
            place: format!("{place}: {}", self.place),
            ..self
        }
    }
}

fn one_line(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default().trim_end();
    first.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_however_long_its_cause() {
        let error = Error::new("overlay.yaml", "unexpected end\n  |\n1 | {");
        assert_eq!(error.to_string(), "overlay.yaml: unexpected end");
    }
}
