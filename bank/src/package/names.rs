//! Names of files that can stand beside each other on any disk, found by the addresses that documents write.

use std::collections::HashMap;

use super::name;

/// Names of files that any disk can hold together: it takes no two for one, and needs none as a folder.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    /// By what disks compare: the name.
    files: HashMap<String, String>,
    /// By what disks compare: a file in the folder.
    folders: HashMap<String, String>,
}

impl Names {
    /// Takes a name in; otherwise, why it cannot stand beside the others.
    pub(super) fn add(&mut self, name: &str) -> Result<(), String> {
        if let Some(problem) = self.clash(name) {
            return Err(problem);
        }
        let folded = name::folded(name);
        for folder in folders(&folded) {
            self.folders
                .entry(folder.to_owned())
                .or_insert_with(|| name.to_owned());
        }
        self.files.insert(folded, name.to_owned());
        Ok(())
    }

    /// Why a name cannot stand beside the others; `None` if it can.
    pub(super) fn clash(&self, name: &str) -> Option<String> {
        let folded = name::folded(name);
        if let Some(other) = self.files.get(&folded) {
            return Some(format!("some disks take it for {other:?}"));
        }
        if let Some(within) = self.folders.get(&folded) {
            return Some(format!("it is a file, not a folder, as {within:?} needs"));
        }
        let file = folders(&folded).find_map(|folder| self.files.get(folder));
        file.map(|file| format!("{file:?} is a file, not a folder"))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        let found = self.files.get(&name::folded(name));
        found.is_some_and(|found| found == name)
    }

    /// The file that an address leads to from a folder: as a browser goes, or else to the letter where it was not escaped, and
    /// in another case where no file has just this name.
    pub(super) fn find(&self, folder: &str, address: &str) -> Option<&str> {
        let meant = [
            name::resolve(folder, address),
            name::resolve_literal(folder, address),
        ];
        let found = |name: &String| self.files.get(&name::folded(name));
        let exact = |name: &String| found(name).filter(|found| *found == name);
        let mut meant_first = meant.iter().flatten();
        let exact = meant_first.find_map(exact);
        let found = exact.or_else(|| meant.iter().flatten().find_map(found));
        found.map(String::as_str)
    }
}

/// The folders that a file stands in, the innermost first.
fn folders(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(name), |folder| parent(folder))
}

fn parent(name: &str) -> Option<&str> {
    name.rfind('/').map(|end| &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Names {
        let mut names = Names::default();
        all.iter().for_each(|name| names.add(name).unwrap());
        names
    }

    #[test]
    fn a_name_is_free_if_every_disk_can_have_it_beside_the_others() {
        let names = names(&["Items/a.xml", "b"]);
        for taken in ["items/A.XML", "items", "ITEMS/a.xml/c", "B/c"] {
            assert!(names.clash(taken).is_some(), "{taken}");
        }
        for free in ["items/b", "c/b", "items/a.xm"] {
            assert_eq!(names.clash(free), None, "{free}");
        }
    }

    #[test]
    fn an_address_finds_the_one_file_that_it_can_mean() {
        let names = names(&[
            "items/a.xml",
            "a%20b.xml",
            "c d.xml",
            "e#1.xml",
            "img/f.png",
        ]);
        for (folder, address, found) in [
            ("", "Items/A.xml", Some("items/a.xml")),
            ("", "a%20b.xml", Some("a%20b.xml")),
            ("", "c%20d.xml", Some("c d.xml")),
            ("", "c d.xml#here", Some("c d.xml")),
            ("", "e#1.xml", Some("e#1.xml")),
            ("", "e%231.xml", Some("e#1.xml")),
            ("items/", "..\\img\\f.png", Some("img/f.png")),
            ("", "g.xml", None),
            ("", "https://example.org/c d.xml", None),
            ("", "#here", None),
        ] {
            assert_eq!(names.find(folder, address), found, "{folder} {address}");
        }
    }
}
