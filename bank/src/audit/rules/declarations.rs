//! Variables: what is used is declared, and what is declared is used.

use std::collections::HashSet;

use timeback_qti::xml::{Element, InteractionKind, ItemView, TemplateKind};

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;

/// Variables that every item has: two responses, an outcome and a context.
const BUILT_IN: [&str; 4] = ["numAttempts", "duration", "completionStatus", "QTI_CONTEXT"];

pub(super) fn check(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    let variables = Variables::of(document, item);
    interactions(document, item, &variables, findings);
    unused_responses(document, item, findings);
    processing(document, item, &variables, findings);
    for feedback in &item.feedback {
        if let Some(outcome) = feedback.outcome_identifier.as_deref()
            && !variables.outcomes.contains(outcome)
        {
            let message = format!("the feedback's outcome {outcome:?} is not declared");
            let element = feedback.content.element();
            findings.at(document.source, &element, Rule::OutcomeUndeclared, message);
        }
    }
}

struct Variables {
    responses: HashSet<String>,
    outcomes: HashSet<String>,
    /// Those that the processing sets, declared or not, and those that QTI itself calls outcomes.
    set: HashSet<String>,
    /// All variables of the item, those that templates, contexts and QTI itself declare included.
    all: HashSet<String>,
}

impl Variables {
    fn of(document: &Document<'_>, item: &ItemView) -> Self {
        let responses = item
            .response_declarations
            .iter()
            .map(|response| response.identifier.clone());
        let outcomes = item
            .outcome_declarations
            .iter()
            .map(|outcome| outcome.identifier.clone());
        let declared = document.root.children().filter_map(|element| {
            let is_declaration = element.qti_name()?.ends_with("-declaration");
            is_declaration.then(|| {
                element
                    .attribute("identifier")
                    .unwrap_or_default()
                    .to_owned()
            })
        });
        let setters = document.elements("response-processing").flat_map(|rules| {
            let is_setter = |rule: &Element| {
                matches!(
                    rule.qti_name(),
                    Some("set-outcome-value" | "lookup-outcome-value")
                )
            };
            rules.descendants().filter(is_setter).collect::<Vec<_>>()
        });
        let set = setters.filter_map(|rule| rule.attribute("identifier").map(str::to_owned));
        let by_convention = ["SCORE", "MAXSCORE"].map(str::to_owned);
        Self {
            set: set.chain(by_convention).collect(),
            responses: responses.collect(),
            outcomes: outcomes.chain(["completionStatus".to_owned()]).collect(),
            all: declared.chain(BUILT_IN.map(str::to_owned)).collect(),
        }
    }
}

fn interactions(
    document: &Document<'_>,
    item: &ItemView,
    variables: &Variables,
    findings: &mut Findings,
) {
    for interaction in &item.interactions {
        let message = match interaction.response_identifier.as_deref() {
            None if interaction.kind == InteractionKind::EndAttempt => continue,
            None => "the interaction names no response variable".to_owned(),
            Some(response) if !variables.responses.contains(response) => {
                format!("the interaction's response variable {response:?} is not declared")
            }
            Some(_) => continue,
        };
        let element = interaction.content.element();
        findings.at(document.source, &element, Rule::ResponseUndeclared, message);
    }
}

fn unused_responses(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    let declarations = document.elements("response-declaration");
    for (response, element) in item.response_declarations.iter().zip(declarations) {
        if item.interaction(&response.identifier).is_none() {
            let message = format!("no interaction answers into {:?}", response.identifier);
            findings.at(document.source, &element, Rule::ResponseUnused, message);
        }
    }
}

fn processing(
    document: &Document<'_>,
    item: &ItemView,
    variables: &Variables,
    findings: &mut Findings,
) {
    let template = item
        .response_processing
        .as_ref()
        .and_then(|processing| processing.template.as_ref());
    let scores_response =
        template.is_some_and(|template| !matches!(template.kind, TemplateKind::Other(_)));
    for element in document.elements("response-processing") {
        if scores_response && !variables.responses.contains("RESPONSE") {
            let message = "the template scores \"RESPONSE\", which is not declared";
            findings.at(document.source, &element, Rule::ResponseUndeclared, message);
        }
        if scores_response && !variables.outcomes.contains("SCORE") {
            let message = "the template sets \"SCORE\", which is not declared";
            findings.at(document.source, &element, Rule::OutcomeUndeclared, message);
        }
        for rule in element.descendants() {
            let Some(identifier) = rule.attribute("identifier") else {
                continue;
            };
            let (rule_found, declared) = match rule.qti_name() {
                Some("set-outcome-value" | "lookup-outcome-value") => {
                    (Rule::OutcomeUndeclared, &variables.outcomes)
                }
                Some("correct" | "map-response" | "map-response-point") => {
                    (Rule::ResponseUndeclared, &variables.responses)
                }
                Some("variable" | "default") if variables.set.contains(identifier) => {
                    (Rule::OutcomeUndeclared, &variables.all)
                }
                Some("variable" | "default") => (Rule::ResponseUndeclared, &variables.all),
                _ => continue,
            };
            if !declared.contains(identifier) {
                let message = format!(
                    "the variable {identifier:?} of {} is not declared",
                    rule.name()
                );
                findings.at(document.source, &rule, rule_found, message);
            }
        }
    }
}
