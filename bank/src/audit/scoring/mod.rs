//! QTI's standard response processing templates, evaluated here: what an answer scores, without the service.

mod answers;
mod area;
mod value;

use timeback_qti::xml::{Cardinality, ItemView, MapEntry, ResponseDeclaration, TemplateKind};

pub(super) use answers::{borrowed, others};
use value::{Form, is_same};

/// The response variable that the templates score.
pub(super) const RESPONSE: &str = "RESPONSE";

/// How a standard template scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// All or nothing.
    Match,
    /// The sum of the points that the mapping gives to the values.
    Map,
    /// The sum of the points that the mapping gives to the areas that were hit.
    MapPoint,
}

impl Template {
    /// The item's template, if it is a standard one.
    pub(super) fn of(item: &ItemView) -> Option<Self> {
        match item.response_processing.as_ref()?.template.as_ref()?.kind {
            TemplateKind::MatchCorrect | TemplateKind::Cc2Match | TemplateKind::Cc2MatchBasic => {
                Some(Self::Match)
            }
            TemplateKind::MapResponse | TemplateKind::Cc2MapResponse => Some(Self::Map),
            TemplateKind::MapResponsePoint => Some(Self::MapPoint),
            _ => None,
        }
    }

    /// The score of an answer.
    pub(super) fn score(self, response: &ResponseDeclaration, answer: &[&str]) -> f64 {
        // Without an answer the templates give no points, whatever the mapping's default is.
        if answer.is_empty() {
            return 0.0;
        }
        match self {
            Self::Match => f64::from(u8::from(is_correct(response, answer))),
            Self::Map => map(response, answer),
            Self::MapPoint => map_points(response, answer),
        }
    }
}

fn is_correct(response: &ResponseDeclaration, answer: &[&str]) -> bool {
    let key: Vec<&str> = response
        .correct
        .iter()
        .map(|value| value.text.as_str())
        .collect();
    is_same_answer(response, &key, answer)
}

/// Whether two answers are the same: in order, or as sets, as the variable has it.
pub(super) fn is_same_answer(response: &ResponseDeclaration, one: &[&str], other: &[&str]) -> bool {
    let form = Form::of(response);
    if one.len() != other.len() {
        return false;
    }
    if response.cardinality == Some(Cardinality::Ordered) {
        return one
            .iter()
            .zip(other)
            .all(|(one, other)| is_same(form, one, other));
    }
    let mut left = other.to_vec();
    one.iter().all(|value| {
        let found = left.iter().position(|other| is_same(form, value, other));
        found.map(|at| left.swap_remove(at)).is_some()
    })
}

fn map(response: &ResponseDeclaration, answer: &[&str]) -> f64 {
    let Some(mapping) = &response.mapping else {
        return 0.0;
    };
    let form = Form::of(response);
    let entry = |value: &str| {
        let is_meant = |entry: &MapEntry| match (form, entry.case_sensitive) {
            (Form::Text, false) => entry.key.to_lowercase() == value.to_lowercase(),
            _ => is_same(form, &entry.key, value),
        };
        mapping.entries.iter().position(is_meant)
    };
    // A value that stands twice counts once.
    let mut counted: Vec<usize> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    let mut sum = 0.0;
    for value in answer {
        match entry(value) {
            Some(at) if counted.contains(&at) => {}
            Some(at) => {
                counted.push(at);
                sum += mapping.entries[at].value.unwrap_or(0.0);
            }
            None if unknown.iter().any(|known| is_same(form, known, value)) => {}
            None => {
                unknown.push(value);
                sum += mapping.default_value.unwrap_or(0.0);
            }
        }
    }
    bounded(sum, mapping.lower_bound, mapping.upper_bound)
}

fn map_points(response: &ResponseDeclaration, answer: &[&str]) -> f64 {
    let Some(mapping) = &response.area_mapping else {
        return 0.0;
    };
    let mut hit = vec![false; mapping.entries.len()];
    let mut sum = 0.0;
    for point in answer.iter().filter_map(|point| value::point(point)) {
        let mut areas = mapping.entries.iter();
        match areas.position(|area| area::holds(&area.shape, &area.coords, point)) {
            // An area that is hit twice counts once.
            Some(at) if hit[at] => {}
            Some(at) => {
                hit[at] = true;
                sum += mapping.entries[at].value.unwrap_or(0.0);
            }
            None => sum += mapping.default_value.unwrap_or(0.0),
        }
    }
    bounded(sum, mapping.lower_bound, mapping.upper_bound)
}

fn bounded(sum: f64, lower: Option<f64>, upper: Option<f64>) -> f64 {
    let sum = lower.map_or(sum, |lower| sum.max(lower));
    upper.map_or(sum, |upper| sum.min(upper))
}
