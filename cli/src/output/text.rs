//! Words and colours.

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

/// Text of others, without what a terminal would take for orders.
pub(crate) fn plain(text: &str) -> String {
    let is_order = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    text.replace(is_order, "\u{fffd}")
}

/// `1 item`, `2 items`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

/// The last line of a report, without what there is none of.
#[derive(Debug, Default)]
pub(crate) struct Sum(Vec<String>);

impl Sum {
    pub(crate) fn add(self, number: u64, what: &str) -> Self {
        match number {
            0 => self,
            _ => self.always(number, what),
        }
    }

    /// Adds a number even if it is 0.
    pub(crate) fn always(mut self, number: u64, what: &str) -> Self {
        self.0.push(format!("{number} {what}"));
        self
    }

    /// Adds entities that were told one by one.
    pub(crate) fn notes(self, notes: &[Note], what: &str) -> Self {
        self.add(notes.len() as u64, what)
    }

    pub(crate) fn text(self, nothing: &str) -> String {
        match self.0.is_empty() {
            true => format!("{nothing}\n"),
            false => self.0.join(", ") + "\n",
        }
    }
}
