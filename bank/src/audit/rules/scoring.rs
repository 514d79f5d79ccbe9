//! The key scores full marks, and nothing else does: for the standard templates, evaluated here.

use timeback_qti::xml::{
    Cardinality, Interaction, ItemView, OutcomeDeclaration, ResponseDeclaration, TemplateKind,
};

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;
use super::super::scoring::{RESPONSE, Template, borrowed, others};

/// Scores that differ by no more are equal: they are sums of decimal fractions.
const EPSILON: f64 = 1e-9;

pub(super) fn check(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    unscored_keys(document, item, findings);
    let Some(template) = Template::of(item) else {
        return;
    };
    let (Some(response), Some(interaction)) = (
        item.response_declaration(RESPONSE),
        item.interaction(RESPONSE),
    ) else {
        return;
    };
    if response.cardinality == Some(Cardinality::Record)
        || response.correct.is_empty()
        || document.makes_key(RESPONSE)
    {
        return;
    }
    let declarations = document.elements("response-declaration");
    let mut declared = item.response_declarations.iter().zip(declarations);
    let element = declared.find(|(declared, _)| declared.identifier == RESPONSE);
    let at = element.map_or_else(|| document.root.clone(), |(_, element)| element);
    for (rule, message) in problems(template, item, response, interaction) {
        findings.at(document.source, &at, rule, message);
    }
}

fn problems(
    template: Template,
    item: &ItemView,
    response: &ResponseDeclaration,
    interaction: &Interaction,
) -> Vec<(Rule, String)> {
    let key: Vec<&str> = response
        .correct
        .iter()
        .map(|value| value.text.as_str())
        .collect();
    let key_score = template.score(response, &key);
    let declared = declared_maximum(item);
    let mut problems = Vec::new();
    match declared {
        Some(maximum) if key_score + EPSILON < maximum => {
            let message = format!("the key scores {key_score} of {maximum}");
            problems.push((Rule::KeyNotFullScore, message));
        }
        _ if key_score <= EPSILON => {
            let message = format!("the key scores {key_score}");
            problems.push((Rule::KeyNotFullScore, message));
        }
        _ => {}
    }
    let scored = others(interaction, response).into_iter().map(|answer| {
        let score = template.score(response, &borrowed(&answer));
        (answer, score)
    });
    let best = scored.max_by(|(_, one), (_, other)| one.total_cmp(other));
    let Some((answer, score)) = best else {
        return problems;
    };
    let shown = answer.join(", ");
    if declared.is_none() && score > key_score + EPSILON {
        let message = format!("the key scores {key_score}, the answer {shown:?} scores {score}");
        problems.push((Rule::KeyNotFullScore, message));
    } else if score > EPSILON && score + EPSILON >= declared.unwrap_or(key_score) {
        let message = format!("the answer {shown:?} scores {score}, as much as the key can");
        problems.push((Rule::WrongAnswerFullScore, message));
    }
    problems
}

/// The highest score, as the item declares it; `None` where it declares none, and where the template gives one point for the
/// key whatever the item declares.
pub(in super::super) fn declared_maximum(item: &ItemView) -> Option<f64> {
    let processing = item.response_processing.as_ref();
    let template = processing.and_then(|processing| processing.template.as_ref());
    let gives_one_point = template.is_some_and(|template| {
        matches!(
            template.kind,
            TemplateKind::Cc2Match | TemplateKind::Cc2MatchBasic
        )
    });
    if gives_one_point {
        return None;
    }
    let outcome = |identifier: &str| {
        let mut outcomes = item.outcome_declarations.iter();
        outcomes.find(|outcome| outcome.identifier == identifier)
    };
    let default = |outcome: &OutcomeDeclaration| outcome.default.first()?.text.parse().ok();
    let maximum = outcome("SCORE").and_then(|score| score.normal_maximum);
    maximum.or_else(|| outcome("MAXSCORE").and_then(default))
}

/// Reports keys of variables that neither a rule nor the template looks at: nothing scores them.
fn unscored_keys(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    let processing = item.response_processing.as_ref();
    let template = processing.and_then(|processing| processing.template.as_ref());
    // A template that is not QTI's own may score anything.
    if template.is_some_and(|template| matches!(template.kind, TemplateKind::Other(_))) {
        return;
    }
    let is_used = |identifier: &str| {
        (template.is_some() && identifier == RESPONSE) || document.rules_name(identifier)
    };
    let declarations = document.elements("response-declaration");
    for (response, element) in item.response_declarations.iter().zip(declarations) {
        let has_key = !response.correct.is_empty()
            || response.mapping.is_some()
            || response.area_mapping.is_some();
        if has_key && !is_used(&response.identifier) {
            let message = match (processing, template) {
                (None, _) => "the item has a key and no response processing".to_owned(),
                (_, Some(_)) => format!(
                    "the template scores {RESPONSE:?} only, not {:?}",
                    response.identifier
                ),
                _ => format!("no rule looks at {:?}", response.identifier),
            };
            findings.at(document.source, &element, Rule::ProcessingMissing, message);
        }
    }
}
