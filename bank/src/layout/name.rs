//! File names of identifiers: any identifier, there and back, on any disk.
//!
//! A name is the identifier with everything percent-encoded but ASCII letters, digits, `-`, `_` and `.`. Two rules make
//! it fit for disks that do not tell cases apart, for Windows, and for names of at most 255 bytes:
//! - after a `~` stands which of the letters are capitals, a bit a letter, in hexadecimal digits, the first letters first;
//! - what is longer than a part goes on in a folder, which a `+` at its end marks; a `+` at a part's beginning keeps it
//!   from being hidden or a device of Windows.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::entity::Identifier;

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
const CAPITALS: char = '~';
const GUARD: char = '+';
/// How long a part of a name may be: leaves room for marks and extensions in 255 bytes.
const PART: usize = 200;

/// The file name of an identifier, without an extension; a path of several parts where it is long.
pub(crate) fn encode(identifier: &str) -> String {
    let mut name = utf8_percent_encode(identifier, ENCODED).to_string();
    let capitals = capitals(&name);
    if !capitals.is_empty() {
        name.push(CAPITALS);
        name += &capitals;
    }
    let mut path = String::new();
    let mut rest = name.as_str();
    loop {
        // All of a name is ASCII.
        let (part, next) = rest.split_at(rest.len().min(PART));
        if needs_guard(part) {
            path.push(GUARD);
        }
        path += part;
        if next.is_empty() {
            return path;
        }
        path.push(GUARD);
        path.push('/');
        rest = next;
    }
}

/// The identifier of a file name without its extension; otherwise the name that was meant, as far as that can be told.
pub(super) fn decode(path: &str) -> Result<Identifier, Option<String>> {
    let parts = path.split('/').map(|part| {
        let part = part.strip_prefix(GUARD).unwrap_or(part);
        part.strip_suffix(GUARD).unwrap_or(part)
    });
    let name = parts.collect::<String>();
    let name = match name.rsplit_once(CAPITALS) {
        Some((name, capitals)) => Cow::Owned(capitalise(name, capitals)),
        None => Cow::Borrowed(name.as_str()),
    };
    let identifier = percent_decode_str(&name).decode_utf8().map_err(|_| None)?;
    let identifier = Identifier::new(identifier).map_err(|_| None)?;
    match encode(identifier.as_str()) {
        expected if expected == path => Ok(identifier),
        expected => Err(Some(expected)),
    }
}

/// The letters of an encoded name that stand for themselves: whether each is a capital.
fn letters(name: &str) -> impl Iterator<Item = usize> + '_ {
    let mut escaped = 0;
    name.bytes().enumerate().filter_map(move |(place, byte)| {
        if escaped > 0 {
            escaped -= 1;
            return None;
        }
        if byte == b'%' {
            escaped = 2;
        }
        byte.is_ascii_alphabetic().then_some(place)
    })
}

fn capitals(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut digits = Vec::new();
    for (number, place) in letters(name).enumerate() {
        if bytes[place].is_ascii_uppercase() {
            digits.resize(number / 4 + 1, 0);
            digits[number / 4] |= 1 << (number % 4);
        }
    }
    digits
        .into_iter()
        .filter_map(|digit| char::from_digit(digit, 16))
        .collect()
}

fn capitalise(name: &str, capitals: &str) -> String {
    let digits: Vec<_> = capitals
        .chars()
        .map(|digit| digit.to_digit(16).unwrap_or(0))
        .collect();
    let mut bytes = name.as_bytes().to_vec();
    for (number, place) in letters(name).enumerate() {
        let digit = digits.get(number / 4).copied().unwrap_or(0);
        match digit & (1 << (number % 4)) {
            0 => bytes[place].make_ascii_lowercase(),
            _ => bytes[place].make_ascii_uppercase(),
        }
    }
    // Cases of ASCII letters do not matter to UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a part would be hidden, or a device of Windows, which devices are with any extension.
fn needs_guard(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    let is_port = |name: &str| {
        let number = stem.strip_prefix(name);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
    };
    part.starts_with('.')
        || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || is_port("com")
        || is_port("lpt")
}
