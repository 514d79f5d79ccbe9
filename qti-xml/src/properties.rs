//! Promises that hold for any text and any tree.

use std::sync::Arc;

use proptest::prelude::*;

use crate::parse::dom::{Attribute, Element, Node, parse};
use crate::parse::lexical::is_xml_char;
use crate::*;

/// Texts that look like XML more often than chance would have it.
fn soup() -> impl Strategy<Value = String> {
    let scraps = [
        "<a>",
        "</a>",
        "<a",
        "/>",
        ">",
        "<",
        "<b/>",
        "<p:b ",
        "</p:b>",
        "xmlns:p='u'",
        " xmlns=\"v\"",
        " x='1'",
        "='",
        "\"",
        "&",
        ";",
        "&lt;",
        "&#",
        "&#60;",
        "&nbsp;",
        "<!--",
        "-->",
        "--",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a [",
        "<!ENTITY e 'x'>",
        "]>",
        "é",
        "\u{feff}",
        "\r\n",
        "\t",
        " ",
        "\0",
        "<qti-assessment-item>",
        "</qti-assessment-item>",
        "<qti-item-body>",
        "</qti-item-body>",
        "<qti-choice-interaction max-choices='-1'>",
        "<qti-value>",
    ];
    let piece = prop_oneof![9 => proptest::sample::select(scraps.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn xml_text() -> impl Strategy<Value = String> {
    let common = proptest::sample::select(vec![
        'a', ' ', '\n', '\r', '\t', '<', '>', '&', '"', '\'', ']', 'é', '\u{a0}',
    ]);
    let c = prop_oneof![3 => common, 1 => any::<char>().prop_filter("XML allows it", |c| is_xml_char(*c))];
    proptest::collection::vec(c, 1..12).prop_map(String::from_iter)
}

fn namespace() -> impl Strategy<Value = Option<Arc<str>>> {
    proptest::sample::select(vec![None, Some("urn:a"), Some("urn:b&<\"'>")])
        .prop_map(|uri| uri.map(Arc::from))
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["p", "b", "pre", "qti-value", "x-1.é"]).prop_map(str::to_owned)
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = (
        namespace(),
        proptest::sample::select(vec!["x", "y"]),
        name(),
        xml_text(),
    );
    proptest::collection::vec(attribute, 0..4).prop_map(|found| {
        let mut attributes: Vec<Attribute> = Vec::new();
        for (namespace, prefix, local, value) in found {
            // One prefix cannot mean two namespaces in a tag.
            let prefix = namespace
                .as_ref()
                .map(|namespace| format!("{prefix}{}", namespace.len()));
            let attribute = Attribute {
                namespace,
                prefix,
                local,
                value,
            };
            if attributes
                .iter()
                .all(|known| known.name() != attribute.name())
            {
                attributes.push(attribute);
            }
        }
        attributes
    })
}

fn tree() -> impl Strategy<Value = Element> {
    let leaf =
        (namespace(), name(), attributes()).prop_map(|(namespace, local, attributes)| Element {
            namespace,
            local,
            attributes,
            children: Vec::new(),
            place: (1, 1),
        });
    leaf.prop_recursive(5, 40, 6, |inner| {
        let node = prop_oneof![
            inner.prop_map(|e| Node::Element(Arc::new(e))),
            xml_text().prop_map(Node::Text)
        ];
        (
            namespace(),
            name(),
            attributes(),
            proptest::collection::vec(node, 0..6),
        )
            .prop_map(|(namespace, local, attributes, mut children)| {
                children.dedup_by(|next, before| {
                    matches!((next, before), (Node::Text(_), Node::Text(_)))
                });
                Element {
                    namespace,
                    local,
                    attributes,
                    children,
                    place: (1, 1),
                }
            })
    })
}

/// A document whose root holds the tree.
fn document(tree: &Element) -> String {
    let children = vec![Node::Element(Arc::new(tree.clone()))];
    let holder = Element {
        namespace: None,
        local: "root".into(),
        attributes: Vec::new(),
        children,
        place: (1, 1),
    };
    format!("<root>{}</root>", holder.inner_xml())
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic_and_all_agree_on_what_is_well_formed(text in prop_oneof![soup(), any::<String>()]) {
        let checked = check_well_formed(&text);
        prop_assert_eq!(parse(&text).err(), checked.clone().err());
        prop_assert_eq!(first_difference(&text, &text), checked.clone().map(|()| None));
        if checked.is_ok() {
            let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
            prop_assert!(check_fragment(&text).is_ok() || body.contains("<?xml") || body.contains("<!DOCTYPE"));
        }
        let _ = (ItemView::parse(&text), TestView::parse(&text), StimulusView::parse(&text));
    }

    #[test]
    fn an_error_stands_inside_the_text(text in soup()) {
        if let Err(error) = check_fragment(&text) {
            let line = text.strip_prefix('\u{feff}').unwrap_or(&text).split('\n').nth(error.line - 1);
            prop_assert!(error.column <= line.unwrap().chars().count() + 1);
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
    }

    #[test]
    fn a_written_tree_reads_back_equal(tree in tree()) {
        let document = document(&tree);
        let again = parse(&document).unwrap().root;
        prop_assert_eq!(&**again.elements().next().unwrap(), &tree);
        prop_assert_eq!(first_difference(&document, &document), Ok(None));
    }

    #[test]
    fn a_changed_attribute_is_found(tree in tree(), value in xml_text()) {
        let mut changed = tree.clone();
        changed.attributes.retain(|attribute| attribute.local != "added");
        changed.attributes.push(Attribute { namespace: None, prefix: None, local: "added".into(), value });
        let difference = first_difference(&document(&tree), &document(&changed)).unwrap().unwrap();
        prop_assert!(difference.path.ends_with("/@added"), "{}", difference.path);
        prop_assert_eq!(difference.to_string().lines().count(), 1);
    }

    #[test]
    fn all_differences_are_none_where_the_first_is(one in tree(), other in tree()) {
        let (one, other) = (document(&one), document(&other));
        let first = first_difference(&one, &other).unwrap();
        prop_assert_eq!(differences(&one, &other).unwrap().is_empty(), first.is_none());
        prop_assert_eq!(differences(&one, &one), Ok(Vec::new()));
    }

    #[test]
    fn plain_text_has_each_word_once_and_in_order(words in proptest::collection::vec("[a-z]{1,5}", 1..12), blocks in any::<bool>()) {
        let tag = if blocks { "p" } else { "b" };
        let body: String = words.iter().map(|word| format!("<{tag}>{word}</{tag}> ")).collect();
        let stimulus = format!("<qti-assessment-stimulus><qti-stimulus-body>{body}</qti-stimulus-body></qti-assessment-stimulus>");
        let text = StimulusView::parse(&stimulus).unwrap().body.unwrap().text();
        prop_assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words);
    }
}
