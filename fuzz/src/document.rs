//! Documents that are well-formed by the way they are made: a tree, spelled in one of the ways that mean the same.

use arbitrary::{Arbitrary, Result, Unstructured};

const XHTML: &str = "http://www.w3.org/1999/xhtml";
const QTI: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";
const OTHER: &str = "urn:x&'\"<";

/// Of the names, those of blocks; any other stands in a line, as do all of another namespace.
const BLOCKS: [&str; 6] = ["p", "div", "qti-prompt", "pre", "qti-value", "li"];
const NAMES: [&str; 10] = [
    "p",
    "div",
    "b",
    "span",
    "qti-gap",
    "qti-prompt",
    "pre",
    "qti-value",
    "li",
    "é-1",
];
const PIECES: [&str; 14] = [
    "a", "B", " ", "\n  ", "\t", "\r", "é", "<", "&", "]]>", "\"'", "\u{a0}", "𝄞", "word",
];
const DEEPEST: usize = 12;

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) name: &'static str,
    pub(crate) namespace: Option<&'static str>,
    /// Those of a namespace have one of a few names, too, so that two can differ by it alone.
    pub(crate) attributes: Vec<(Option<&'static str>, &'static str, String)>,
    pub(crate) children: Vec<Child>,
}

#[derive(Clone, Debug)]
pub(crate) enum Child {
    Tree(Tree),
    /// Never beside another text.
    Text(String),
}

impl<'a> Arbitrary<'a> for Tree {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::below(u, DEEPEST)
    }
}

impl Tree {
    fn below(u: &mut Unstructured<'_>, depth: usize) -> Result<Self> {
        let mut tree = Self {
            name: u.choose(&NAMES)?,
            namespace: *u.choose(&[None, Some(QTI), Some(XHTML), Some(OTHER)])?,
            attributes: Vec::new(),
            children: Vec::new(),
        };
        for _ in 0..u.int_in_range(0..=3)? {
            let namespace = *u.choose(&[None, None, Some(OTHER), Some("urn:y")])?;
            let name = *u.choose(&["id", "class", "xml:space"])?;
            let (namespace, value) = match name {
                "xml:space" => (None, u.choose(&["preserve", "default", "?"])?.to_string()),
                _ => (namespace, text(u)?),
            };
            if !tree
                .attributes
                .iter()
                .any(|known| (known.0, known.1) == (namespace, name))
            {
                tree.attributes.push((namespace, name, value));
            }
        }
        for _ in 0..u.int_in_range(0..=depth.min(6))? {
            if u.arbitrary()? {
                tree.children.push(Child::Tree(Self::below(u, depth - 1)?));
            } else if !matches!(tree.children.last(), Some(Child::Text(_))) {
                let text = text(u)?;
                if !text.is_empty() {
                    tree.children.push(Child::Text(text));
                }
            }
        }
        Ok(tree)
    }

    /// The element at a place in the document's order, and how white space counts in it; counts `at` down to it.
    pub(crate) fn nth(&mut self, at: &mut usize, outer: Space) -> Option<(&mut Self, Space)> {
        let space = space(self, outer);
        if *at == 0 {
            return Some((self, space));
        }
        *at -= 1;
        self.children.iter_mut().find_map(|child| match child {
            Child::Tree(tree) => tree.nth(at, space),
            Child::Text(_) => None,
        })
    }

    /// Puts more text at the end.
    pub(crate) fn push_text(&mut self, more: &str) {
        match self.children.last_mut() {
            Some(Child::Text(text)) => text.push_str(more),
            _ => self.children.push(Child::Text(more.to_owned())),
        }
    }

    pub(crate) fn count(&self) -> usize {
        let below = self.children.iter().map(|child| match child {
            Child::Tree(tree) => tree.count(),
            Child::Text(_) => 0,
        });
        1 + below.sum::<usize>()
    }

    fn is_inline(&self) -> bool {
        let is_html = matches!(self.namespace, None | Some(QTI | XHTML));
        !(is_html && BLOCKS.contains(&self.name))
    }

    /// The document, spelled in a way that the seed decides.
    pub(crate) fn spelled(&self, seed: u64) -> String {
        let mut writer = Writer {
            out: String::new(),
            dice: Dice(seed),
        };
        if writer.dice.one_in(3) {
            writer.out += "<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- c -->";
        }
        writer.element(self, None, Space::Collapse);
        if writer.dice.one_in(3) {
            writer.out += "<?end?>\n";
        }
        writer.out
    }
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let count = u.int_in_range(0..=4)?;
    (0..count).map(|_| u.choose(&PIECES).copied()).collect()
}

/// Cheap, and the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// How white space counts, as the documentation of the comparison tells it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Space {
    Collapse,
    Trim,
    Preserve,
}

struct Writer {
    out: String,
    dice: Dice,
}

