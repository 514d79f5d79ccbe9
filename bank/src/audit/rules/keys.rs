//! Keys: there is one, it names what is offered, and a candidate can give it.

use timeback_qti::xml::{
    BaseType, Cardinality, Choice, ChoiceKind, Element, Interaction, InteractionKind, ItemView,
    ResponseDeclaration,
};

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::limits::{Limits, used_too_often};
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    let declarations: Vec<Element> = document.elements("response-declaration").collect();
    let declared = |identifier: &str| {
        let mut all = item.response_declarations.iter().zip(&declarations);
        all.find(|(response, _)| response.identifier == identifier)
    };
    for interaction in &item.interactions {
        let Some((response, element)) = interaction
            .response_identifier
            .as_deref()
            .and_then(declared)
        else {
            continue;
        };
        let has_mapping = response.mapping.is_some() || response.area_mapping.is_some();
        let is_keyed = has_mapping
            || !response.correct.is_empty()
            || document.rules_name(&response.identifier);
        if !is_keyed && is_closed(&interaction.kind) {
            let message = format!(
                "{:?} has neither a correct response nor a mapping",
                response.identifier
            );
            findings.at(document.source, element, Rule::KeyMissing, message);
        }
        for (message, at) in not_offered(interaction, response, element) {
            findings.at(document.source, &at, Rule::KeyNotAChoice, message);
        }
        if let Some(message) = not_possible(interaction, response) {
            findings.at(document.source, element, Rule::KeyNotPossible, message);
        }
    }
}

/// Whether answers to this kind of interaction can be scored without a person.
fn is_closed(kind: &InteractionKind) -> bool {
    use InteractionKind as Kind;
    !matches!(
        kind,
        Kind::ExtendedText
            | Kind::Drawing
            | Kind::Upload
            | Kind::Media
            | Kind::EndAttempt
            | Kind::Custom
            | Kind::PortableCustom
            | Kind::Other(_)
    )
}

/// What the key and the mapping name that the interaction does not offer, each with its place.
fn not_offered(
    interaction: &Interaction,
    response: &ResponseDeclaration,
    declaration: &Element,
) -> Vec<(String, Element)> {
    if interaction.choices.is_empty() {
        return Vec::new();
    }
    let named = |holder: &'static str, name: &'static str| {
        let holders = declaration
            .children()
            .filter(move |child| child.qti_name() == Some(holder));
        let is_named = move |child: &Element| child.qti_name() == Some(name);
        holders.flat_map(move |holder| holder.children().filter(is_named).collect::<Vec<_>>())
    };
    let keys = response.correct.iter().map(|value| value.text.as_str());
    let keys = keys.zip(named("correct-response", "value"));
    let entries = response.mapping.iter().flat_map(|mapping| &mapping.entries);
    let entries = entries
        .map(|entry| entry.key.trim())
        .zip(named("mapping", "map-entry"));
    let problem = |(text, element): (&str, Element)| {
        let problem = problem_of(interaction, response, text)?;
        Some((problem, element))
    };
    keys.chain(entries).filter_map(problem).collect()
}

fn problem_of(
    interaction: &Interaction,
    response: &ResponseDeclaration,
    text: &str,
) -> Option<String> {
    if !matches!(
        response.base_type,
        Some(BaseType::Pair | BaseType::DirectedPair)
    ) {
        return (interaction.choice(text).is_none()).then(|| no_choice(interaction, text));
    }
    let halves: Vec<&str> = text.split_whitespace().collect();
    let [first, second] = halves[..] else {
        return Some(format!("the key {text:?} is not a pair of two identifiers"));
    };
    let found = (interaction.choice(first), interaction.choice(second));
    let (Some(first), Some(second)) = found else {
        let missing = if found.0.is_none() { first } else { second };
        return Some(no_choice(interaction, missing));
    };
    let is_reversed =
        response.base_type == Some(BaseType::DirectedPair) && side(first) > side(second);
    is_reversed.then(|| format!("the pair {text:?} stands the wrong way round"))
}

/// Which half of a directed pair a choice is: 0 for what is placed, 1 for where it goes.
fn side(choice: &Choice) -> usize {
    match choice.kind {
        ChoiceKind::Gap | ChoiceKind::AssociableHotspot => 1,
        _ => choice.group.unwrap_or(0),
    }
}

fn no_choice(interaction: &Interaction, text: &str) -> String {
    let says = |choice: &&Choice| choice.content.text() == text;
    match interaction.choices.iter().find(says) {
        Some(choice) => format!(
            "the key {text:?} is the text of a choice, whose identifier is {:?}",
            choice.identifier
        ),
        None => format!("the key names {text:?}, which is no choice of the interaction"),
    }
}

fn not_possible(interaction: &Interaction, response: &ResponseDeclaration) -> Option<String> {
    let count = response.correct.len();
    if response.cardinality == Some(Cardinality::Single) && count > 1 {
        return Some(format!(
            "{:?} takes one value, and its key has {count}",
            response.identifier
        ));
    }
    if count == 0 {
        return None;
    }
    let limits = Limits::of(interaction, response);
    if limits.most.is_some_and(|most| count > most) {
        let most = limits.most.unwrap_or_default();
        return Some(format!(
            "the interaction takes at most {most} of the key's {count} values"
        ));
    }
    if count < limits.fewest {
        let fewest = limits.fewest;
        return Some(format!(
            "the interaction takes at least {fewest} values, and its key has {count}"
        ));
    }
    let key: Vec<&str> = response
        .correct
        .iter()
        .map(|value| value.text.as_str())
        .collect();
    used_too_often(interaction, &key)
        .map(|choice| format!("the key uses {choice:?} more often than its match-max allows"))
}
