//! Words and colours.

use std::fmt::Write as _;

use timeback_qti_bank::Note;

/// What colours mean. They are taken out again where none are wanted.
pub(crate) mod paint {
    use std::fmt::Display;

    use anstyle::{AnsiColor, Style};

    fn styled(style: Style, text: impl Display) -> String {
        format!("{style}{text}{style:#}")
    }

    pub(crate) fn good(text: impl Display) -> String {
        styled(AnsiColor::Green.on_default(), text)
    }

    pub(crate) fn warn(text: impl Display) -> String {
        styled(AnsiColor::Yellow.on_default(), text)
    }

    pub(crate) fn bad(text: impl Display) -> String {
        styled(AnsiColor::Red.on_default(), text)
    }

    pub(crate) fn faint(text: impl Display) -> String {
        styled(Style::new().dimmed(), text)
    }
}

/// `1 item`, `2 items`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

/// The last line of a report, with what there is none of left out, and the notes that stand above it.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    notes: String,
    parts: Vec<String>,
}

impl Sum {
    pub(crate) fn add(mut self, number: u64, what: &str) -> Self {
        if number > 0 {
            self.parts.push(format!("{number} {what}"));
        }
        self
    }

    /// Adds entities that there is something to say about: how many, and each in a line.
    pub(crate) fn notes(mut self, notes: &[Note], what: &str) -> Self {
        for Note { key, message } in notes {
            let what = paint::warn(format_args!("{what}:"));
            let _ = writeln!(self.notes, "{what} {key}: {message}");
        }
        self.add(notes.len() as u64, what)
    }

    pub(crate) fn text(self, nothing: &str) -> String {
        let sum = match self.parts.is_empty() {
            true => nothing.to_owned(),
            false => self.parts.join(", "),
        };
        format!("{}{sum}\n", self.notes)
    }
}