impl Writer {
    /// `default` is the default namespace in scope.
    fn element(&mut self, tree: &Tree, default: Option<&str>, outer: Space) {
        let space = space(tree, outer);
        let mut default = default;
        let mut tag = tree.name.to_owned();
        let mut attributes = Vec::new();
        match tree.namespace {
            Some(namespace) if self.dice.one_in(3) => {
                tag = format!("q:{tag}");
                attributes.push(("xmlns:q".to_owned(), namespace.to_owned()));
            }
            namespace if namespace != default || self.dice.one_in(4) => {
                attributes.push(("xmlns".to_owned(), namespace.unwrap_or_default().to_owned()));
                default = namespace;
            }
            _ => {}
        }
        for (index, (namespace, name, value)) in tree.attributes.iter().enumerate() {
            match namespace {
                None => attributes.push((name.to_string(), value.clone())),
                Some(namespace) => {
                    let prefix = format!("{}{index}", ["r", "s"][self.dice.below(2)]);
                    attributes.push((format!("xmlns:{prefix}"), namespace.to_string()));
                    attributes.push((format!("{prefix}:{name}"), value.clone()));
                }
            }
        }
        self.out.push('<');
        self.out += &tag;
        while !attributes.is_empty() {
            let (name, value) = attributes.swap_remove(self.dice.below(attributes.len()));
            let quote = ['"', '\''][self.dice.below(2)];
            self.out += [" ", "\n\t"][self.dice.below(2)];
            self.out += &name;
            self.out += ["=", " = "][self.dice.below(2)];
            self.out.push(quote);
            for c in value.chars() {
                let must = matches!(c, '<' | '&' | '\t' | '\n' | '\r') || c == quote;
                self.character(c, must);
            }
            self.out.push(quote);
        }
        if tree.children.is_empty() && self.dice.one_in(2) {
            self.out += "/>";
            return;
        }
        self.out.push('>');
        self.content(tree, default, space);
        self.out += &format!("</{tag}{}>", ["", " "][self.dice.below(2)]);
    }

    fn content(&mut self, tree: &Tree, default: Option<&str>, space: Space) {
        let is_block = |child: Option<&Child>| match child {
            Some(Child::Tree(child)) => !child.is_inline(),
            Some(Child::Text(_)) => false,
            None => !tree.is_inline(),
        };
        let mut before: Option<&Child> = None;
        for child in tree.children.iter().map(Some).chain([None]) {
            // At the edges of a block, and between two.
            let at_an_edge =
                before.is_none() && is_block(None) && !matches!(child, Some(Child::Text(_)))
                    || child.is_none() && is_block(None) && !matches!(before, Some(Child::Text(_)))
                    || is_block(before) && is_block(child);
            if at_an_edge && space == Space::Collapse && self.dice.one_in(2) {
                self.out += ["\n", "  ", "&#32;\t"][self.dice.below(3)];
            }
            match child {
                Some(Child::Tree(child)) => self.element(child, default, space),
                Some(Child::Text(text)) => self.text(text, space),
                None => {}
            }
            if self.dice.one_in(6) {
                self.out += ["<!-- - -->", "<?pi <a> ?>", "<![CDATA[]]>"][self.dice.below(3)];
            }
            before = child;
        }
    }

    fn text(&mut self, text: &str, space: Space) {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        if space == Space::Trim && self.dice.one_in(2) {
            self.out += " \n";
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let run = rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
            if run > 0 && space == Space::Collapse {
                // However long, it is one blank.
                self.out += [" ", "\n", "\t  ", "&#13;", "&#x20;<!-- -->\n"][self.dice.below(5)];
                rest = &rest[run..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if self.dice.one_in(9) && !matches!(c, '\r' | '>') {
                self.out += &format!("<![CDATA[{c}]]>");
            } else {
                self.character(c, matches!(c, '<' | '&' | '>' | '\r'));
            }
        }
        if space == Space::Trim && self.dice.one_in(2) {
            self.out += "\t";
        }
    }

    fn character(&mut self, c: char, must_escape: bool) {
        if !must_escape && !self.dice.one_in(9) {
            return self.out.push(c);
        }
        let number = u32::from(c);
        self.out += &match (c, self.dice.below(3)) {
            ('<', 0) => "&lt;".to_owned(),
            ('&', 0) => "&amp;".to_owned(),
            ('"', 0) => "&quot;".to_owned(),
            (_, 1) => format!("&#{number};"),
            _ => format!("&#x{number:X};"),
        };
    }
}

fn space(tree: &Tree, outer: Space) -> Space {
    let said = tree
        .attributes
        .iter()
        .find(|(_, name, _)| *name == "xml:space");
    match (said.map(|(_, _, value)| value.as_str()), tree.name) {
        (Some("preserve"), _) | (_, "pre") => Space::Preserve,
        (Some("default"), _) => Space::Collapse,
        (_, "qti-value") => Space::Trim,
        _ => outer,
    }
}
