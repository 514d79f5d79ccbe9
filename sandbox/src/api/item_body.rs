//! The two forms in which an item is sent: `{"format": "xml", ...}` and the JSON authoring form.
use serde_json::{Map, Value};

use super::Reply;
use super::error::ApiError;
use super::extract::JsonBody;
use super::shape::{Field, Shape, XML_FORM, optional, required};
use super::tree::BASE_TYPES;
use crate::qti::validation::{self, Schema};
use crate::qti::{interaction_xml, item_reading, item_xml};
use crate::store::model::{Item, Stamps};

/// An item that has been checked and can be kept.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) identifier: String,
    pub(super) metadata: Option<Value>,
    title: String,
    kind: String,
    raw_xml: String,
    response_processing: Option<Value>,
}

impl Draft {
    pub(super) fn into_item(self, stamps: Stamps) -> Item {
        let Draft {
            identifier,
            metadata,
            title,
            kind,
            raw_xml,
            response_processing,
        } = self;
        Item {
            identifier,
            title,
            kind,
            raw_xml,
            metadata,
            response_processing,
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
            BASE_TYPE,
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
        Shape::Object(&[
            IDENTIFIER,
            optional("href", Shape::Text),
            optional("title", Shape::Text),
        ]),
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
            optional("sourceChoices", CHOICES),
            optional("targetChoices", CHOICES),
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
        None | Some("json") => from_authoring(body),
        Some(_) => Err(ApiError::invalid_field(
            "format",
            "enum",
            "must be one of xml, json",
        )),
    }
}

fn from_xml(body: Map<String, Value>) -> Reply<Draft> {
    let mut body = XML_FORM.accept(Value::Object(body))?;
    let raw_xml = item_xml::text(&body, "xml");
    let root = validation::read(&raw_xml, Schema::Item)
        .map_err(|errors| ApiError::invalid_xml("xml", &errors))?;
    let attribute = |name: &str| root.attribute(name).unwrap_or_default().to_owned();
    Ok(Draft {
        identifier: attribute("identifier"),
        title: attribute("title"),
        kind: item_reading::kind(&root).to_owned(),
        metadata: body.remove("metadata"),
        response_processing: None,
        raw_xml,
    })
}

fn from_authoring(body: Map<String, Value>) -> Reply<Draft> {
    if body.contains_key("rawXml") && !body.contains_key("interaction") {
        let message = "an answer cannot be sent back: send {\"format\": \"xml\", \"xml\": ...} or the authoring form with an interaction";
        return Err(ApiError::invalid_field("rawXml", "form", message));
    }
    let mut body = AUTHORING_FORM.accept(Value::Object(body))?;
    let root = item_xml::of_body(&body)
        .map_err(|(field, error)| ApiError::invalid_xml(&field, &[error]))?;
    let errors = validation::check(&root, Schema::Item);
    if !errors.is_empty() {
        return Err(ApiError::invalid_xml("body", &errors));
    }
    Ok(Draft {
        identifier: item_xml::text(&body, "identifier"),
        title: item_xml::text(&body, "title"),
        kind: item_xml::text(&body, "type"),
        metadata: body.remove("metadata"),
        response_processing: body.remove("responseProcessing"),
        raw_xml: root.to_document(),
    })
}
