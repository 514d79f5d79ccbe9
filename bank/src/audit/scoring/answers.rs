//! Answers other than the key, near it: what a candidate might give instead.

use timeback_qti::xml::{
    BaseType, Cardinality, Choice, ChoiceKind, Interaction, ResponseDeclaration,
};

use super::super::limits::{Limits, used_too_often};
use super::is_same_answer;
use super::value::{Form, is_same};

/// How many answers are made at most: more than any real item has choices, and few enough to be quick.
const MOST: usize = 2_000;

/// Answers that the interaction accepts and that are not the key. Where it offers no choices, their texts are made up.
pub(in super::super) fn others(
    interaction: &Interaction,
    response: &ResponseDeclaration,
) -> Vec<Vec<String>> {
    let key: Vec<String> = response
        .correct
        .iter()
        .map(|value| value.text.clone())
        .collect();
    let values = values(interaction, response, &key);
    let mut answers: Vec<Vec<String>> = values.iter().map(|value| vec![value.clone()]).collect();
    if response.cardinality != Some(Cardinality::Single) {
        for at in 0..key.len() {
            let mut fewer = key.clone();
            fewer.remove(at);
            answers.push(fewer.clone());
            let replaced = values.iter().map(|value| {
                let mut replaced = key.clone();
                replaced[at].clone_from(value);
                replaced
            });
            answers.extend(replaced.take(MOST));
        }
        answers.extend(
            values
                .iter()
                .map(|value| [&key[..], std::slice::from_ref(value)].concat()),
        );
        answers.push(values.clone());
    }
    if response.cardinality == Some(Cardinality::Ordered) {
        let swapped = (1..key.len()).map(|at| {
            let mut swapped = key.clone();
            swapped.swap(at - 1, at);
            swapped
        });
        answers.extend(swapped);
    }
    answers.truncate(MOST);
    let limits = Limits::of(interaction, response);
    answers.retain(|answer| is_other(interaction, response, limits, &key, answer));
    answers
}

fn is_other(
    interaction: &Interaction,
    response: &ResponseDeclaration,
    limits: Limits,
    key: &[String],
    answer: &[String],
) -> bool {
    let (key, answer) = (borrowed(key), borrowed(answer));
    let form = Form::of(response);
    let is_set = |answer: &[&str]| {
        let stands_before = |at: usize| {
            answer[..at]
                .iter()
                .any(|before| is_same(form, before, answer[at]))
        };
        !(1..answer.len()).any(stands_before)
    };
    !answer.is_empty()
        && limits.most.is_none_or(|most| answer.len() <= most)
        && answer.len() >= limits.fewest
        && (interaction.choices.is_empty() || is_set(&answer))
        && used_too_often(interaction, &answer).is_none()
        && !is_same_answer(response, &key, &answer)
}

pub(in super::super) fn borrowed(answer: &[String]) -> Vec<&str> {
    answer.iter().map(String::as_str).collect()
}

/// The single values that an answer can consist of.
fn values(
    interaction: &Interaction,
    response: &ResponseDeclaration,
    key: &[String],
) -> Vec<String> {
    let choices = &interaction.choices;
    match response.base_type {
        _ if choices.is_empty() => key
            .iter()
            .filter_map(|value| made_up(response, value))
            .collect(),
        Some(BaseType::Pair | BaseType::DirectedPair) => pairs(choices),
        _ => choices
            .iter()
            .map(|choice| choice.identifier.clone())
            .collect(),
    }
}

/// Another value of the same type as the key's.
fn made_up(response: &ResponseDeclaration, value: &str) -> Option<String> {
    match response.base_type {
        Some(BaseType::Integer | BaseType::Float | BaseType::Duration) => {
            let number: f64 = value.trim().parse().ok()?;
            Some((number + 1_000_003.0).to_string())
        }
        Some(BaseType::Boolean) => Some((!matches!(value.trim(), "true" | "1")).to_string()),
        // A point outside of any image.
        Some(BaseType::Point) => Some("-1 -1".to_owned()),
        Some(BaseType::String) => Some(format!("not {value}")),
        _ => None,
    }
}

/// All pairs that the choices can form. Where some choices are placed and others are targets, the first half is what is placed.
fn pairs(choices: &[Choice]) -> Vec<String> {
    let is_target = |choice: &Choice| match choice.kind {
        ChoiceKind::Gap => true,
        ChoiceKind::AssociableHotspot => has_gap_images(choices),
        _ => choice.group == Some(1),
    };
    let has_targets = choices.iter().any(is_target);
    let mut pairs = Vec::new();
    for (at, first) in choices.iter().enumerate() {
        let seconds = if has_targets {
            choices
        } else {
            &choices[at + 1..]
        };
        for second in seconds {
            let is_pair = !has_targets || (!is_target(first) && is_target(second));
            if is_pair && pairs.len() < MOST {
                pairs.push(format!("{} {}", first.identifier, second.identifier));
            }
        }
    }
    pairs
}

fn has_gap_images(choices: &[Choice]) -> bool {
    choices
        .iter()
        .any(|choice| matches!(choice.kind, ChoiceKind::GapImage | ChoiceKind::GapText))
}
