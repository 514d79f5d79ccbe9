//! Documents to judge: of all constructs that XML has, and then broken in small ways.

use fastrand::Rng;

/// What broke readers before, and what is rare.
pub(crate) fn fixed() -> impl Iterator<Item = String> {
    const DOCUMENTS: [&str; 34] = [
        "",
        " ",
        "\u{feff}<a/>",
        "\u{feff}\u{feff}<a/>",
        "<?xml version='1.0'?><a/>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.1'?><a/>",
        "<?xml version='2.0'?><a/>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>",
        "<?xml version='1.0'encoding='UTF-8'?><a/>",
        "<?xml?><a/>",
        "<?XML version='1.0'?><a/>",
        "<?xml-stylesheet href='a'?><a/>",
        "<?a:b c?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        "<a/><!DOCTYPE a>",
        "<!doctype a><a/>",
        "<a><!-- -- --></a>",
        "<a><!--></a>",
        "<a><!----></a>",
        "<a><!-- ---></a>",
        "<a>]]></a>",
        "<a b=']]>'/>",
        "<a><![cdata[x]]></a>",
        "<a>&#x10FFFF;&#xFFFE;</a>",
        "<a>&#X41;</a>",
        "<a>&#000000000000000065;</a>",
        "<a>&#;</a>",
        "<a>\u{fffd}\u{fffe}</a>",
        "<a xmlns:a='u' xmlns:b='u' a:c='' b:c=''/>",
        "<xml:a xml:b=''/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
    ];
    DOCUMENTS.into_iter().map(str::to_owned)
}

/// Others, without end: a third as they were generated, and the rest changed at one to three places.
pub(crate) fn random(seed: u64) -> impl Iterator<Item = String> {
    let mut rng = Rng::with_seed(seed);
    std::iter::from_fn(move || {
        let mut document = Writer::document(&mut rng);
        if rng.u8(..3) > 0 {
            for _ in 0..rng.usize(1..=3) {
                document = changed(&document, &mut rng);
            }
        }
        Some(document)
    })
}

const NAMES: [&str; 14] = [
    "a", "b", "p:a", "q:b", "xml:lang", "xmlns", "é", "_1", "a-b.c", "x·y", "a:b:c", ":a", "1a",
    "日本",
];
const VALUES: [&str; 16] = [
    "",
    "1",
    "x y",
    "&lt;&amp;",
    "&#65;",
    "&#x41;",
    "'",
    "\"",
    ">",
    "\n\t",
    "urn:a",
    "urn:b",
    "]]>",
    "é\u{a0}",
    "&apos;&quot;",
    "http://www.w3.org/XML/1998/namespace",
];
const TEXTS: [&str; 16] = [
    "x",
    " ",
    "\n",
    "\r\n",
    "&amp;",
    "&gt;",
    ">",
    "]]",
    "&#10;",
    "&#xD7FF;",
    "日本",
    "\u{85}",
    "\u{1f600}",
    "\"'",
    "a&#38;b",
    "\u{7f}",
];
const TOKENS: [&str; 44] = [
    "<",
    ">",
    "&",
    ";",
    "'",
    "\"",
    "=",
    "/",
    "?",
    "!",
    "-",
    "--",
    "[",
    "]",
    "]]>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?",
    "?>",
    "<?x ?>",
    "</a>",
    "<a>",
    "<b/>",
    "<p:b/>",
    "</",
    "/>",
    "&nbsp;",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#65",
    "&x;",
    " ",
    "\t",
    "\r",
    "\u{0}",
    "\u{1}",
    "\u{ffff}",
    "\u{300}",
    " a='1'",
    " p:c='1'",
    " xmlns:p='urn:p'",
    " xmlns:p=''",
];

struct Writer<'r> {
    rng: &'r mut Rng,
    out: String,
}

