//! Constructors of what users write: the fields that the document requires, and what the type is for.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    AssessmentItemInput, AssessmentItemXml, AssessmentTestInput, BatchValidationInput, Cardinality,
    CatalogInfo, ContentFeedback, CorrectResponse, DefaultValue, Feedback, FeedbackInput,
    InlineFeedback, Interaction, InteractionChoice, ItemOrder, ItemRef, ItemType, Metadata,
    MetadataInput, ModalFeedback, NavigationMode, OneOrMany, OutcomeDeclaration, QuestionStructure,
    ResponseDeclaration, ResponseProcessing, ResponseTemplate, Rubric, Section, ShowHide,
    StimulusInput, StimulusRef, Stylesheet, SubmissionMode, TestPart, ValidationInput,
    ValidationSchema,
};

/// Constructors that take each required field.
macro_rules! new {
    ($($(#[$meta:meta])* $type:ident($($field:ident: $kind:ty = $name:literal),+);)+) => {
        $(
            impl $type {
                $(#[$meta])*
                pub fn new($($field: impl Into<$kind>),+) -> Self {
                    from_required(json!({ $($name: $field.into()),+ }))
                }
            }
        )+
    };
}

new! {
    /// A stimulus of this content, well-formed XHTML.
    StimulusInput(identifier: String = "identifier", title: String = "title", content: String = "content");
    /// A catalogue entry for one kind of support, such as `spoken` or `braille`.
    CatalogInfo(id: String = "id", support: String = "support");
    /// A reference to a style sheet.
    Stylesheet(href: String = "href");
    /// A reference to the stimulus of this identifier.
    StimulusRef(identifier: String = "identifier");
    /// An item of this type, without an interaction yet.
    AssessmentItemInput(identifier: String = "identifier", title: String = "title", item_type: ItemType = "type");
    /// An interaction of this type, without a prompt or choices yet.
    Interaction(interaction_type: ItemType = "type");
    /// A choice of an interaction; `content` is XHTML.
    InteractionChoice(identifier: String = "identifier", content: String = "content");
    /// A response variable of this cardinality, such as `single`.
    ResponseDeclaration(identifier: String = "identifier", cardinality: Cardinality = "cardinality");
    /// An outcome variable of this cardinality, such as `single`.
    OutcomeDeclaration(identifier: String = "identifier", cardinality: Cardinality = "cardinality");
    /// Inline or block feedback, shown or hidden where the outcome variable has the value `identifier`; `content` is
    /// XHTML.
    ContentFeedback(
        outcome_identifier: String = "outcomeIdentifier",
        identifier: String = "identifier",
        show_hide: ShowHide = "showHide",
        content: String = "content"
    );
    /// Modal feedback, shown or hidden where the outcome variable has the value `identifier`; `content` is XHTML.
    ModalFeedback(
        outcome_identifier: String = "outcomeIdentifier",
        identifier: String = "identifier",
        show_hide: ShowHide = "showHide",
        title: String = "title",
        content: String = "content"
    );
    /// New metadata for the item of this identifier.
    MetadataInput(identifier: String = "identifier", metadata: Metadata = "metadata");
    /// A test of these parts.
    AssessmentTestInput(identifier: String = "identifier", title: String = "title", parts: Vec<TestPart> = "qti-test-part");
    /// A part of these sections.
    TestPart(
        identifier: String = "identifier",
        navigation_mode: NavigationMode = "navigationMode",
        submission_mode: SubmissionMode = "submissionMode",
        sections: Vec<Section> = "qti-assessment-section"
    );
    /// A visible section without items.
    Section(identifier: String = "identifier", title: String = "title");
    /// A reference to the item of this identifier.
    ItemRef(identifier: String = "identifier");
    /// References in the order that they shall have.
    ItemOrder(items: Vec<ItemRef> = "items");
}

impl AssessmentItemXml {
    /// An item's XML, with its metadata.
    pub fn new(xml: impl Into<String>, metadata: Option<Metadata>) -> Self {
        Self {
            metadata,
            ..from_required(json!({ "format": "xml", "xml": xml.into() }))
        }
    }
}

impl QuestionStructure {
    /// A prompt, as XHTML, and its choices.
    pub fn new(
        prompt: impl Into<String>,
        choices: impl IntoIterator<Item = InteractionChoice>,
    ) -> Self {
        Self {
            prompt: Some(prompt.into()),
            choices: Some(choices.into_iter().collect()),
            ..Self::default()
        }
    }
}

impl CorrectResponse {
    /// The correct value, or several.
    pub fn new(value: impl Into<OneOrMany>) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::default()
        }
    }
}

impl DefaultValue {
    /// A value of the variable's base type.
    pub fn new(value: impl Into<Value>) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::default()
        }
    }
}

