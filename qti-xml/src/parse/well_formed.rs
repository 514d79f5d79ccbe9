//! Whether a text is well-formed, without building anything from it.

use super::reader::Reader;
use super::token::Form;
use crate::error::XmlError;

/// Checks that a text is a well-formed XML document, as the API demands of items, tests and stimuli.
///
/// Checked are characters, names, balanced tags, the single root, unique and quoted attributes, references, namespace
/// prefixes, comments, CDATA sections, processing instructions and the XML declaration. A DOCTYPE is passed over, what it
/// declares neither checked nor used: an entity other than XML's five is an error, and no file or address is ever
/// opened. A byte order mark and any declared encoding are accepted, since the text is decoded already.
///
/// # Errors
/// [`Malformed`](crate::XmlErrorKind::Malformed) with the place of the first violation;
/// [`Limit`](crate::XmlErrorKind::Limit) for more than 64 MiB, 256 levels, 1,000,000 elements and attributes.
///
/// ```
/// use qti_xml::check_well_formed;
///
/// assert!(check_well_formed("<p>fish &amp; chips<br/></p>").is_ok());
///
/// let error = check_well_formed("<p>\n  first<br>\n</p>").unwrap_err();
/// assert_eq!((error.line, error.column), (3, 1));
/// ```
pub fn check_well_formed(xml: &str) -> Result<(), XmlError> {
    check(xml, Form::Document)
}

/// Checks that a text can stand inside an element: a stimulus's `content`, a prompt, the content of a choice.
///
/// The rules are those of [`check_well_formed`], but text and elements may stand in any number and order, and neither
/// an XML declaration nor a DOCTYPE is accepted. Text that was written as HTML often fails at a bare `&`, at an
/// unclosed `<br>` or at an HTML entity such as `&nbsp;`, which XML does not know.
///
/// # Errors
/// As [`check_well_formed`].
///
/// ```
/// use qti_xml::check_fragment;
///
/// assert!(check_fragment("<h1>Rain</h1> and <em>wind</em>").is_ok());
/// assert!(check_fragment("wind & rain").is_err());
/// assert!(check_fragment("wind<br>rain").is_err());
/// assert!(check_fragment("wind&nbsp;rain").is_err());
/// ```
pub fn check_fragment(xhtml: &str) -> Result<(), XmlError> {
    check(xhtml, Form::Fragment)
}

