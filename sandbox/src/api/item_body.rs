//! The two forms in which an item is sent: `{"format": "xml", ...}` and the JSON authoring form.

use serde_json::{Map, Value};

use super::Reply;
use super::body_schema::{BASE_TYPES, Field, Shape, XML_FORM, optional, required};
use super::error::{ApiError, Issue};
use super::extract::JsonBody;
use crate::qti::validation::{self, Schema};
use crate::qti::{fields, interaction_xml, item_reading, item_xml};
use crate::store::model::{Item, Stamps};

/// An item that has been checked and can be kept.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) identifier: String,
    pub(super) metadata: Option<Value>,
    /// The stimuli that the authoring form refers to, which must exist. Stimuli that XML refers to need not exist.
    pub(super) stimuli: Vec<String>,
    pub(super) from_xml: bool,
    title: String,
    kind: String,
    raw_xml: String,
}

impl Draft {
    pub(super) fn into_item(self, stamps: Stamps) -> Item {
        let Draft {
            identifier,
            metadata,
            title,
            kind,
            raw_xml,
            stimuli: _,
            from_xml: _,
        } = self;
        Item {
            identifier,
            title,
            kind,
            raw_xml,
            metadata,
            stale_fields: None,
            stamps,
        }
    }
}

const CARDINALITY: Shape = Shape::OneOf(&["single", "multiple", "ordered", "record"]);
const SHOW_HIDE: Field = required("showHide", Shape::OneOf(&["show", "hide"]));
const OUTCOME: Field = required("outcomeIdentifier", Shape::Identifier);
const IDENTIFIER: Field = required("identifier", Shape::Identifier);
const CONTENT: Field = required("content", Shape::Text);
const BASE_TYPE: Field = optional("baseType", Shape::OneOf(BASE_TYPES));

const AUTHORING_FORM: Shape = Shape::Object(&[
    IDENTIFIER,
    required("title", Shape::Text),
    required("type", Shape::OneOf(interaction_xml::TYPE_NAMES)),
    optional("qtiVersion", Shape::Text),
    optional("timeDependent", Shape::Bool),
    optional("adaptive", Shape::Bool),
    optional(
        "responseDeclarations",
        Shape::List(&Shape::Object(&[
            IDENTIFIER,
            required("cardinality", CARDINALITY),
            BASE_TYPE,
            required(
                "correctResponse",
                Shape::Object(&[required("value", Shape::Any)]),
            ),
        ])),
    ),
    optional(
        "outcomeDeclarations",
        Shape::List(&Shape::Object(&[
            IDENTIFIER,
            required("cardinality", CARDINALITY),
            // `outcome_types` checks the value, which depends on the cardinality.
            optional("baseType", Shape::Text),
        ])),
    ),
    optional(
        "responseProcessing",
        Shape::Object(&[
            required(
                "templateType",
                Shape::OneOf(&["match_correct", "map_response"]),
            ),
            required("responseDeclarationIdentifier", Shape::Identifier),
            OUTCOME,
            required("correctResponseIdentifier", Shape::Text),
            required("incorrectResponseIdentifier", Shape::Text),
            optional(
                "inlineFeedback",
                Shape::Object(&[OUTCOME, required("variableIdentifier", Shape::Identifier)]),
            ),
        ]),
    ),
    optional("metadata", Shape::Open),
    optional(
        "modalFeedback",
        Shape::List(&Shape::Object(&[
            OUTCOME,
            IDENTIFIER,
            SHOW_HIDE,
            CONTENT,
            required("title", Shape::Text),
        ])),
    ),
    optional(
        "feedbackInline",
        Shape::List(&Shape::Object(&[OUTCOME, IDENTIFIER, SHOW_HIDE, CONTENT])),
    ),
    optional(
        "feedbackBlock",
        Shape::List(&Shape::Object(&[OUTCOME, IDENTIFIER, SHOW_HIDE, CONTENT])),
    ),
    optional("preInteraction", Shape::Text),
    optional("postInteraction", Shape::Text),
    optional("interaction", INTERACTION),
    optional(
        "rubrics",
        Shape::List(&Shape::Object(&[
            required("use", Shape::Text),
            required("view", Shape::Text),
            required("body", Shape::Text),
        ])),
    ),
    optional(
        "stimulus",
        Shape::OneOrList(&Shape::Object(&[
            IDENTIFIER,
            optional("href", Shape::Text),
            optional("title", Shape::Text),
        ])),
    ),
]);

const CHOICES: Shape = Shape::List(&Shape::Object(&[
    IDENTIFIER,
    optional("content", Shape::Text),
    optional("feedbackInline", Shape::Text),
    optional("feedbackOutcomeIdentifier", Shape::Identifier),
]));

