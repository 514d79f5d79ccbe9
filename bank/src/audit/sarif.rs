//! SARIF 2.1.0, as far as a report needs it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::finding::Finding;
use super::report::Report;
use super::rule::Rule;

/// The characters that need no escape in a URI's path.
const IN_URI: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+');
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

impl Report {
    /// The report in the format SARIF 2.1.0, which code hosts and editors show beside the files.
    ///
    /// # Errors
    /// Never in practice: all of a report can be written as JSON.
    pub fn to_sarif(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Log::of(self))
    }
}

#[derive(Debug, Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<RunResult<'r>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message<'r> {
    text: &'r str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunResult<'r> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'r>,
    baseline_state: &'static str,
    locations: Vec<Location<'r>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'r>; 1]>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'r> {
    artifact_location: ArtifactLocation<'r>,
    region: Region,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation<'r> {
    uri: Cow<'r, str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Debug, Serialize)]
struct LogicalLocation<'r> {
    name: &'r str,
    kind: &'static str,
}

impl<'r> Log<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let rules = Rule::ALL.iter().map(|rule| Descriptor {
            id: rule.code(),
            short_description: Message { text: rule.about() },
            default_configuration: Configuration {
                level: rule.severity().name(),
            },
        });
        let driver = Driver {
            name: "qti",
            version: env!("CARGO_PKG_VERSION"),
            rules: rules.collect(),
        };
        let run = Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results: report.findings.iter().map(RunResult::of).collect(),
        };
        Self {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [run],
        }
    }
}

impl<'r> RunResult<'r> {
    fn of(finding: &'r Finding) -> Self {
        let physical_location = finding.place.as_ref().and_then(|place| {
            let file = place.file.as_deref()?;
            Some(PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(file) },
                region: Region {
                    start_line: place.line,
                    start_column: place.column,
                },
            })
        });
        let logical_locations = finding.entity.as_ref().map(|key| {
            [LogicalLocation {
                name: key.identifier.as_str(),
                kind: key.kind.name(),
            }]
        });
        let location = Location {
            physical_location,
            logical_locations,
        };
        Self {
            rule_id: finding.rule.code(),
            rule_index: Rule::ALL
                .iter()
                .position(|rule| *rule == finding.rule)
                .unwrap_or(0),
            level: finding.severity.name(),
            message: Message {
                text: &finding.message,
            },
            baseline_state: if finding.known { "unchanged" } else { "new" },
            locations: finding
                .entity
                .as_ref()
                .map(|_| location)
                .into_iter()
                .collect(),
        }
    }
}

/// The path of a file as a URI. Names of the bank's files hold `%` themselves, which is escaped like any other character.
fn uri(file: &str) -> Cow<'_, str> {
    utf8_percent_encode(file, IN_URI).into()
}
