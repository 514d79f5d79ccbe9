//! The outcome of an audit.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Findings};
use super::rule::{Rule, Severity};

/// The counts of content and findings: a baseline for later audits.
///
/// ```
/// use timeback_qti_bank::audit::Counts;
///
/// let baseline: Counts = serde_json::from_str(r#"{"items": 120, "findings": {"image-without-alt": 3}}"#)?;
/// assert_eq!((baseline.items, baseline.stimuli), (120, 0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Counts {
    /// Stimuli.
    #[serde(default)]
    pub stimuli: u64,
    /// Items.
    #[serde(default)]
    pub items: u64,
    /// Tests.
    #[serde(default)]
    pub tests: u64,
    /// Interactions of items, by kind.
    #[serde(default)]
    pub interactions: BTreeMap<String, u64>,
    /// Findings, by the code of their rule.
    pub findings: BTreeMap<String, u64>,
}

/// What an audit found.
///
/// `Display` writes a line a finding, `file:line:column: severity[code]: entity: message`, and a line of sums.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// All findings, by file and place; what is about the whole bank comes last.
    pub findings: Vec<Finding>,
    /// The counts: a baseline for later audits.
    pub counts: Counts,
}

impl Report {
    pub(super) fn new(findings: Findings, mut counts: Counts, baseline: Option<&Counts>) -> Self {
        let mut findings = findings;
        for finding in &findings.0 {
            *counts
                .findings
                .entry(finding.rule.code().to_owned())
                .or_default() += 1;
        }
        if let Some(baseline) = baseline {
            hold_against(baseline, &counts, &mut findings);
        }
        let mut findings = findings.0;
        findings.sort_by(|one, other| {
            let order = |finding: &Finding| {
                let (key, place) = (finding.entity.clone(), finding.place.clone());
                (key.is_none(), key, place, finding.rule)
            };
            order(one).cmp(&order(other))
        });
        Self { findings, counts }
    }

    /// The worst severity of the findings that are new to the baseline; `None` if there are none.
    pub fn worst(&self) -> Option<Severity> {
        let new = self.findings.iter().filter(|finding| !finding.known);
        new.map(|finding| finding.severity).max()
    }
}

/// Marks the findings of rules that found no more than the baseline, and reports what there is less of than then.
fn hold_against(baseline: &Counts, counts: &Counts, findings: &mut Findings) {
    let most = |rule: Rule, counts: &Counts| counts.findings.get(rule.code()).copied().unwrap_or(0);
    for finding in &mut findings.0 {
        finding.known = most(finding.rule, counts) <= most(finding.rule, baseline);
    }
    let mut fell = |what: &str, before: u64, now: u64| {
        if now < before {
            let message = format!("{what} fell from {before} to {now}");
            findings.push(Rule::CountFell, message, None, None);
        }
    };
    fell("stimuli", baseline.stimuli, counts.stimuli);
    fell("items", baseline.items, counts.items);
    fell("tests", baseline.tests, counts.tests);
    for (kind, before) in &baseline.interactions {
        let now = counts.interactions.get(kind).copied().unwrap_or(0);
        fell(&format!("interactions of the kind {kind:?}"), *before, now);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let count = |severity| {
            let all = self
                .findings
                .iter()
                .filter(|finding| finding.severity == severity);
            all.count()
        };
        let known = self.findings.iter().filter(|finding| finding.known).count();
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        let sums = severities.map(|severity| match count(severity) {
            1 => format!("1 {severity}"),
            number => format!("{number} {severity}s"),
        });
        f.write_str(&sums.join(", "))?;
        if known > 0 {
            write!(f, ", {known} of them known to the baseline")?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            if let Some(file) = &place.file {
                write!(f, "{file}:")?;
            }
            write!(f, "{}:{}: ", place.line, place.column)?;
        }
        write!(f, "{}[{}]: ", self.severity, self.rule)?;
        if let Some(entity) = &self.entity {
            write!(f, "{entity}: ")?;
        }
        f.write_str(&self.message)
    }
}