const INTERACTION: Shape = Shape::Object(&[
    required("type", Shape::OneOf(interaction_xml::TYPE_NAMES)),
    required("responseIdentifier", Shape::Identifier),
    optional("shuffle", Shape::Bool),
    optional("maxChoices", Shape::Number),
    optional("attributes", Shape::Open),
    optional(
        "questionStructure",
        Shape::Object(&[
            optional("prompt", Shape::Text),
            optional("choices", CHOICES),
            optional("inlineChoices", CHOICES),
            optional("sourceChoices", CHOICES),
            optional("targetChoices", CHOICES),
            optional("text", Shape::Text),
        ]),
    ),
]);

/// Reads an item in either form. An update may leave out the identifier, which stands in its path.
pub(super) fn read(body: JsonBody, in_path: Option<&str>) -> Reply<Draft> {
    let mut body = body.fitting(&Shape::Open)?;
    if let (Some(identifier), false) = (in_path, body.contains_key("identifier")) {
        body.insert("identifier".to_owned(), identifier.into());
    }
    match body.get("format").and_then(Value::as_str) {
        Some("xml") => from_xml(body),
        None | Some("json") => from_authoring(body, in_path.is_some()),
        Some(_) => Err(ApiError::invalid_field(
            "format",
            "enum",
            "must be one of xml, json",
        )),
    }
}

fn from_xml(body: Map<String, Value>) -> Reply<Draft> {
    let mut body = XML_FORM.accept(Value::Object(body))?;
    let raw_xml = fields::text(&body, "xml");
    let root = validation::read(&raw_xml, Schema::Item)
        .map_err(|errors| ApiError::invalid_xml("xml", &errors))?;
    let attribute = |name: &str| root.attribute(name).unwrap_or_default().to_owned();
    Ok(Draft {
        identifier: attribute("identifier"),
        title: attribute("title"),
        kind: item_reading::kind(&root).to_owned(),
        metadata: body.remove("metadata"),
        stimuli: Vec::new(),
        from_xml: true,
        raw_xml,
    })
}

fn from_authoring(mut body: Map<String, Value>, replaces: bool) -> Reply<Draft> {
    if body.contains_key("rawXml") && !body.contains_key("interaction") {
        let message = "an answer cannot be sent back: send {\"format\": \"xml\", \"xml\": ...} or the authoring form with an interaction";
        return Err(ApiError::invalid_field("rawXml", "form", message));
    }
    if replaces {
        name_record_types(&mut body);
    }
    let mut body = AUTHORING_FORM.accept(Value::Object(body))?;
    let issues = outcome_types(&body, replaces);
    if !issues.is_empty() {
        return Err(ApiError::invalid(&issues));
    }
    let root = item_xml::of_body(&body)
        .map_err(|(field, error)| ApiError::invalid_xml(&field, &[error]))?;
    let errors = validation::check(&root, Schema::Item);
    if !errors.is_empty() {
        return Err(ApiError::invalid_xml("body", &errors));
    }
    Ok(Draft {
        identifier: fields::text(&body, "identifier"),
        title: fields::text(&body, "title"),
        kind: fields::text(&body, "type"),
        metadata: body.remove("metadata"),
        stimuli: item_xml::stimuli(&body)
            .map(|stimulus| fields::text(stimulus, "identifier"))
            .collect(),
        from_xml: false,
        raw_xml: root.to_document(),
    })
}

/// What is wrong with the base types of outcomes. In QTI, a record has no base type. The service requires one when an
/// item is created, and stores an empty one when an item is replaced.
fn outcome_types(body: &Map<String, Value>, replaces: bool) -> Vec<Issue> {
    let outcomes = body.get("outcomeDeclarations").and_then(Value::as_array);
    let mut issues = Vec::new();
    for (place, outcome) in outcomes.into_iter().flatten().enumerate() {
        let record = outcome.get("cardinality").is_some_and(|it| it == "record");
        let base_type = outcome.get("baseType").and_then(Value::as_str);
        let fits = match base_type {
            Some("") => record && replaces,
            Some(base_type) => BASE_TYPES.contains(&base_type),
            None => !record,
        };
        if !fits {
            issues.push(Issue::new(
                format!("outcomeDeclarations[{place}].baseType"),
                "enum",
                format!("must be one of {}", BASE_TYPES.join(", ")),
            ));
        }
    }
    issues
}

/// Sets an empty base type on each outcome that is a record and has none.
fn name_record_types(body: &mut Map<String, Value>) {
    let outcomes = body
        .get_mut("outcomeDeclarations")
        .and_then(Value::as_array_mut);
    for outcome in outcomes.into_iter().flatten() {
        if outcome.get("cardinality").is_some_and(|it| it == "record")
            && outcome.get("baseType").is_none()
        {
            outcome["baseType"] = "".into();
        }
    }
}
