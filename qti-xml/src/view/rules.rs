//! Rules of a test: what is shown, where to go on, how much time there is.

use std::sync::Arc;

use super::content::Content;
use crate::parse::dom::Element;

/// A condition for showing a part, a section or an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PreCondition {
    /// The expression that must be true.
    pub expression: Content,
}

/// Where to go on after a part, a section or an item, if an expression is true.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BranchRule {
    /// An identifier further on, or `EXIT_TEST`, `EXIT_TESTPART`, `EXIT_SECTION`.
    pub target: String,
    /// The expression that must be true.
    pub expression: Content,
}

/// How much time may be taken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TimeLimits {
    /// The least time, in seconds.
    pub min_time: Option<f64>,
    /// The most time, in seconds.
    pub max_time: Option<f64>,
    /// Whether answers after the most time are taken.
    pub allow_late_submission: bool,
}

pub(super) fn pre_conditions(element: &Element) -> Vec<PreCondition> {
    let condition = |condition| PreCondition {
        expression: Content::of(condition),
    };
    element
        .qti_children("pre-condition")
        .map(condition)
        .collect()
}

pub(super) fn branch_rules(element: &Element) -> Vec<BranchRule> {
    let rule = |rule: &Arc<Element>| BranchRule {
        target: rule.text_attribute("target").unwrap_or_default(),
        expression: Content::of(rule),
    };
    element.qti_children("branch-rule").map(rule).collect()
}

pub(super) fn time_limits(element: &Element) -> Option<TimeLimits> {
    element.qti_child("time-limits").map(|limits| TimeLimits {
        min_time: limits.decimal("min-time"),
        max_time: limits.decimal("max-time"),
        allow_late_submission: limits.flag("allow-late-submission"),
    })
}
