//! Rules of XML 1.0 about characters, names and references that the tokenizer leaves to its callers.

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// Whether XML allows the character anywhere (production `Char`).
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// White space as XML knows it; Unicode's other spaces, such as U+00A0, are text.
pub(crate) fn is_white_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether the text is a name without a colon (production `NCName`).
pub(crate) fn is_nc_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// The prefix and local part of a name, or `None` if it is not a qualified name.
pub(crate) fn split_name(name: &str) -> Option<(Option<&str>, &str)> {
    match name.split_once(':') {
        None => is_nc_name(name).then_some((None, name)),
        Some((prefix, local)) => {
            (is_nc_name(prefix) && is_nc_name(local)).then_some((Some(prefix), local))
        }
    }
}

/// The character a reference (`amp`, `#65`, `#x41`: what stands between `&` and `;`) means, or what is wrong with it.
///
/// Entities of a DOCTYPE are unknown here on purpose: nothing a document declares is ever expanded.
pub(crate) fn resolve_reference(reference: &str) -> Result<char, Cow<'static, str>> {
    if let Some(number) = reference.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix('x') {
            Some(digits) => (digits, 16),
            None => (number, 10),
        };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err("is not a character reference".into());
        }
        return u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32)
            .filter(|&c| is_xml_char(c))
            .ok_or_else(|| "names a character that XML does not allow".into());
    }
    match reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        name if is_nc_name(name) => Err(match resolve_html5_entity(name) {
            Some(characters) => {
                let numbers = characters.chars().map(|c| format!("&#{};", u32::from(c)));
                let numbers: String = numbers.collect();
                format!("is an entity of HTML, which XML does not know; write {numbers}").into()
            }
            None => "is not one of XML's five entities; write the character or its number".into(),
        }),
        _ => Err("is not a reference; a bare ampersand is written &amp;".into()),
    }
}

/// What is wrong in an attribute value: the byte offset in it, and the reference if it is one.
#[derive(Debug)]
pub(crate) struct BadValue {
    pub(crate) offset: usize,
    pub(crate) reference: Option<String>,
    pub(crate) problem: Cow<'static, str>,
}

/// An attribute's value as it is meant: references resolved, white space characters turned into blanks.
pub(crate) fn attribute_value(raw: Cow<'_, str>) -> Result<Cow<'_, str>, BadValue> {
    const SPECIAL: [char; 5] = ['<', '&', '\t', '\n', '\r'];
    if !raw.contains(SPECIAL) {
        return Ok(raw);
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = &*raw;
    while let Some(at) = rest.find(SPECIAL) {
        let offset = raw.len() - rest.len() + at;
        value.push_str(&rest[..at]);
        let special = &rest[at..];
        if let Some(after) = special.strip_prefix('&') {
            // A reference is short; a bare `&` must not make each `&` scan the rest of a long value.
            let end = after.find([';', '&', '<', ' ']).unwrap_or(after.len());
            let reference = &after[..end];
            if !after[end..].starts_with(';') {
                let problem = "a bare ampersand in an attribute value is written &amp;".into();
                return Err(BadValue {
                    offset,
                    reference: None,
                    problem,
                });
            }
            let c = resolve_reference(reference).map_err(|problem| BadValue {
                offset,
                reference: Some(reference.to_owned()),
                problem,
            })?;
            value.push(c);
            rest = &after[end + 1..];
        } else if special.starts_with('<') {
            let problem = "`<` in an attribute value is written &lt;".into();
            return Err(BadValue {
                offset,
                reference: None,
                problem,
            });
        } else {
            value.push(' ');
            // A line break of two characters is one.
            rest = special.strip_prefix("\r\n").unwrap_or(&special[1..]);
        }
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_five_entities_and_allowed_characters_resolve() {
        assert_eq!(resolve_reference("amp"), Ok('&'));
        assert_eq!(resolve_reference("#x20AC"), Ok('€'));
        assert_eq!(resolve_reference("#8364"), Ok('€'));
        for bad in [
            "nbsp",
            "",
            " amp",
            "#",
            "#x",
            "#+65",
            "#X41",
            "#0",
            "#1",
            "#xD800",
            "#xFFFE",
            "#99999999999",
        ] {
            assert!(resolve_reference(bad).is_err(), "{bad:?} resolved");
        }
    }

    #[test]
    fn an_entity_of_html_is_refused_with_the_number_that_replaces_it() {
        let problem = |name: &str| resolve_reference(name).unwrap_err().into_owned();
        for (name, number) in [
            ("nbsp", "&#160;"),
            ("hellip", "&#8230;"),
            ("eacute", "&#233;"),
        ] {
            assert!(
                problem(name).ends_with(&format!("write {number}")),
                "{name}"
            );
        }
        assert!(!problem("unknown").contains("HTML"));
        let bad = attribute_value("a&mdash;b".into()).unwrap_err();
        assert!(bad.problem.ends_with("write &#8212;"), "{}", bad.problem);
    }

    #[test]
    fn names_follow_the_namespaces_recommendation() {
        assert_eq!(split_name("a:b-1.é"), Some((Some("a"), "b-1.é")));
        for bad in [
            "", ":", "a:", ":a", "a:b:c", "1a", "-a", "a b", "a/b", "a<b", "a:1",
        ] {
            assert_eq!(split_name(bad), None, "{bad:?} is a name");
        }
    }

    #[test]
    fn attribute_values_are_normalized_but_numeric_white_space_is_kept() {
        let value = attribute_value("a\r\nb\tc&#10;&lt;&quot;d".into()).unwrap();
        assert_eq!(value, "a b c\n<\"d");
    }

    #[test]
    fn a_bad_attribute_value_says_where() {
        let offset_of = |raw: &'static str| attribute_value(raw.into()).err().map(|bad| bad.offset);
        assert_eq!(offset_of("ab&nbsp;"), Some(2));
        assert_eq!(offset_of("a b<"), Some(3));
        assert_eq!(offset_of("x=1&y=2"), Some(3));
        assert_eq!(offset_of("&amp; fine"), None);
    }
}
