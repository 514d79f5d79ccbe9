//! Scores responses: `match_correct` and `map_response` for single, multiple and ordered answers.
//!
//! Other rules of response processing are not run; an item that has them is scored by its mappings and correct responses.

use std::collections::HashMap;

use super::item_reading::{correct_values, template};
use super::xml::Element;

/// What the learner answered, by response identifier.
pub(crate) type Answers = HashMap<String, Vec<String>>;

/// What scoring found.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) score: f64,
    /// Whether every response is the correct one.
    pub(crate) correct: bool,
}

/// Scores the answers; a response without an answer is a wrong one.
pub(crate) fn score(item: &Element, answers: &Answers) -> Outcome {
    let mapped = match template(item) {
        Some(template) => Some(template == "map_response"),
        None => item
            .descendants()
            .any(|element| element.name == "qti-map-response")
            .then_some(true),
    };
    let mut outcome = Outcome {
        score: 0.0,
        correct: true,
    };
    let mut scored = 0;
    for declaration in item.named("qti-response-declaration") {
        let given = declaration
            .attribute("identifier")
            .and_then(|identifier| answers.get(identifier))
            .map_or(&[] as &[String], Vec::as_slice);
        let response = Response { declaration, given };
        let correct = response.is_correct();
        outcome.correct &= correct;
        scored += 1;
        match declaration.named("qti-mapping").next() {
            Some(mapping) if mapped.unwrap_or(true) => outcome.score += response.mapped(mapping),
            _ if mapped == Some(true) => {}
            _ => outcome.score += f64::from(u8::from(correct)),
        }
    }
    outcome.correct &= scored > 0;
    // The template gives one point for the whole item.
    if mapped == Some(false) {
        outcome.score = f64::from(u8::from(outcome.correct));
    }
    outcome
}

struct Response<'a> {
    declaration: &'a Element,
    given: &'a [String],
}

impl Response<'_> {
    fn is_correct(&self) -> bool {
        let correct = correct_values(self.declaration);
        if correct.is_empty() || correct.len() != self.given.len() {
            return false;
        }
        match self.declaration.attribute("cardinality") {
            Some("multiple") => {
                let mut open: Vec<&String> = self.given.iter().collect();
                correct.iter().all(|wanted| {
                    let found = open.iter().position(|given| self.same(given, wanted, true));
                    found.map(|place| open.swap_remove(place)).is_some()
                })
            }
            _ => correct
                .iter()
                .zip(self.given)
                .all(|(wanted, given)| self.same(given, wanted, true)),
        }
    }

    /// The sum of what the values are worth, each counted once, within the mapping's bounds.
    fn mapped(&self, mapping: &Element) -> f64 {
        let number = |element: &Element, name: &str| {
            element
                .attribute(name)
                .and_then(|text| text.parse::<f64>().ok())
        };
        let mut seen: Vec<&String> = Vec::new();
        let mut sum = 0.0;
        for given in self.given {
            if seen.iter().any(|before| self.same(before, given, true)) {
                continue;
            }
            seen.push(given);
            let entry = mapping.named("qti-map-entry").find(|entry| {
                let cased = entry.attribute("case-sensitive") != Some("false");
                entry
                    .attribute("map-key")
                    .is_some_and(|key| self.same(given, key, cased))
            });
            sum += entry
                .and_then(|entry| number(entry, "mapped-value"))
                .unwrap_or_else(|| number(mapping, "default-value").unwrap_or(0.0));
        }
        let sum = number(mapping, "lower-bound").map_or(sum, |bound| sum.max(bound));
        number(mapping, "upper-bound").map_or(sum, |bound| sum.min(bound))
    }

    /// Whether two values are the same for the declaration's base type.
    fn same(&self, given: &str, wanted: &str, cased: bool) -> bool {
        let (given, wanted) = (given.trim(), wanted.trim());
        match self.declaration.attribute("base-type") {
            Some("integer" | "float") => match (given.parse::<f64>(), wanted.parse::<f64>()) {
                (Ok(given), Ok(wanted)) => given == wanted,
                _ => given == wanted,
            },
            Some("pair") => {
                let mut given: Vec<&str> = given.split_whitespace().collect();
                let mut wanted: Vec<&str> = wanted.split_whitespace().collect();
                given.sort_unstable();
                wanted.sort_unstable();
                given == wanted
            }
            _ if !cased => given.to_lowercase() == wanted.to_lowercase(),
            _ => given == wanted,
        }
    }
}

#[cfg(test)]
#[path = "scoring_tests.rs"]
mod tests;
