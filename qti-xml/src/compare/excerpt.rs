//! What a difference shows of two texts.

/// Both sides, each cut to an excerpt around the first character that differs.
pub(crate) fn excerpts(
    expected: Option<&str>,
    found: Option<&str>,
) -> (Option<String>, Option<String>) {
    let (left, right) = (expected.unwrap_or_default(), found.unwrap_or_default());
    let differs_at = left
        .chars()
        .zip(right.chars())
        .take_while(|(l, r)| l == r)
        .count();
    (
        expected.map(|text| excerpt(text, differs_at)),
        found.map(|text| excerpt(text, differs_at)),
    )
}

/// Up to 80 characters around a place, given in characters.
pub(crate) fn excerpt(text: &str, around: usize) -> String {
    const BEFORE: usize = 20;
    const LONGEST: usize = 80;
    let start = around.saturating_sub(BEFORE);
    let mut rest = text.chars().skip(start);
    let shown: String = rest.by_ref().take(LONGEST).collect();
    let (cut_before, cut_after) = (start > 0, rest.next().is_some());
    format!(
        "{}{shown}{}",
        if cut_before { "..." } else { "" },
        if cut_after { "..." } else { "" }
    )
}
