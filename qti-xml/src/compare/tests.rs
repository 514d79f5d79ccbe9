use super::*;

fn difference(sent: &str, stored: &str) -> Option<String> {
    first_difference(sent, stored)
        .unwrap()
        .map(|difference| difference.to_string())
}

#[track_caller]
fn assert_same(left: &str, right: &str) {
    assert_eq!(difference(left, right), None);
    assert_eq!(difference(right, left), None);
}

#[track_caller]
fn assert_differ(left: &str, right: &str, path: &str) {
    let there = first_difference(left, right)
        .unwrap()
        .expect("a difference");
    let back = first_difference(right, left)
        .unwrap()
        .expect("a difference");
    assert_eq!(there.path, path);
    assert_eq!((there.expected, there.found), (back.found, back.expected));
}

#[test]
fn the_spelling_of_a_document_does_not_count() {
    assert_same(
        "<a x='1' y='2'/>",
        "<?xml version='1.0'?><!-- c -->\n<a y=\"2\" x=\"1\"></a><?pi?>",
    );
    assert_same(
        "<a xmlns='u'><b/></a>",
        "<p:a xmlns:p='u' xmlns:unused='v'><p:b/></p:a>",
    );
    assert_same("<a xmlns:l='u' l:h='1'/>", "<a xmlns:m='u' m:h='1'/>");
    assert_same(
        "<a>1 &lt; 2<!-- c --> 3</a>",
        "<a><![CDATA[1 < ]]>&#50; 3</a>",
    );
    assert_same("<a x='&#39;'/>", "<a x=\"'\"/>");
}

#[test]
fn white_space_between_elements_and_at_the_edges_of_blocks_does_not_count() {
    assert_same(
        "<div><p>1</p><p>2</p></div>",
        "<div>\n  <p>\n    1\n  </p>\n  <p>2</p>\n</div>",
    );
    assert_same("<p>one two</p>", "<p>one\n      two</p>");
    assert_same("<p>one <b>two</b></p>", "<p>one\n  <b>two</b>\n</p>");
    assert_same(
        "<x><qti-of-later-years/><qti-of-later-years/></x>",
        "<x> <qti-of-later-years/> <qti-of-later-years/> </x>",
    );
    assert_same("<qti-value>A</qti-value>", "<qti-value>\n A\n</qti-value>");
}

#[test]
fn white_space_that_separates_words_counts() {
    assert_differ("<p>Hello <b>x</b></p>", "<p>Hello<b>x</b></p>", "/p/text()");
    assert_differ(
        "<p><b>x</b> <i>y</i></p>",
        "<p><b>x</b><i>y</i></p>",
        "/p/text()",
    );
    assert_differ("<p>a<b> x</b></p>", "<p>a<b>x</b></p>", "/p/b/text()");
    assert_differ("<p>one two</p>", "<p>onetwo</p>", "/p/text()");
    assert_differ("<p>a&#160;b</p>", "<p>a b</p>", "/p/text()");
    let entry = |space| format!("<p>is{space}<qti-text-entry-interaction/></p>");
    assert_differ(&entry(" "), &entry(""), "/p/text()");
}

#[test]
fn white_space_beside_an_unknown_element_separates_words() {
    const SSML: &str = "xmlns:s='http://www.w3.org/2001/10/synthesis'";
    for (before, element, after) in [
        ("Say", "<s:emphasis>not</s:emphasis>", "this"),
        ("Say", "<s:sub alias='World'>W</s:sub>", ""),
        ("", "<s:p>a</s:p>", "b"),
        ("Say", "<custom-word>not</custom-word>", "this"),
        ("Say", "<iframe/>", "this"),
        ("Say", "<map/>", "this"),
        ("Say", "<x:div xmlns:x='urn:x'>not</x:div>", "this"),
        (
            "Say",
            "<qti-portable-custom-interaction class='word'/>",
            "this",
        ),
        ("<i>Say</i>", "<s:break/>", "<i>this</i>"),
        ("<custom-word/>", "<custom-word/>", ""),
    ] {
        let apart = format!("<p {SSML}>{before} {element} {after}</p>");
        let joined = format!("<p {SSML}>{before}{element}{after}</p>");
        assert!(difference(&apart, &joined).is_some(), "{apart}");
        assert!(!differences(&apart, &joined).unwrap().is_empty(), "{apart}");
    }
}