impl Writer<'_> {
    fn document(rng: &mut Rng) -> String {
        let mut writer = Writer {
            rng,
            out: String::new(),
        };
        if writer.one_in(4) {
            let declarations = [
                "<?xml version=\"1.0\"?>",
                "<?xml version='1.0' encoding='utf-8' ?>\n",
                "\u{feff}",
            ];
            writer.out += writer.rng.choice(declarations).unwrap_or_default();
        }
        writer.aside();
        writer.element(4);
        writer.aside();
        writer.out
    }

    fn one_in(&mut self, count: u8) -> bool {
        self.rng.u8(..count) == 0
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.rng.usize(..from.len())]
    }

    /// Mostly a name that is one, and has no prefix.
    fn name(&mut self) -> &'static str {
        let few = if self.one_in(12) {
            &NAMES[..]
        } else {
            &NAMES[..2]
        };
        self.pick(few)
    }

    fn element(&mut self, depth: usize) {
        let name = self.name();
        self.out += &format!("<{name}");
        for _ in 0..self.rng.usize(..3) {
            let name = match self.rng.u8(..6) {
                0 => "xmlns:p",
                1 => "xmlns:q",
                2 => "p:x",
                _ => self.name(),
            };
            self.attribute(name);
        }
        if self.one_in(4) {
            self.out += self.rng.choice(["/>", " />", "\n/>"]).unwrap_or_default();
            return;
        }
        self.out += self.rng.choice([">", ">", "\r\n>"]).unwrap_or_default();
        for _ in 0..self.rng.usize(..4) {
            match self.rng.u8(..6) {
                0 | 1 if depth > 0 => self.element(depth - 1),
                2 => self.aside(),
                3 => {
                    let text = self.pick(&TEXTS);
                    self.out += &format!("<![CDATA[{text}]]>");
                }
                _ => self.out += self.rng.choice(TEXTS).unwrap_or_default(),
            }
        }
        let space = if self.one_in(8) { " " } else { "" };
        self.out += &format!("</{name}{space}>");
    }

    fn attribute(&mut self, name: &str) {
        let value = self.pick(if name.starts_with("xmlns:") {
            &VALUES[10..12]
        } else {
            &VALUES
        });
        let quote = if value.contains('"') || (!value.contains('\'') && self.one_in(2)) {
            '\''
        } else {
            '"'
        };
        let space = if self.one_in(8) { "\n" } else { " " };
        let equals = if self.one_in(8) { " = " } else { "=" };
        self.out += &format!("{space}{name}{equals}{quote}{value}{quote}");
    }

    /// What may stand around elements.
    fn aside(&mut self) {
        for _ in 0..self.rng.usize(..2) {
            self.out += self
                .rng
                .choice([
                    "\n",
                    "<!-- c -->",
                    "<!---->",
                    "<!-- - <a> & -->",
                    "<?x?>",
                    "<?x y='?>",
                    "<?x-y <a> & ? ?>",
                ])
                .unwrap_or_default();
        }
    }
}

/// With something taken out, doubled, put in or put elsewhere.
fn changed(document: &str, rng: &mut Rng) -> String {
    let mut chars: Vec<char> = document.chars().collect();
    let at = rng.usize(..=chars.len());
    let end = chars.len().min(at + rng.usize(1..4));
    match rng.u8(..6) {
        0 => drop(chars.drain(at..end)),
        1 => {
            let part = chars[at..end].to_vec();
            let to = rng.usize(..=chars.len());
            chars.splice(to..to, part);
        }
        2 if end > at + 1 => chars.swap(at, at + 1),
        3 if end > at => {
            chars[at] = *rng
                .choice(&['<', '>', '&', '"', '\'', ' ', 'x', ':', ']', '-', '?', '!'])
                .unwrap_or(&'x')
        }
        _ => drop(chars.splice(at..at, TOKENS[rng.usize(..TOKENS.len())].chars())),
    }
    chars.into_iter().collect()
}
