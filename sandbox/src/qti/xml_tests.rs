use super::{Element, parse, parse_fragment};

#[test]
fn what_is_written_reads_back_the_same() {
    let element = Element::new("qti-a")
        .with("title", "a \"b\" <c> & 'd'\n\t")
        .child(
            Element::new("qti-b")
                .text("x < y && z\r")
                .child(Element::new("b").text("bold"))
                .text(" end"),
        )
        .child(Element::new("qti-c").child(Element::new("qti-d")));
    let without_indent: String = element.to_document().lines().map(str::trim_start).collect();
    assert_eq!(parse(&without_indent).unwrap(), element);
}

#[test]
fn only_well_formed_documents_are_read() {
    for (xml, why) in [
        ("", "no root element"),
        ("text", "text outside"),
        ("<a>", "not closed"),
        ("<a></b>", "byte"),
        ("<a/><b/>", "second root"),
        ("<a>x</a><b>y</b>", "second root"),
        ("<a>&nbsp;</a>", "&nbsp; is not declared"),
        ("<a>Tom & Jerry</a>", "byte"),
        ("<a b=1/>", "byte"),
        ("<a b='1' b='2'/>", "byte"),
        ("<a b='<'/>", "not well-formed"),
        ("<1a/>", "not a name"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE"),
        ("<a>\u{1}</a>", "cannot hold"),
    ] {
        let error = parse(xml).unwrap_err();
        assert!(error.contains(why), "{xml}: {error}");
    }
    assert!(
        parse(&format!("{}{}", "<a>".repeat(200), "</a>".repeat(200)))
            .unwrap_err()
            .contains("nested deeper")
    );
}

#[test]
fn references_comments_and_cdata_become_text() {
    let element =
        parse("<?xml version='1.0'?><!-- c --><a>x &amp; &#65;<![CDATA[<y>]]><!-- d --></a>\n")
            .unwrap();
    assert_eq!(element.full_text(), "x & A<y>");
    assert_eq!(parse_fragment("a <b>c</b>").unwrap().len(), 2);
}
