//! All places where two documents differ, for a person who looks at a change.

use std::collections::VecDeque;

use super::excerpt::excerpts;
use super::in_one_way::in_one_way;
use super::white_space::{Piece, WhiteSpace, pieces};
use super::{Difference, attribute_differences, prepared, same_name, steps, tags};
use crate::error::XmlError;
use crate::parse::dom::Element;

/// All differences between two documents, in document order; what does not change the meaning does not count, as in
/// [`first_difference`](super::first_difference).
///
/// Children that were inserted or taken out are told as such; those around them are compared with their like, by name and
/// identifier.
///
/// # Errors
/// When either document is not well-formed; the message says if it is the stored one.
///
/// ```
/// use qti_xml::differences;
///
/// let before = "<qti-choice><a identifier='A'>Rome</a><a identifier='B'>Milan</a></qti-choice>";
/// let after = "<qti-choice class='x'><a identifier='C'>Turin</a><a identifier='A'>Roma</a><a identifier='B'>Milan</a></qti-choice>";
/// let places: Vec<_> = differences(before, after)?.into_iter().map(|difference| difference.path).collect();
/// assert_eq!(places, ["/qti-choice/@class", "/qti-choice/a[1]", "/qti-choice/a[2]/text()"]);
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
pub fn differences(sent: &str, stored: &str) -> Result<Vec<Difference>, XmlError> {
    differences_of(sent, stored, false)
}

/// [`differences`] but for what a service that stores a test writes in its own way, as
/// [`first_difference_of_tests`](super::first_difference_of_tests) lists it.
///
/// # Errors
/// As [`differences`].
pub fn differences_of_tests(sent: &str, stored: &str) -> Result<Vec<Difference>, XmlError> {
    differences_of(sent, stored, true)
}

fn differences_of(sent: &str, stored: &str, of_tests: bool) -> Result<Vec<Difference>, XmlError> {
    let (sent, stored) = prepared(sent, stored, |root| {
        if of_tests {
            in_one_way(root);
        }
    })?;
    let mut found = Vec::new();
    let path = format!("/{}", sent.local);
    compare(&sent, &stored, WhiteSpace::Collapse, &path, &mut found);
    Ok(found)
}

fn compare(
    sent: &Element,
    stored: &Element,
    outer: WhiteSpace,
    path: &str,
    found: &mut Vec<Difference>,
) {
    if !same_name(sent, stored) {
        return found.push(tags(sent, stored, path.to_owned()));
    }
    found.extend(attribute_differences(sent, stored).map(|below| below.under_path(path)));
    let white_space = outer.within(sent);
    let (before, after) = (pieces(sent, white_space), pieces(stored, white_space));
    let (steps_before, steps_after) = (steps(&before), steps(&after));
    for (expected, now) in aligned(&before, &after) {
        let place = match (expected, now) {
            (_, Some(at)) => format!("{path}/{}", steps_after[at]),
            (Some(at), None) => format!("{path}/{}", steps_before[at]),
            (None, None) => continue,
        };
        match (expected.map(|at| &before[at]), now.map(|at| &after[at])) {
            (Some(Piece::Element(expected)), Some(Piece::Element(now))) => {
                compare(expected, now, white_space, &place, found);
            }
            (Some(Piece::Text(expected)), Some(Piece::Text(now))) if expected == now => {}
            (Some(Piece::Text(expected)), Some(Piece::Text(now))) => {
                let (expected, now) = excerpts(Some(expected), Some(now));
                found.push(Difference {
                    path: place,
                    expected,
                    found: now,
                });
            }
            (expected, now) => found.push(Difference {
                path: place,
                expected: expected.map(Piece::shown),
                found: now.map(Piece::shown),
            }),
        }
    }
}

/// The largest table of an alignment: beyond it pieces are compared one by one.
const LARGEST_TABLE: usize = 4_000_000;