impl ResponseProcessing {
    /// Processing by a standard template, such as `match_correct`.
    pub fn new(template: impl Into<ResponseTemplate>) -> Self {
        Self {
            template_type: Some(template.into()),
            ..Self::default()
        }
    }
}

impl InlineFeedback {
    /// An outcome variable that shows feedback, and the response variable that it takes the value from.
    pub fn new(outcome: impl Into<String>, variable: impl Into<String>) -> Self {
        Self {
            outcome_identifier: Some(outcome.into()),
            variable_identifier: Some(variable.into()),
            ..Self::default()
        }
    }
}

impl Rubric {
    /// A text, as XHTML, for one kind of reader, such as `candidate` or `scorer`.
    pub fn new(view: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            view: Some(view.into()),
            body: Some(body.into()),
            ..Self::default()
        }
    }
}

impl FeedbackInput {
    /// What a user says about a question of a lesson.
    pub fn on_question(
        lesson: impl Into<String>,
        question: impl Into<String>,
        user: impl Into<String>,
        feedback: impl Into<String>,
    ) -> Self {
        Self {
            question_id: Some(question.into()),
            ..Self::on_lesson(lesson, user, feedback)
        }
    }

    /// What a user says about a whole lesson.
    pub fn on_lesson(
        lesson: impl Into<String>,
        user: impl Into<String>,
        feedback: impl Into<String>,
    ) -> Self {
        from_required(
            json!({ "lessonId": lesson.into(), "userId": user.into(), "feedback": feedback.into() }),
        )
    }
}

impl Feedback {
    /// The identifier that the service gave it (`id` or `_id`), by which it is deleted.
    pub fn id(&self) -> Option<&str> {
        let id = self.extra.get("id").or_else(|| self.extra.get("_id"));
        id.and_then(Value::as_str)
    }
}

impl ValidationInput {
    /// A document, by its XML.
    pub fn xml(schema: impl Into<ValidationSchema>, xml: impl Into<String>) -> Self {
        Self {
            xml: Some(xml.into()),
            ..from_required(json!({ "schema": schema.into() }))
        }
    }

    /// A stored entity, by its identifier.
    pub fn entity(schema: impl Into<ValidationSchema>, identifier: impl Into<String>) -> Self {
        Self {
            entity_id: Some(identifier.into()),
            ..from_required(json!({ "schema": schema.into() }))
        }
    }
}

impl BatchValidationInput {
    /// Documents by their XML, and stored entities by their identifiers; either may be empty.
    pub fn new<X: Into<String>, I: Into<String>>(
        schema: impl Into<ValidationSchema>,
        xml: impl IntoIterator<Item = X>,
        entity_ids: impl IntoIterator<Item = I>,
    ) -> Self {
        let strings = |texts: Vec<String>| json!(texts);
        from_required(json!({
            "schema": schema.into(),
            "xml": strings(xml.into_iter().map(Into::into).collect()),
            "entityIds": strings(entity_ids.into_iter().map(Into::into).collect()),
        }))
    }

    /// Documents by their XML.
    pub fn xml<X: Into<String>>(
        schema: impl Into<ValidationSchema>,
        xml: impl IntoIterator<Item = X>,
    ) -> Self {
        Self::new::<X, String>(schema, xml, [])
    }

    /// Stored entities by their identifiers.
    pub fn entities<I: Into<String>>(
        schema: impl Into<ValidationSchema>,
        identifiers: impl IntoIterator<Item = I>,
    ) -> Self {
        Self::new::<String, I>(schema, [], identifiers)
    }
}

impl From<&str> for ItemRef {
    fn from(identifier: &str) -> Self {
        Self::new(identifier)
    }
}

impl From<String> for ItemRef {
    fn from(identifier: String) -> Self {
        Self::new(identifier)
    }
}

impl From<&String> for ItemRef {
    fn from(identifier: &String) -> Self {
        Self::new(identifier)
    }
}

impl From<&ItemRef> for ItemRef {
    fn from(item: &ItemRef) -> Self {
        item.clone()
    }
}

