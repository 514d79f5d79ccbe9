//! The operations of the API by their names in the API document.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;

/// Every operation: name, method and path below the API's base. Names are the document's operation ids.
const OPERATIONS: [(&str, Method, &str); 38] = [
    ("searchStimuli", Method::GET, "/stimuli"),
    ("createStimulus", Method::POST, "/stimuli"),
    ("getStimulus", Method::GET, "/stimuli/{identifier}"),
    ("updateStimulus", Method::PUT, "/stimuli/{identifier}"),
    ("deleteStimulus", Method::DELETE, "/stimuli/{identifier}"),
    ("searchAssessmentItems", Method::GET, "/assessment-items"),
    ("createAssessmentItem", Method::POST, "/assessment-items"),
    (
        "getAssessmentItem",
        Method::GET,
        "/assessment-items/{identifier}",
    ),
    (UPDATE_ITEM, Method::PUT, "/assessment-items/{identifier}"),
    (
        "deleteAssessmentItem",
        Method::DELETE,
        "/assessment-items/{identifier}",
    ),
    (
        "updateMetadata",
        Method::POST,
        "/assessment-items/{identifier}",
    ),
    (
        "processResponse",
        Method::POST,
        "/assessment-items/{identifier}/process-response",
    ),
    ("searchAssessmentTests", Method::GET, "/assessment-tests"),
    ("createAssessmentTest", Method::POST, "/assessment-tests"),
    (
        "getAssessmentTest",
        Method::GET,
        "/assessment-tests/{identifier}",
    ),
    (
        "updateAssessmentTest",
        Method::PUT,
        "/assessment-tests/{identifier}",
    ),
    (
        "deleteAssessmentTest",
        Method::DELETE,
        "/assessment-tests/{identifier}",
    ),
    (
        "getAllQuestions",
        Method::GET,
        "/assessment-tests/{identifier}/questions",
    ),
    (
        "updateAssessmentTestMetadata",
        Method::PUT,
        "/assessment-tests/{identifier}/metadata",
    ),
    ("searchTestParts", Method::GET, PARTS),
    ("createTestPart", Method::POST, PARTS),
    ("getTestPart", Method::GET, PART),
    ("updateTestPart", Method::PUT, PART),
    ("deleteTestPart", Method::DELETE, PART),
    ("searchSections", Method::GET, SECTIONS),
    ("createSection", Method::POST, SECTIONS),
    ("getSection", Method::GET, SECTION),
    ("updateSection", Method::PUT, SECTION),
    ("deleteSection", Method::DELETE, SECTION),
    ("addAssessmentItem", Method::POST, ITEM_REFS),
    ("removeAssessmentItem", Method::DELETE, ITEM_REF),
    ("updateAssessmentItemOrder", Method::PUT, ITEM_REF),
    ("createQuestionFeedback", Method::POST, "/question"),
    ("createLessonFeedback", Method::POST, "/lesson"),
    ("getFeedbackByLessonId", Method::GET, "/lesson/{lesson}"),
    ("deleteFeedback", Method::DELETE, "/{id}"),
    ("validateXml", Method::POST, "/validate"),
    ("validateBatch", Method::POST, "/validate/batch"),
];

/// The operation after which an item's fields can be out of step with its XML.
pub(crate) const UPDATE_ITEM: &str = "updateAssessmentItem";

pub(crate) const PARTS: &str = "/assessment-tests/{test}/test-parts";
pub(crate) const PART: &str = "/assessment-tests/{test}/test-parts/{part}";
pub(crate) const SECTIONS: &str = "/assessment-tests/{test}/test-parts/{part}/sections";
pub(crate) const SECTION: &str = "/assessment-tests/{test}/test-parts/{part}/sections/{section}";
pub(crate) const ITEM_REFS: &str =
    "/assessment-tests/{test}/test-parts/{part}/sections/{section}/items";
pub(crate) const ITEM_REF: &str =
    "/assessment-tests/{test}/test-parts/{part}/sections/{section}/items/{item}";

/// The base of the API's paths.
pub(crate) const API: &str = "/api";
/// The token endpoint. It is no operation of the document, but the log and the fault rules treat it like one.
pub(crate) const TOKEN: &str = "/oauth2/token";
/// The page where people sign in, and the endpoint that ends their sessions.
pub(crate) const AUTHORIZE: &str = "/oauth2/authorize";
pub(crate) const REVOKE: &str = "/oauth2/revoke";

/// The operation that a request asks for, once it has been routed.
pub(crate) fn of(request: &Request) -> Option<&'static str> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    match route {
        TOKEN => return Some("token"),
        AUTHORIZE => return Some("authorize"),
        REVOKE => return Some("revoke"),
        _ => {}
    }
    let path = route.strip_prefix(API)?;
    OPERATIONS
        .iter()
        .find(|(_, method, template)| method == request.method() && *template == path)
        .map(|(name, ..)| *name)
}

/// Whether there is an operation of this name.
pub(crate) fn exists(name: &str) -> bool {
    name == "token" || OPERATIONS.iter().any(|(found, ..)| *found == name)
}
