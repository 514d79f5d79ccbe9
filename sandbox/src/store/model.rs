//! What the sandbox stores, in the form in which it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// When an entity was created, when it last changed and how often: `createdAt`, `updatedAt` and `__v` of the API.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Stamps {
    /// Order of creation, which also orders list entries whose sort keys are equal.
    pub(crate) serial: u64,
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    /// Milliseconds since 1970.
    pub(crate) updated: i64,
    /// Writes since the creation.
    pub(crate) version: u64,
}

/// A test with all that stands below it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Test {
    pub(crate) identifier: String,
    pub(crate) title: String,
    #[serde(rename = "qti-test-part", default)]
    pub(crate) parts: Vec<Part>,
    #[serde(rename = "qti-outcome-declaration", default)]
    pub(crate) outcomes: Vec<Map<String, Value>>,
    /// The XML as it was sent; `None` once something in the test has changed. The XML is then generated.
    #[serde(rename = "_sourceXml", default)]
    pub(crate) source_xml: Option<String>,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
    /// Every other field, as it was sent.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A part of a test.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Part {
    pub(crate) identifier: String,
    #[serde(rename = "navigationMode")]
    pub(crate) navigation_mode: String,
    #[serde(rename = "submissionMode")]
    pub(crate) submission_mode: String,
    #[serde(rename = "qti-assessment-section", default)]
    pub(crate) sections: Vec<Section>,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A section of a part.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Section {
    pub(crate) identifier: String,
    pub(crate) title: String,
    #[serde(default = "yes")]
    pub(crate) visible: bool,
    #[serde(default = "yes")]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) fixed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sequence: Option<u64>,
    #[serde(rename = "qti-assessment-item-ref", default)]
    pub(crate) items: Vec<ItemRef>,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A section's reference to an item. The item need not exist, as on the live service.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ItemRef {
    pub(crate) identifier: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) href: Option<String>,
}

fn yes() -> bool {
    true
}

impl Test {
    pub(crate) fn part(&self, identifier: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.identifier == identifier)
    }

    /// Every section with the part it stands in, in the test's order.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (&Part, &Section)> {
        self.parts
            .iter()
            .flat_map(|part| part.sections.iter().map(move |section| (part, section)))
    }
}

impl Part {
    pub(crate) fn section(&self, identifier: &str) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.identifier == identifier)
    }

    /// Puts the sections in the order of their `sequence`; those without one keep their order after the others.
    pub(crate) fn order_sections(&mut self) {
        self.sections
            .sort_by_key(|section| section.sequence.unwrap_or(u64::MAX));
    }
}

/// An item. Its XML is authoritative; the API's other fields are read from it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Item {
    pub(crate) identifier: String,
    pub(crate) title: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(rename = "rawXml")]
    pub(crate) raw_xml: String,
    #[serde(default)]
    pub(crate) metadata: Option<Value>,
    /// The fields that a write left as they were when it replaced the XML.
    #[serde(rename = "_staleFields", default)]
    pub(crate) stale_fields: Option<Map<String, Value>>,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
}

/// A stimulus: a passage that items share.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Stimulus {
    pub(crate) identifier: String,
    pub(crate) title: String,
    #[serde(rename = "rawXml")]
    pub(crate) raw_xml: String,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
    /// Label, language, stylesheet, catalog and metadata, as they were sent.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A learner's feedback on a question or a lesson.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Feedback {
    pub(crate) id: String,
    #[serde(rename = "lessonId")]
    pub(crate) lesson: String,
    #[serde(rename = "_stamps", default)]
    pub(crate) stamps: Stamps,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}
