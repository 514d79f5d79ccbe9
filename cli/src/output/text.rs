//! Words and colours, and what a terminal gets of the text of others.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Reset, Style};
use timeback_qti_bank::Note;

/// What colours mean.
pub(crate) mod paint {
    use std::fmt::Display;

    use super::{BAD, END, FAINT, GOOD, WARN};

    fn marked(mark: char, text: impl Display) -> String {
        format!("{mark}{text}{END}")
    }

    pub(crate) fn good(text: impl Display) -> String {
        marked(GOOD, text)
    }

    pub(crate) fn warn(text: impl Display) -> String {
        marked(WARN, text)
    }

    pub(crate) fn bad(text: impl Display) -> String {
        marked(BAD, text)
    }

    pub(crate) fn faint(text: impl Display) -> String {
        marked(FAINT, text)
    }
}

// These characters mark colours in a text; Unicode reserves them for such uses within a program. `for_terminal` turns them into
// escape codes, and takes out all escape codes that a text holds already: these come from others. If a text of others holds one of
// the marks, it gets a colour, and nothing worse.
const GOOD: char = '\u{fdd0}';
const WARN: char = '\u{fdd1}';
const BAD: char = '\u{fdd2}';
const FAINT: char = '\u{fdd3}';
const END: char = '\u{fdd4}';

/// The text with its colours, and without anything else that a terminal would take for an order.
pub(super) fn for_terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let _ = match character {
            GOOD => write!(shown, "{}", AnsiColor::Green.on_default()),
            WARN => write!(shown, "{}", AnsiColor::Yellow.on_default()),
            BAD => write!(shown, "{}", AnsiColor::Red.on_default()),
            FAINT => write!(shown, "{}", Style::new().dimmed()),
            END => write!(shown, "{Reset}"),
            '\n' | '\t' => shown.write_char(character),
            order if order.is_control() => shown.write_char(char::REPLACEMENT_CHARACTER),
            other => shown.write_char(other),
        };
    }
    shown
}

/// `1 item`, `2 items`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

/// The last line of a report: its numbers, without those that are 0.
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

    /// Adds the number of these entities.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_takes_no_orders_but_our_own_colours() {
        let title = "\x1b]0;owned\x07\u{9b}31m\x7f\r\0 Rome\n\tis";
        let shown = for_terminal(&format!("{} {title}", paint::bad(title)));
        let plain = "\u{fffd}]0;owned\u{fffd}\u{fffd}31m\u{fffd}\u{fffd}\u{fffd} Rome\n\tis";
        assert_eq!(shown, format!("\x1b[31m{plain}\x1b[0m {plain}"));
    }
}
