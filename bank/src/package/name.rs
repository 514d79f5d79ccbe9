//! Names of a package's files: which are safe to write, and where an address of a document leads.

use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization as _;

use crate::layout;

/// What stands in a path of an address as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The longest name that a file of any disk can have.
const LONGEST_PART: usize = 255;

/// The longest path below a bank: leaves room for the bank's own in the 4096 bytes that Linux takes.
pub(super) const LONGEST_PATH: usize = 3_500;

/// Why a name cannot be that of a file below a folder, on any disk; `None` if it can.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let is_odd = |c: char| matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if name.starts_with('/') {
        return Some("an absolute path leads out of the package");
    }
    if name.len() > LONGEST_PATH {
        return Some("some disks cannot have a path of this length");
    }
    for part in name.split('/') {
        if part == ".." {
            return Some("`..` leads out of the package");
        }
        if matches!(part, "" | ".") {
            return Some("a part of the path is empty");
        }
        if part.chars().any(|c| c.is_control() || is_odd(c)) {
            return Some("it holds a character that file names of some disks cannot hold");
        }
        if part.ends_with(['.', ' ']) || is_device(part) || part.len() > LONGEST_PART {
            return Some("some disks cannot have a file of this name");
        }
    }
    None
}

/// Windows opens these as devices, with whatever extension.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    let stem = stem.to_ascii_lowercase();
    let is_port = |name: &str| {
        let number = stem.strip_prefix(name).map(str::as_bytes);
        matches!(number, Some([b'0'..=b'9']))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || is_port("com") || is_port("lpt")
}

/// What two names have in common that some disk takes for one.
pub(super) fn folded(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// Files that systems leave in a zip by themselves.
pub(super) fn is_noise(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || layout::is_noise(last)
}

/// The folder that a file stands in, with its `/`; nothing for the root.
pub(super) fn folder(name: &str) -> &str {
    name.rfind('/').map_or("", |end| &name[..=end])
}

/// Where an address leads from a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// To a file of this name.
    Name(String),
    /// Out of the package, by `..`.
    Out,
    /// To the web, to a folder, or to a place in the document itself.
    Elsewhere,
}

/// Where an address leads from a folder, as a browser reads it.
pub(super) fn lead(folder: &str, address: &str) -> Lead {
    let path = address.trim().split(['#', '?']).next().unwrap_or_default();
    match percent_decode_str(path).decode_utf8() {
        Ok(decoded) if !leads_to_the_web(path) => follow(folder, &decoded),
        _ => Lead::Elsewhere,
    }
}

/// The name that an address leads to; `None` if it leads to no file of the package.
pub(super) fn resolve(folder: &str, address: &str) -> Option<String> {
    named(lead(folder, address))
}

/// The name that an address has written without escaping it, or with the `\` of Windows.
pub(super) fn resolve_literal(folder: &str, address: &str) -> Option<String> {
    let path = address.trim().replace('\\', "/");
    (!leads_to_the_web(&path)).then(|| named(follow(folder, &path)))?
}

fn named(lead: Lead) -> Option<String> {
    match lead {
        Lead::Name(name) => Some(name),
        Lead::Out | Lead::Elsewhere => None,
    }
}

/// Whether an address is one of the web, or of another place outside of any package.
pub(super) fn leads_to_the_web(path: &str) -> bool {
    let has_scheme = path
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'));
    has_scheme || path.starts_with("//")
}

fn follow(folder: &str, path: &str) -> Lead {
    let (folder, inside) = match path.strip_prefix('/') {
        Some(inside) => ("", inside),
        None => (folder, path),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(inside.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Lead::Out;
                }
            }
            part => parts.push(part),
        }
    }
    match parts.is_empty() || inside.is_empty() || path.ends_with('/') {
        true => Lead::Elsewhere,
        false => Lead::Name(parts.join("/")),
    }
}

/// An identifier that no other has: this one, or one with a number after it.
pub(super) fn unique(own: &str, taken: &mut HashSet<String>) -> String {
    let own = if own.is_empty() { "resource" } else { own };
    let mut identifier = own.to_owned();
    let mut number = 1;
    while !taken.insert(identifier.clone()) {
        number += 1;
        identifier = format!("{own}-{number}");
    }
    identifier
}

/// The address of a name, from the root.
pub(super) fn address(name: &str) -> String {
    utf8_percent_encode(name, IN_PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_written_elsewhere_or_not_at_all_is_refused() {
        for name in [
            "../x",
            "a/../../x",
            "/etc/passwd",
            "C:/x",
            "a\\..\\x",
            "a//b",
            "",
            "./a",
            "a/",
            "con",
            "a/NUL.txt",
            "com1",
            "a/b. ",
            "a\nb",
            "what?",
            &"x".repeat(256),
            &("folder/".repeat(600) + "a"),
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
        for name in [
            "a",
            "items/q 1.xml",
            "ü/é.png",
            ".hidden",
            "a.b.c",
            "console.txt",
        ] {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }

    #[test]
    fn an_address_leads_where_a_browser_would_go_within_the_package() {
        for (folder, address, name) in [
            ("items/", "../images/a%20b.png#x", Some("images/a b.png")),
            ("items/", "./q.xml?v=1", Some("items/q.xml")),
            ("", "q.xml", Some("q.xml")),
            ("items/", "/q.xml", Some("q.xml")),
            ("items/", "../../q.xml", None),
            ("items/", "https://example.org/q.xml", None),
            ("items/", "data:image/png;base64,AA", None),
            ("items/", "//example.org/a", None),
            ("items/", "#here", None),
            ("items/", "folder/", None),
        ] {
            assert_eq!(
                resolve(folder, address).as_deref(),
                name,
                "{folder} {address}"
            );
        }
        for name in ["a b/ü%20.xml", "x+y~z.xml"] {
            assert_eq!(resolve("", &address(name)).as_deref(), Some(name));
        }
    }

    #[test]
    fn names_that_some_disk_takes_for_one_fold_to_one() {
        assert_eq!(folded("Items/É.xml"), folded("items/e\u{301}.XML"));
        assert_ne!(folded("a"), folded("b"));
    }
}
