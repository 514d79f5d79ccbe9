//! Feedback that nothing shows: no rule can give its outcome the value that it waits for.

use std::collections::HashSet;

use timeback_qti::xml::{Element, ItemView, ShowHide, TemplateKind};

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    for feedback in &item.feedback {
        let Some(outcome) = feedback.outcome_identifier.as_deref() else {
            continue;
        };
        // Feedback with `show-hide="hide"` is shown until its outcome hides it.
        if feedback.show_hide != ShowHide::Show {
            continue;
        }
        let message = match possible_values(document, item, outcome) {
            Values::Any => continue,
            Values::These(values) if values.contains(&feedback.identifier) => continue,
            Values::These(values) if values.is_empty() => format!("nothing sets {outcome:?}"),
            Values::These(_) => format!("nothing sets {outcome:?} to {:?}", feedback.identifier),
        };
        let element = feedback.content.element();
        findings.at(document.source, &element, Rule::FeedbackNeverShown, message);
    }
}

/// The values that an outcome can have after response processing.
enum Values {
    These(HashSet<String>),
    /// Not known.
    Any,
}

fn possible_values(document: &Document<'_>, item: &ItemView, outcome: &str) -> Values {
    let template = item
        .response_processing
        .as_ref()
        .and_then(|processing| processing.template.as_ref());
    let mut values = HashSet::new();
    // Only the templates of QTI itself are known to set nothing but the score.
    let is_known = |kind: &TemplateKind| {
        use TemplateKind as Kind;
        matches!(
            kind,
            Kind::MatchCorrect | Kind::MapResponse | Kind::MapResponsePoint
        )
    };
    if template.is_some_and(|template| !is_known(&template.kind)) {
        return Values::Any;
    }
    let declared = item
        .outcome_declarations
        .iter()
        .filter(|declared| declared.identifier == outcome);
    values.extend(
        declared
            .flat_map(|declared| &declared.default)
            .map(|value| value.text.clone()),
    );
    for rules in document.elements("response-processing") {
        for rule in rules
            .descendants()
            .filter(|rule| rule.attribute("identifier") == Some(outcome))
        {
            match rule.qti_name() {
                Some("set-outcome-value") => {
                    for expression in rule.children() {
                        if !add_values(item, &expression, &mut values) {
                            return Values::Any;
                        }
                    }
                }
                Some("lookup-outcome-value") => return Values::Any,
                _ => {}
            }
        }
    }
    Values::These(values)
}

/// Adds the values that an expression can have; `false` if they are not known.
fn add_values(item: &ItemView, expression: &Element, values: &mut HashSet<String>) -> bool {
    let named = expression.attribute("identifier").unwrap_or_default();
    match expression.qti_name() {
        Some("base-value") => {
            values.insert(expression.content().text().trim().to_owned());
            true
        }
        Some("null") => true,
        Some("multiple" | "ordered") => expression
            .children()
            .all(|part| add_values(item, &part, values)),
        Some("correct") => {
            let response = item.response_declaration(named);
            let correct =
                response.map(|response| response.correct.iter().map(|value| value.text.clone()));
            correct.map(|correct| values.extend(correct)).is_some()
        }
        // An answer to a choice is one of its choices; other answers may be anything.
        Some("variable") => match item.interaction(named) {
            Some(interaction) if !interaction.choices.is_empty() => {
                values.extend(
                    interaction
                        .choices
                        .iter()
                        .map(|choice| choice.identifier.clone()),
                );
                true
            }
            _ => false,
        },
        _ => false,
    }
}
