//! The comparison of documents: blind to how they are spelled, and to nothing else.

use arbitrary::{Arbitrary as _, Result, Unstructured};
use qti_xml::{
    check_well_formed, differences, differences_of_tests, first_difference,
    first_difference_of_tests,
};

use super::document::{Child, Space, Tree};

pub fn check(bytes: &[u8]) {
    // What has too few bytes is filled up with zeros.
    let _ = compare(&mut Unstructured::new(bytes));
}

fn compare(u: &mut Unstructured<'_>) -> Result<()> {
    let tree = Tree::arbitrary(u)?;
    let document = tree.spelled(u.arbitrary()?);
    assert_eq!(check_well_formed(&document), Ok(()), "{document}");
    same(&document, &tree.spelled(u.arbitrary()?));

    let mut changed = tree.clone();
    change(&mut changed, u)?;
    differ(&document, &changed.spelled(u.arbitrary()?));

    let other = Tree::arbitrary(u)?.spelled(u.arbitrary()?);
    agree(&document, &other);

    let at = u.choose_index(tree.count())?;
    let with_text = |text: &str| {
        let (mut tree, mut at) = (tree.clone(), at);
        let (element, space) = tree
            .nth(&mut at, Space::Collapse)
            .expect("there are so many");
        element.push_text(text);
        (tree.spelled(text.len() as u64), space)
    };
    let ((one, space), (other, _)) = (with_text("p q"), with_text("p  q"));
    match space {
        Space::Collapse => same(&one, &other),
        Space::Trim | Space::Preserve => differ(&one, &other),
    }
    Ok(())
}

fn same(one: &str, other: &str) {
    for (one, other) in [(one, other), (other, one)] {
        assert_eq!(first_difference(one, other), Ok(None), "\n{one}\n{other}");
        assert_eq!(first_difference_of_tests(one, other), Ok(None));
        assert_eq!(differences(one, other), Ok(Vec::new()), "\n{one}\n{other}");
        assert_eq!(differences_of_tests(one, other), Ok(Vec::new()));
    }
}

fn differ(one: &str, other: &str) {
    let found = first_difference(one, other).expect("both are well-formed");
    assert!(found.is_some(), "\n{one}\n{other}");
    agree(one, other);
}

/// Whichever is asked, and in whichever direction: the two differ, or they do not.
fn agree(one: &str, other: &str) {
    let first = first_difference(one, other).expect("both are well-formed");
    let back = first_difference(other, one).expect("both are well-formed");
    assert_eq!(first.is_some(), back.is_some(), "\n{one}\n{other}");
    let all = differences(one, other).expect("both are well-formed");
    assert_eq!(all.is_empty(), first.is_none(), "\n{one}\n{other}");
    let back = differences(other, one).expect("both are well-formed");
    assert_eq!(back.is_empty(), first.is_none(), "\n{one}\n{other}");
    for difference in all.iter().chain(&back).chain(&first) {
        assert_ne!(difference.expected, difference.found, "\n{one}\n{other}");
        let shown = difference.to_string();
        assert!(
            !shown.contains(char::is_control) && shown.starts_with('/'),
            "{shown}"
        );
    }
}

/// Changes what the document means.
fn change(tree: &mut Tree, u: &mut Unstructured<'_>) -> Result<()> {
    let mut at = u.choose_index(tree.count())?;
    let (tree, _) = tree
        .nth(&mut at, Space::Collapse)
        .expect("there are so many");
    let is_tree = |child: &Child| matches!(child, Child::Tree(_));
    match u.int_in_range(0..=6)? {
        0 => match tree.children.iter_mut().rev().find(|child| !is_tree(child)) {
            Some(Child::Text(text)) => text.push('x'),
            _ => tree.children.push(Child::Text("x".to_owned())),
        },
        1 => tree.attributes.push((None, "added", String::new())),
        2 if !tree.attributes.is_empty() => {
            let at = u.choose_index(tree.attributes.len())?;
            tree.attributes[at]
                .2
                .push(*u.choose(&['x', ' ', '\u{a0}'])?);
        }
        3 if !tree.attributes.is_empty() => drop(
            tree.attributes
                .swap_remove(u.choose_index(tree.attributes.len())?),
        ),
        4 if tree.children.iter().any(is_tree) => {
            let at = tree
                .children
                .iter()
                .position(is_tree)
                .expect("there is one");
            tree.children.remove(at);
        }
        5 => {
            tree.namespace = match tree.namespace {
                Some(_) => None,
                None => Some("urn:other"),
            }
        }
        _ => tree.name = "renamed",
    }
    Ok(())
}