/// Which pieces are to be compared with which, in order; `None` for nothing.
fn aligned(before: &[Piece<'_>], after: &[Piece<'_>]) -> Vec<(Option<usize>, Option<usize>)> {
    let like = |a: usize, b: usize| before[a].is_like(&after[b]);
    let shorter = before.len().min(after.len());
    let start = (0..shorter).take_while(|&at| like(at, at)).count();
    let from_end = |at: usize| like(before.len() - 1 - at, after.len() - 1 - at);
    let end = (0..shorter - start).take_while(|&at| from_end(at)).count();
    let (rows, columns) = (before.len() - start - end, after.len() - start - end);
    let mut pairs: VecDeque<_> = (0..start).map(|at| (Some(at), Some(at))).collect();
    if rows == columns || rows.saturating_mul(columns) > LARGEST_TABLE {
        // As many as before: the one in the place of another took it.
        let place = |at: usize, count: usize| (at < count).then_some(start + at);
        pairs.extend((0..rows.max(columns)).map(|at| (place(at, rows), place(at, columns))));
    } else {
        // The longest common subsequence, counted from the end.
        let mut longest = vec![vec![0_u32; columns + 1]; rows + 1];
        for a in (0..rows).rev() {
            for b in (0..columns).rev() {
                longest[a][b] = match like(start + a, start + b) {
                    true => longest[a + 1][b + 1] + 1,
                    false => longest[a + 1][b].max(longest[a][b + 1]),
                };
            }
        }
        let (mut a, mut b) = (0, 0);
        while a < rows || b < columns {
            if a < rows && b < columns && like(start + a, start + b) {
                pairs.push_back((Some(start + a), Some(start + b)));
                (a, b) = (a + 1, b + 1);
            } else if b == columns || (a < rows && longest[a + 1][b] >= longest[a][b + 1]) {
                pairs.push_back((Some(start + a), None));
                a += 1;
            } else {
                pairs.push_back((None, Some(start + b)));
                b += 1;
            }
        }
    }
    let tail = (0..end).rev();
    pairs.extend(tail.map(|at| (Some(before.len() - 1 - at), Some(after.len() - 1 - at))));
    pairs.into()
}

impl Piece<'_> {
    /// Whether two pieces are the same one, changed perhaps: texts, or elements of one name and identifier.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(_), Self::Text(_)) => true,
            (Self::Element(one), Self::Element(other)) => {
                same_name(one, other)
                    && one.attribute("identifier") == other.attribute("identifier")
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(before: &str, after: &str) -> Vec<String> {
        let found = differences(before, after).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_change_is_told_with_its_place() {
        assert_eq!(
            places(
                "<a x='1' y='2'><b>one</b><c/><d>two</d></a>",
                "<a x='3'><b>uno</b><d z='1'>due</d></a>"
            ),
            [
                r#"/a/@x: expected "1", found "3""#,
                r#"/a/@y: expected "2", found nothing"#,
                r#"/a/b/text(): expected "one", found "uno""#,
                r#"/a/c: expected "<c>", found nothing"#,
                r#"/a/d/@z: expected nothing, found "1""#,
                r#"/a/d/text(): expected "two", found "due""#,
            ]
        );
    }

    #[test]
    fn an_insertion_does_not_make_all_that_follows_a_difference() {
        let item = |number: usize| format!("<i identifier='{number}'>{number}</i>");
        let list = |numbers: &[usize]| {
            let items = numbers
                .iter()
                .map(|number| item(*number))
                .collect::<String>();
            format!("<l>{items}</l>")
        };
        let before: Vec<usize> = (0..50).collect();
        let mut after = before.clone();
        after.insert(7, 100);
        after.remove(30);
        after.push(200);
        assert_eq!(
            places(&list(&before), &list(&after)),
            [
                r#"/l/i[8]: expected nothing, found "<i>""#,
                r#"/l/i[30]: expected "<i>", found nothing"#,
                r#"/l/i[51]: expected nothing, found "<i>""#,
            ]
        );
    }

    #[test]
    fn another_root_is_one_difference() {
        assert_eq!(
            places("<a><x/></a>", "<b><y/></b>"),
            [r#"/a: expected "<a>", found "<b>""#]
        );
    }
}