/// An entity with the fields that it requires; every other field has the document's default.
fn from_required<T: DeserializeOwned>(fields: Value) -> T {
    serde_json::from_value(fields).expect("these are the fields that the document requires")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Checks that an entity has the fields that the document requires, and no other without a default.
    fn check(schemas: &Value, name: &str, made: impl serde::Serialize) {
        let schema = &schemas[name];
        assert!(schema.is_object(), "{name} is not in the document");
        let names = |value: &Value| -> BTreeSet<String> {
            let names = value.as_array().into_iter().flatten();
            names
                .map(|name| name.as_str().unwrap().to_owned())
                .collect()
        };
        let mut expected = names(&schema["required"]);
        for (field, property) in schema["properties"].as_object().unwrap() {
            if !property["default"].is_null() {
                expected.insert(field.clone());
            }
        }
        let made = serde_json::to_value(made).unwrap();
        let found = made.as_object().unwrap().keys().cloned().collect();
        assert_eq!(expected, found, "{name}");
    }

    #[test]
    fn what_is_new_has_what_the_document_requires() {
        let document = include_str!("../../openapi/qti-api.yaml");
        let document: Value = serde_saphyr::from_str(document).unwrap();
        let schemas = &document["components"]["schemas"];
        macro_rules! new {
            ($($type:ident($($argument:expr),*)),+ $(,)?) => {
                $(check(schemas, stringify!($type), $type::new($($argument),*));)+
            };
        }
        new!(
            StimulusInput("s", "S", "<p/>"),
            CatalogInfo("c", "braille"),
            Stylesheet("a.css"),
            StimulusRef("s"),
            AssessmentItemInput("i", "I", "choice"),
            Interaction("choice"),
            InteractionChoice("A", "Rome"),
            MetadataInput("i", Metadata::new()),
            AssessmentTestInput("t", "T", []),
            Section("s", "S"),
            ItemRef("i"),
            ItemOrder([]),
            AssessmentItemXml("<x/>", None),
        );
        check(
            schemas,
            "FeedbackInput",
            FeedbackInput::on_lesson("l", "u", "f"),
        );
        let batch = BatchValidationInput::xml("item", ["<x/>"]);
        check(schemas, "BatchValidationInput", batch);
    }

    /// Answers may lack these fields, so the document does not require them.
    #[test]
    fn what_is_new_has_what_the_service_requires_of_a_write() {
        fn fields(value: &impl serde::Serialize) -> Value {
            serde_json::to_value(value).unwrap()
        }
        assert_eq!(
            fields(&ResponseDeclaration::new("RESPONSE", "single")),
            json!({"identifier": "RESPONSE", "cardinality": "single"})
        );
        assert_eq!(
            fields(&OutcomeDeclaration::new("SCORE", "single")),
            json!({"identifier": "SCORE", "cardinality": "single"})
        );
        let shown = json!({"outcomeIdentifier": "FEEDBACK", "identifier": "A", "showHide": "show", "content": "<p/>"});
        assert_eq!(
            fields(&ContentFeedback::new("FEEDBACK", "A", "show", "<p/>")),
            shown
        );
        let mut titled = shown;
        titled["title"] = json!("Right");
        assert_eq!(
            fields(&ModalFeedback::new(
                "FEEDBACK", "A", "show", "Right", "<p/>"
            )),
            titled
        );
    }

    #[test]
    fn a_constructor_says_what_it_is_given() {
        fn said(value: &impl serde::Serialize) -> Value {
            serde_json::to_value(value).unwrap()
        }
        assert_eq!(
            said(&FeedbackInput::on_question("l", "q", "u", "f")),
            json!({"lessonId": "l", "questionId": "q", "userId": "u", "feedback": "f"})
        );
        assert_eq!(
            said(&ValidationInput::entity("item", "i")),
            json!({"schema": "item", "entityId": "i"})
        );
        assert_eq!(
            said(&BatchValidationInput::entities("test", ["t"])),
            json!({"schema": "test", "xml": [], "entityIds": ["t"]})
        );
        assert_eq!(said(&CorrectResponse::new("A")), json!({"value": "A"}));
        assert_eq!(
            said(&ResponseProcessing::new("match_correct")),
            json!({"templateType": "match_correct"})
        );
        assert_eq!(
            said(&InlineFeedback::new("FEEDBACK", "RESPONSE")),
            json!({"outcomeIdentifier": "FEEDBACK", "variableIdentifier": "RESPONSE"})
        );
        assert_eq!(
            said(&QuestionStructure::new(
                "Why?",
                [InteractionChoice::new("A", "B")]
            )),
            json!({"prompt": "Why?", "choices": [{"identifier": "A", "content": "B"}]})
        );
    }
}