fn check(xml: &str, form: Form) -> Result<(), XmlError> {
    let mut reader = Reader::new(xml, form)?;
    while reader.next()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::XmlErrorKind;

    fn place_of(result: Result<(), XmlError>) -> (usize, usize) {
        let error = result.unwrap_err();
        assert_eq!(error.kind, XmlErrorKind::Malformed, "{error}");
        (error.line, error.column)
    }

    #[test]
    fn what_is_well_formed_passes() {
        let documents = [
            "<a/>",
            "\u{feff}<?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\"?>\r\n<!-- c --><?app x?>\n<a></a>\n<!-- d -->\n",
            "<!DOCTYPE a [<!ENTITY e \"]>\"><!-- ]> --> %p; <?pi ]> ?>]><a/>",
            "<!DOCTYPE html PUBLIC \"-//X//EN\" \"nowhere.dtd\"><html/>",
            "<p:a xmlns:p='urn:p' p:x=\"'>\" x='\"'><p:b xmlns:p='urn:q'/></p:a>",
            "<a xml:lang='en' xmlns:xsi='urn:xsi' xsi:type='t'\n\t/>",
            "<a><![CDATA[ a < b && c ]]]]><![CDATA[> ]]></a >",
            "<a b = 'x' >&#x20AC;&lt;]] ></a>",
            "<größe ñ='1'>日本</größe>",
        ];
        for document in documents {
            assert_eq!(check_well_formed(document), Ok(()), "{document}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_refused_with_its_place() {
        let documents = [
            ("", (1, 1)),
            (" \n <!-- only --> ", (2, 16)),
            ("text", (1, 1)),
            ("<a/>text", (1, 5)),
            ("<a/>&amp;", (1, 5)),
            ("<a/><![CDATA[x]]>", (1, 5)),
            ("<a/>\n<b/>", (2, 1)),
            ("<a>\n  <b>\n</a>", (3, 1)),
            ("<a>\n <b>", (2, 2)),
            ("</a>", (1, 1)),
            ("<a></a></a>", (1, 8)),
            ("<a></ a>", (1, 4)),
            ("<a></a b='1'>", (1, 4)),
            ("<a", (1, 1)),
            ("<a b='", (1, 1)),
            ("<", (1, 1)),
            ("<>", (1, 1)),
            ("< a/>", (1, 1)),
            ("<a/ >", (1, 1)),
            ("<1a/>", (1, 1)),
            ("<a:b:c/>", (1, 1)),
            ("<a b/>", (1, 5)),
            ("<a b=/>", (1, 6)),
            ("<a b=c/>", (1, 6)),
            ("<a b='1'c='2'/>", (1, 9)),
            ("<a b='1' 2='2'/>", (1, 10)),
            ("<a b='1' b='2'/>", (1, 10)),
            ("<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>", (1, 36)),
            ("<a b='é<'/>", (1, 8)),
            ("<a b='é&'/>", (1, 8)),
            ("<a b='é&nbsp;'/>", (1, 8)),
            ("<p:a/>", (1, 1)),
            ("<a p:b='1'/>", (1, 4)),
            ("<a xmlns:p=''/>", (1, 4)),
            ("<a xmlns:xml='urn:x'/>", (1, 4)),
            ("<xmlns:a/>", (1, 1)),
            ("<a>é & b</a>", (1, 6)),
            ("<a>é &nbsp; b</a>", (1, 6)),
            ("<a>&#0;</a>", (1, 4)),
            ("<a>&#xD800;</a>", (1, 4)),
            ("<a>\n日本\u{1}</a>", (2, 3)),
            ("<a>x]]></a>", (1, 5)),
            ("<a><![CDATA[x</a>", (1, 4)),
            ("<a><!-- x -- y --></a>", (1, 11)),
            ("<a><!-- x</a>", (1, 4)),
            ("<a><?xml version='1.0'?></a>", (1, 4)),
            (" <?xml version='1.0'?><a/>", (1, 2)),
            ("<?xml encoding='UTF-8'?><a/>", (1, 7)),
            ("<?xml?><a/>", (1, 1)),
            ("<?xml version='1.0' what='1'?><a/>", (1, 21)),
            ("<?xml version='2.0'?><a/>", (1, 7)),
            ("<?xml version='1.x'?><a/>", (1, 7)),
            ("<?xml version='1.0'encoding='UTF-8'?><a/>", (1, 20)),
            ("<?xml version='1.0' encoding='UTF 8'?><a/>", (1, 21)),
            ("<?xml version='1.0' standalone='maybe'?><a/>", (1, 21)),
            ("<a><?XML x?></a>", (1, 4)),
            ("<a/><!DOCTYPE a>", (1, 5)),
            ("<!DOCTYPE a><!DOCTYPE a><a/>", (1, 13)),
            ("<!doctype a><a/>", (1, 1)),
            ("<a><!ELEMENT a></a>", (1, 4)),
            ("\u{feff}\u{feff}<a/>", (1, 1)),
        ];
        let wrong: Vec<_> = documents
            .into_iter()
            .map(|(document, place)| (document, Some(place), check_well_formed(document).err()))
            .filter(|(_, place, error)| *place != error.as_ref().map(|e| (e.line, e.column)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn white_space_before_the_declaration_is_named() {
        let message = |xml: &str| check_well_formed(xml).unwrap_err().to_string();
        for space in [" ", "\n", "\u{feff}\r\n\t"] {
            let message = message(&format!("{space}<?xml version='1.0'?><a/>"));
            assert!(message.contains("white space stands before"), "{message}");
        }
        assert!(!message("<!-- c --><?xml version='1.0'?><a/>").contains("white space"));
        assert!(!message("<a> <?xml version='1.0'?></a>").contains("white space"));
    }

    #[test]
    fn fragments_may_have_many_roots_and_text_but_no_prolog() {
        for fragment in [
            "",
            "text",
            "a <b/> c &amp; <![CDATA[d]]>",
            "<p>1</p><p>2</p>\n",
        ] {
            assert_eq!(check_fragment(fragment), Ok(()), "{fragment}");
        }
        assert_eq!(place_of(check_fragment("é <br> x")), (1, 3));
        assert_eq!(place_of(check_fragment("fish & chips")), (1, 6));
        assert_eq!(place_of(check_fragment("a</p>")), (1, 2));
        assert_eq!(
            place_of(check_fragment("<?xml version='1.0'?><p/>")),
            (1, 1)
        );
        assert_eq!(place_of(check_fragment("<!DOCTYPE p><p/>")), (1, 1));
    }

    #[test]
    fn an_entity_bomb_is_refused_at_its_first_reference_without_expansion() {
        let mut bomb = String::from("<!DOCTYPE a [<!ENTITY l0 \"lol\">");
        for level in 1..10 {
            let below = format!("&l{};", level - 1).repeat(10);
            bomb += &format!("<!ENTITY l{level} \"{below}\">");
        }
        bomb += "]>\n<a>&l9;</a>";
        assert_eq!(place_of(check_well_formed(&bomb)), (2, 4));
        assert_eq!(
            place_of(check_well_formed(
                &bomb.replace("<a>&l9;</a>", "<a b='&l9;'/>")
            )),
            (2, 7)
        );
    }

    #[test]
    fn external_entities_are_refused_and_never_opened() {
        let xml = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///dev/zero\">]><a>&x;</a>";
        assert_eq!(place_of(check_well_formed(xml)), (1, 56));
    }

    #[test]
    fn nesting_is_bounded_and_100_000_levels_overflow_no_stack() {
        let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!(check_well_formed(&nested(256)), Ok(()));
        let error = check_well_formed(&nested(100_000)).unwrap_err();
        assert_eq!(
            (error.kind, error.column),
            (XmlErrorKind::Limit, 256 * 3 + 1)
        );
    }

    #[test]
    fn nodes_and_declarations_are_bounded() {
        let many = format!("<a>{}</a>", "<b/>".repeat(1_000_000));
        assert_eq!(
            check_well_formed(&many).unwrap_err().kind,
            XmlErrorKind::Limit
        );
        let declarations: String = (0..300).map(|i| format!(" xmlns:p{i}='u'")).collect();
        assert!(check_well_formed(&format!("<a{declarations}/>")).is_err());
    }

    #[test]
    fn ten_megabytes_of_text_pass() {
        assert_eq!(
            check_well_formed(&format!("<a>{}</a>", "text ".repeat(2 << 20))),
            Ok(())
        );
    }

    #[test]
    fn messages_are_one_short_line_whatever_the_document_holds() {
        let name = "x\n".repeat(10_000);
        let error = check_well_formed(&format!("<a b='&{name};'/>")).unwrap_err();
        assert!(error.to_string().len() < 300 && !error.to_string().contains('\n'));
        let error = check_well_formed(&format!("<a></{name}>")).unwrap_err();
        assert!(error.to_string().len() < 300 && !error.to_string().contains('\n'));
    }
}
