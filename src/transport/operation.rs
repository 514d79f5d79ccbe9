//! The 38 operations of the API: where they are, how they answer, and whether they may be sent twice.

use std::collections::HashMap;
use std::sync::LazyLock;

use http::{Method, StatusCode};

/// Whether sending an operation a second time can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Repeat {
    /// Changes nothing on the service, whatever its method (validation and scoring are POSTs that only compute).
    Read,
    /// The second time leaves what the first time left: a full replace, a removal by identifier.
    Idempotent,
    /// Creates an entity under the caller's identifier: a second time is answered by 409 if the first was applied, and
    /// reading the entity back tells the two apart.
    Create,
    /// Adds something that has no identifier of the caller's, or does what the document does not say: a second time
    /// may do it twice.
    Never,
}

/// What the transport knows of an operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The document's operationId.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The document's path template.
    pub(crate) path: &'static str,
    /// The one success status that the bindings know; the others that the service uses are taken for it.
    pub(crate) success: StatusCode,
    pub(crate) repeat: Repeat,
}

const fn op(
    id: &'static str,
    method: Method,
    path: &'static str,
    success: StatusCode,
    repeat: Repeat,
) -> Operation {
    Operation {
        id,
        method,
        path,
        success,
        repeat,
    }
}

use Repeat::{Create, Idempotent, Never, Read};
const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;
const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;

const STIMULI: &str = "/stimuli";
const STIMULUS: &str = "/stimuli/{identifier}";
const ITEMS: &str = "/assessment-items";
const ITEM: &str = "/assessment-items/{identifier}";
const TESTS: &str = "/assessment-tests";
const TEST: &str = "/assessment-tests/{identifier}";
const PARTS: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts";
const PART: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{identifier}";
const SECTIONS: &str =
    "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections";
const SECTION: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";
const ITEM_REFS: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}/items";
const ITEM_REF: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}/items/{itemIdentifier}";
const ITEM_ORDER: &str = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}/items/order";

/// Every operation of the document, in its order; a test holds this table against the document.
#[rustfmt::skip]
pub(crate) static OPERATIONS: [Operation; 38] = [
    op("searchStimuli", GET, STIMULI, OK, Read),
    op("createStimulus", POST, STIMULI, CREATED, Create),
    op("getStimulus", GET, STIMULUS, OK, Read),
    op("updateStimulus", PUT, STIMULUS, OK, Idempotent),
    op("deleteStimulus", DELETE, STIMULUS, NO_CONTENT, Idempotent),
    op("searchAssessmentItems", GET, ITEMS, OK, Read),
    op("createAssessmentItem", POST, ITEMS, CREATED, Create),
    op("getAssessmentItem", GET, ITEM, OK, Read),
    op("updateAssessmentItem", PUT, ITEM, OK, Idempotent),
    op("deleteAssessmentItem", DELETE, ITEM, NO_CONTENT, Idempotent),
    // The document does not say whether it creates, replaces or merges.
    op("updateMetadata", POST, "/assessment-items/metadata", CREATED, Never),
    op("processResponse", POST, "/assessment-items/{identifier}/process-response", OK, Read),
    op("searchAssessmentTests", GET, TESTS, OK, Read),
    op("createAssessmentTest", POST, TESTS, CREATED, Create),
    op("getAssessmentTest", GET, TEST, OK, Read),
    op("updateAssessmentTest", PUT, TEST, OK, Idempotent),
    op("deleteAssessmentTest", DELETE, TEST, NO_CONTENT, Idempotent),
    op("getAllQuestions", GET, "/assessment-tests/{identifier}/questions", OK, Read),
    op("updateAssessmentTestMetadata", PUT, "/assessment-tests/{identifier}/metadata", OK, Idempotent),
    op("searchTestParts", GET, PARTS, OK, Read),
    op("createTestPart", POST, PARTS, CREATED, Create),
    op("getTestPart", GET, PART, OK, Read),
    op("updateTestPart", PUT, PART, OK, Idempotent),
    op("deleteTestPart", DELETE, PART, NO_CONTENT, Idempotent),
    op("searchSections", GET, SECTIONS, OK, Read),
    op("createSection", POST, SECTIONS, CREATED, Create),
    op("getSection", GET, SECTION, OK, Read),
    op("updateSection", PUT, SECTION, OK, Idempotent),
    op("deleteSection", DELETE, SECTION, NO_CONTENT, Idempotent),
    // Nothing says that a section refuses a second reference to the same item, nor that a removal takes both.
    op("addAssessmentItem", POST, ITEM_REFS, CREATED, Never),
    op("removeAssessmentItem", DELETE, ITEM_REF, NO_CONTENT, Never),
    op("updateAssessmentItemOrder", PUT, ITEM_ORDER, OK, Idempotent),
    // The service gives feedback its identifier: a second time is a second feedback.
    op("createQuestionFeedback", POST, "/question", CREATED, Never),
    op("createLessonFeedback", POST, "/lesson", CREATED, Never),
    op("getFeedbackByLessonId", GET, "/lesson/{lessonId}", OK, Read),
    op("deleteFeedback", DELETE, "/{id}", NO_CONTENT, Idempotent),
    op("validateXml", POST, "/validate", OK, Read),
    op("validateBatch", POST, "/validate/batch", OK, Read),
];

/// The operations by the names that the bindings have for them, the snake-case forms of the operationIds.
static BY_RAW_NAME: LazyLock<HashMap<String, &'static Operation>> = LazyLock::new(|| {
    OPERATIONS
        .iter()
        .map(|operation| (snake_case(operation.id), operation))
        .collect()
});

impl Operation {
    /// The operation that the bindings have under this name.
    pub(crate) fn of_raw(name: &str) -> Option<&'static Self> {
        BY_RAW_NAME.get(name).copied()
    }

    /// The operation with this operationId.
    pub(crate) fn of_id(id: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.id == id)
    }

    /// Whether the operation reads over GET, the only kind whose redirects are followed.
    pub(crate) fn is_get(&self) -> bool {
        self.method == Method::GET
    }
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_its_binding() {
        assert_eq!(
            Operation::of_raw("get_feedback_by_lesson_id").unwrap().id,
            "getFeedbackByLessonId"
        );
        assert_eq!(
            Operation::of_raw("create_section").unwrap().id,
            "createSection"
        );
        assert!(Operation::of_raw("create_sections").is_none());
        assert!(Operation::of_raw("create_sectio").is_none());
    }

    #[test]
    fn the_table_is_the_documents() {
        let document = include_str!("../../openapi/qti-api.yaml");
        let document: serde_json::Value = serde_saphyr::from_str(document).unwrap();
        let mut documented = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let mut statuses = operation["responses"].as_object().unwrap().keys();
                let success = statuses.find(|status| status.starts_with('2')).unwrap();
                let id = operation["operationId"].as_str().unwrap().to_owned();
                documented.push((id, method.to_uppercase(), path.clone(), success.clone()));
            }
        }
        let mut known: Vec<_> = OPERATIONS
            .iter()
            .map(|operation| {
                let success = operation.success.as_str().to_owned();
                let method = operation.method.to_string();
                (
                    operation.id.to_owned(),
                    method,
                    operation.path.to_owned(),
                    success,
                )
            })
            .collect();
        documented.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, documented);
    }
}
