//! The reader of XML and the views, on any text.
//!
//! A second reader, roxmltree, must find the same tree in what is well-formed.

use qti_xml::{
    Element, ItemView, Node, StimulusView, TestView, XmlError, XmlErrorKind, check_fragment,
    check_qti_3, check_well_formed, first_difference, root_identifier, root_name, stimulus_content,
};

/// Texts that are not UTF-8 never get here: they are refused where they are decoded.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let checked = check_well_formed(text);
    if let Err(error) = &checked {
        stands_inside(text, error);
    }
    if let Err(error) = check_fragment(text) {
        stands_inside(text, &error);
    }
    all_agree(text, &checked);
    views_hold(text, &checked);
    if let Ok(root) = Element::parse(text) {
        agrees_with_the_second_reader(text, &root);
        is_written_as_it_is_read(&root);
    }
}

fn stands_inside(text: &str, error: &XmlError) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text
        .split('\n')
        .nth(error.line - 1)
        .expect("a line of the text");
    assert!(
        (1..=line.chars().count() + 1).contains(&error.column),
        "{error}"
    );
    let shown = error.to_string();
    assert!(
        shown.len() < 500 && !shown.contains(char::is_control),
        "{shown}"
    );
}

/// All that reads a document finds the same fault in it, or none.
fn all_agree(text: &str, checked: &Result<(), XmlError>) {
    assert_eq!(&Element::parse(text).map(drop), checked);
    assert_eq!(&root_name(text).map(drop), checked);
    assert_eq!(&root_identifier(text).map(drop), checked);
    assert_eq!(&stimulus_content(text).map(drop), checked);
    assert_eq!(first_difference(text, text), checked.clone().map(|()| None));
}

fn views_hold(text: &str, checked: &Result<(), XmlError>) {
    let views = [
        (
            "assessment-item",
            ItemView::parse(text).map(|view| format!("{view:?}")),
        ),
        (
            "assessment-test",
            TestView::parse(text).map(|view| format!("{view:?} {:?}", view.item_refs())),
        ),
        (
            "assessment-stimulus",
            StimulusView::parse(text).map(|view| format!("{view:?}")),
        ),
    ];
    let root = Element::parse(text).ok();
    for (name, view) in views {
        let is_root = root
            .as_ref()
            .is_some_and(|root| root.qti_name() == Some(name));
        match (view, checked) {
            (Ok(_), Ok(())) => assert!(is_root, "{name}"),
            (Err(error), Err(fault)) => assert_eq!(&error, fault),
            (Err(error), Ok(())) => {
                assert!(
                    !is_root && error.kind == XmlErrorKind::UnexpectedRoot,
                    "{name}: {error}"
                );
                stands_inside(text, &error);
            }
            (Ok(_), Err(fault)) => panic!("a view of what is not well-formed: {fault}"),
        }
        match check_qti_3(&format!("qti-{name}"), text) {
            Ok(identifier) => {
                let root = root.as_ref().expect("it is well-formed");
                assert_eq!(identifier.as_deref(), root.attribute("identifier"));
                assert!(is_root, "{name}");
            }
            Err(error) => stands_inside(text, &error),
        }
    }
}

/// Where roxmltree reads the text, it reads the same. It takes more than is well-formed, and refuses some of what is.
fn agrees_with_the_second_reader(text: &str, root: &Element) {
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        ..Default::default()
    };
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Line ends are to be one character before anything is read; it keeps one that a reference follows.
    let body = body.replace("\r\n", "\n").replace('\r', "\n");
    match roxmltree::Document::parse_with_options(&body, options) {
        Ok(other) => same_element(root, other.root_element()),
        // A DOCTYPE is passed over here.
        Err(roxmltree::Error::DtdDetected) => {}
        // It knows the prefix that needs no declaration for attributes only.
        Err(roxmltree::Error::UnknownNamespace(prefix, _)) if prefix == "xml" => {}
        Err(refusal) => panic!("roxmltree refuses it: {refusal}"),
    }
}

fn same_element(ours: &Element, theirs: roxmltree::Node) {
    assert_eq!(ours.name(), theirs.tag_name().name());
    // `xmlns=""` is an empty namespace there.
    assert_eq!(
        ours.namespace(),
        theirs.tag_name().namespace().filter(|uri| !uri.is_empty())
    );
    let attributes: Vec<_> = ours
        .attributes()
        .map(|a| (a.namespace(), a.local_name(), a.value()))
        .collect();
    let expected: Vec<_> = theirs
        .attributes()
        .map(|a| (a.namespace(), a.name(), a.value()))
        .collect();
    assert_eq!(attributes, expected);
    let mut ours = ours.nodes();
    let mut text = String::new();
    // Comments and instructions part texts there, and do not count here.
    for node in theirs.children() {
        if let Some(more) = node.text().filter(|_| node.is_text()) {
            text += more;
        } else if node.is_element() {
            same_text(&mut ours, &mut text);
            let Some(Node::Element(element)) = ours.next() else {
                panic!("an element is missing");
            };
            same_element(&element, node);
        }
    }
    same_text(&mut ours, &mut text);
    assert!(ours.next().is_none(), "one node more");
}

fn same_text<'e>(ours: &mut impl Iterator<Item = Node<'e>>, expected: &mut String) {
    if !expected.is_empty() {
        assert_eq!(ours.next(), Some(Node::Text(expected)));
        expected.clear();
    }
}

/// What a view writes of a document's content reads back as that content.
fn is_written_as_it_is_read(root: &Element) {
    let content = root.content();
    let written = content.xml();
    // In the namespace of the element whose content it is; XML's own is never the default one.
    let namespace = root.namespace().unwrap_or_default();
    let namespace = namespace
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let wrapped = match namespace.as_str() {
        "http://www.w3.org/XML/1998/namespace" => format!("<root>{written}</root>"),
        namespace => format!("<root xmlns=\"{namespace}\">{written}</root>"),
    };
    let again = Element::parse(&wrapped).expect("well-formed");
    assert!(again.nodes().eq(root.nodes()), "{written}");
    assert_eq!(again.content().xml(), written);
    assert_eq!(again.text(), root.text());
    assert_eq!(content.text(), content.to_string());
    assert_eq!(root.descendants().count(), again.descendants().count());
}