#[test]
fn white_space_between_the_elements_of_a_formula_or_a_drawing_does_not_count() {
    const MATH: &str = " xmlns='http://www.w3.org/1998/Math/MathML'";
    const SVG: &str = " xmlns='http://www.w3.org/2000/svg'";
    for namespace in [MATH, ""] {
        let formula = |gap: &str| {
            let parts = ["", "<mn>1</mn>", "<mo>+</mo>", "<mtext>a b</mtext>", ""].join(gap);
            format!("<p>a <math{namespace}><mrow>{parts}</mrow></math></p>")
        };
        assert_same(&formula(""), &formula("\n  "));
        assert_same("<math><mi>x</mi></math>", "<math><mi> x </mi></math>");
        let words = format!("<math{namespace}><mtext>a <b>b</b></mtext></math>");
        assert!(difference(&words, &words.replace("a <b>", "a<b>")).is_some());
    }
    for namespace in [SVG, ""] {
        let drawing = |gap: &str| {
            let parts = ["", "<g/>", "<g/>", "<text>a b</text>", ""].join(gap);
            format!("<svg{namespace}>{parts}</svg>")
        };
        assert_same(&drawing(""), &drawing("\n  "));
        let words = format!("<svg{namespace}><text>a <tspan>b</tspan></text></svg>");
        assert!(difference(&words, &words.replace("a <tspan>", "a<tspan>")).is_some());
        assert_same(&words, &words.replace("<text>a", "<text>\n a"));
    }
}

#[test]
fn preformatted_text_and_the_inside_of_values_count_exactly() {
    assert_differ("<pre>a  b</pre>", "<pre>a b</pre>", "/pre/text()");
    assert_differ(
        "<pre><b> a</b></pre>",
        "<pre><b>  a</b></pre>",
        "/pre/b/text()",
    );
    assert_differ(
        "<p xml:space='preserve'>a </p>",
        "<p xml:space='preserve'>a</p>",
        "/p/text()",
    );
    assert_differ(
        "<qti-value>a  b</qti-value>",
        "<qti-value>a b</qti-value>",
        "/qti-value/text()",
    );
    assert_same(
        "<pre><p xml:space='default'> a  b</p></pre>",
        "<pre><p xml:space='default'>a b</p></pre>",
    );
}

#[test]
fn a_difference_is_reported_with_its_place_and_both_sides() {
    let sent = "<item><body><p>1</p><p class='a'>2</p></body></item>";
    assert_eq!(
        difference(sent, &sent.replace("'a'", "'b'")).unwrap(),
        r#"/item/body/p[2]/@class: expected "a", found "b""#
    );
    assert_eq!(
        difference(sent, &sent.replace("<p class='a'>2</p>", "")).unwrap(),
        r#"/item/body/p[2]: expected "<p>", found nothing"#
    );
    assert_eq!(
        difference(sent, &sent.replace("</body>", "<hr/></body>")).unwrap(),
        r#"/item/body/hr: expected nothing, found "<hr>""#
    );
    assert_eq!(
        difference(sent, &sent.replace("<p>1</p>", "one<p>1</p>")).unwrap(),
        r#"/item/body/p[1]: expected "<p>", found "one""#
    );
    assert_eq!(
        difference("<a xmlns='u'/>", "<a xmlns='v'/>").unwrap(),
        r#"/a: expected "<a xmlns=\"u\">", found "<a xmlns=\"v\">""#
    );
    assert_eq!(
        difference("<a/>", "<a xml:lang='en'/>").unwrap(),
        r#"/a/@xml:lang: expected nothing, found "en""#
    );
}

#[test]
fn long_texts_are_cut_to_where_they_differ() {
    let long = |end| {
        format!(
            "<p>{}{end}{}</p>",
            "€ ".repeat(10_000),
            "tail ".repeat(10_000)
        )
    };
    let shown = difference(&long("left"), &long("right")).unwrap();
    assert!(shown.contains("left") && shown.contains("right"), "{shown}");
    assert!(shown.chars().count() < 300, "{shown}");
}

#[test]
fn an_error_says_which_document_it_is_in() {
    assert!(
        !first_difference("<a>", "<a/>")
            .unwrap_err()
            .message
            .contains("stored")
    );
    assert!(
        first_difference("<a/>", "<a>")
            .unwrap_err()
            .message
            .contains("stored")
    );
}

#[test]
fn attributes_are_matched_by_name_even_if_there_are_100_000() {
    let many: String = (0..100_000).map(|i| format!(" a{i}=''")).collect();
    let xml = format!("<a{many}/>");
    assert_same(&xml, &xml);
}

/// 60,000 siblings of 20,000 names: if each step counted its siblings anew, this would take minutes.
#[test]
fn differences_among_many_siblings_are_found_without_counting_them_anew_each_time() {
    let names = (0..20_000)
        .map(|number| format!("<n{number}/>"))
        .collect::<String>();
    let document = |last: &str| format!("<a>{names}{names}{names}{last}</a>");
    let (sent, stored) = (document("<p>x</p><p/>"), document("<p>y</p><p/>"));
    let found = differences(&sent, &stored).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "/a/p[1]/text()");
}
