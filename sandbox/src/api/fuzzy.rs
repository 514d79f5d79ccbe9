//! The text search of `query`: every word of the query must stand in the texts, small misspellings allowed.

/// Whether `texts` have each word of `query`, or a similar one.
pub(crate) fn matches(query: &str, texts: [&str; 2]) -> bool {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    query
        .to_lowercase()
        .split_whitespace()
        .all(|word| texts.iter().any(|text| holds(text, word)))
}

fn holds(text: &str, word: &str) -> bool {
    text.contains(word)
        || text
            .split(|c: char| !c.is_alphanumeric())
            .any(|candidate| near(candidate, word))
}

/// Whether a word differs by few edits: at most one from a word of four to seven letters, two from a longer one.
fn near(candidate: &str, word: &str) -> bool {
    let slips = word.chars().count() / 4;
    slips > 0 && strsim::osa_distance(candidate, word) <= slips.min(2)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_search_forgives_small_slips_but_not_other_words() {
        let texts = ["algebra-001", "Linear Equations"];
        assert!(matches("equatoins", texts));
        assert!(matches("ALGEBRA linear", texts));
        assert!(matches("alg", texts));
        assert!(!matches("geometry", texts));
        assert!(!matches("linear geometry", texts));
        assert!(!matches("abc", texts));
    }
}
