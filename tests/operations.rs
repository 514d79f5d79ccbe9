//! Every operation of the API document, reached through the facade: the request is the document's, and an answer shaped
//! like the live service's is read.

mod support;

use serde_json::{Value, json};
use support::document::{Document, Operation, fixture, reference};
use support::once;
use support::server::{Server, json as answer, response};
use timeback_qti::filter::field;
use timeback_qti::models::{
    AssessmentItemInput, AssessmentTestInput, BatchValidationInput, CorrectResponse, FeedbackInput,
    Interaction, InteractionChoice, ItemRef, Metadata, MetadataInput, NavigationMode,
    QuestionStructure, ResponseDeclaration, ResponseInput, Section, SortOrder, StimulusInput,
    SubmissionMode, TestPart, ValidationInput,
};
use timeback_qti::{Client, Result};

/// The identifiers of a path, from left to right; each must be encoded.
const IDS: [&str; 4] = ["id 1", "id/2", "id?3", "id%4"];

fn metadata() -> Metadata {
    Metadata::from_iter([("grade".to_owned(), json!(5))])
}

/// An item with something in every field that the authoring form has for it.
fn item() -> AssessmentItemInput {
    AssessmentItemInput {
        interaction: Some(Interaction {
            response_identifier: Some("RESPONSE".to_owned()),
            question_structure: Some(QuestionStructure::new(
                "Why?",
                [InteractionChoice::new("A", "Because")],
            )),
            ..Interaction::new("choice")
        }),
        response_declarations: Some(vec![ResponseDeclaration {
            correct_response: Some(CorrectResponse::new(["A"])),
            ..ResponseDeclaration::new("RESPONSE", "single")
        }]),
        metadata: Some(metadata()),
        ..AssessmentItemInput::new(IDS[0], "I", "choice")
    }
}

macro_rules! list {
    ($list:expr) => {
        $list
            .query("q")
            .page(2)
            .limit(5)
            .order(SortOrder::Asc)
            .sort("title")
    };
}

/// Calls the operation through the facade; `None` if nothing in the facade is for it.
async fn call(client: &Client, operation: &str) -> Option<Result<()>> {
    let [one, two, three, four] = IDS;
    let (item_handle, test) = (client.item(one), client.test(one));
    let (part, parts) = (test.part(two), test.parts());
    let (section, sections) = (part.section(three), part.sections());
    let stimulus = &StimulusInput::new(one, "S", "<p>x &amp; y</p>");
    let test_input =
        &AssessmentTestInput::new(one, "T", [TestPart::new("p", "linear", "individual", [])]);
    let filter = field("title").ne("x");
    let result = match operation {
        "searchStimuli" => list!(client.stimuli().list()).send().await.map(drop),
        "createStimulus" => client.stimuli().create(stimulus).await.map(drop),
        "getStimulus" => client.stimulus(one).get().await.map(drop),
        "updateStimulus" => client.stimulus(one).update(stimulus).await.map(drop),
        "deleteStimulus" => client.stimulus(one).delete().await,
        "searchAssessmentItems" => {
            let list = list!(client.items().list())
                .item_type("choice")
                .subject("Geography")
                .grade(5)
                .search("fuzzy")
                .filter(filter);
            list.send().await.map(drop)
        }
        "createAssessmentItem" => client.items().create(&item()).await.map(drop),
        "getAssessmentItem" => item_handle.get().await.map(drop),
        "updateAssessmentItem" => item_handle.update(&item()).await.map(drop),
        "deleteAssessmentItem" => item_handle.delete().await,
        "updateMetadata" => {
            let input = MetadataInput::new(one, metadata());
            client.items().update_metadata(&input).await.map(drop)
        }
        "processResponse" => {
            let response = ResponseInput::new("RESPONSE", ["A", "B"]);
            item_handle.process_response(&response).await.map(drop)
        }
        "searchAssessmentTests" => {
            let list = list!(client.tests().list())
                .navigation_mode(NavigationMode::Linear)
                .submission_mode("individual")
                .subject("Geography")
                .grade("K")
                .has_questions(true)
                .filter(filter);
            list.send().await.map(drop)
        }
        "createAssessmentTest" => client.tests().create(test_input).await.map(drop),
        "getAssessmentTest" => test.get().await.map(drop),
        "updateAssessmentTest" => test.update(test_input).await.map(drop),
        "deleteAssessmentTest" => test.delete().await,
        "getAllQuestions" => test.questions().await.map(drop),
        "updateAssessmentTestMetadata" => test.update_metadata(&metadata()).await.map(drop),
        "searchTestParts" => {
            let list = list!(parts.list())
                .navigation_mode("linear")
                .submission_mode(SubmissionMode::Simultaneous)
                .subject("Geography")
                .grade(5)
                .has_questions(false)
                .filter(filter);
            list.send().await.map(drop)
        }
        "createTestPart" => parts
            .create(&TestPart::new(two, "linear", "individual", []))
            .await
            .map(drop),
        "getTestPart" => part.get().await.map(drop),
        "updateTestPart" => part
            .update(&TestPart::new(two, "linear", "individual", []))
            .await
            .map(drop),
        "deleteTestPart" => part.delete().await,
        "searchSections" => list!(sections.list()).send().await.map(drop),
        "createSection" => sections.create(&Section::new(three, "S")).await.map(drop),
        "getSection" => section.get().await.map(drop),
        "updateSection" => section.update(&Section::new(three, "S")).await.map(drop),
        "deleteSection" => section.delete().await,
        "addAssessmentItem" => section.items().add(ItemRef::new("i")).await.map(drop),
        "removeAssessmentItem" => section.items().remove(four).await,
        "updateAssessmentItemOrder" => section.items().reorder(["b", "a"]).await.map(drop),
        "createQuestionFeedback" => {
            let feedback = FeedbackInput::on_question("l", "q", "u", "Good.");
            client
                .feedback()
                .create_for_question(&feedback)
                .await
                .map(drop)
        }
        "createLessonFeedback" => {
            let feedback = FeedbackInput::on_lesson("l", "u", "Good.");
            client
                .feedback()
                .create_for_lesson(&feedback)
                .await
                .map(drop)
        }
        "getFeedbackByLessonId" => client.feedback().list_for_lesson(one).await.map(drop),
        "deleteFeedback" => client.feedback().delete(one).await,
        "validateXml" => {
            let input = ValidationInput::xml("item", "<x/>");
            client.validation().validate(&input).await.map(drop)
        }
        "validateBatch" => {
            let input = BatchValidationInput::new("item", ["<x/>"], ["i"]);
            client.validation().validate_batch(&input).await.map(drop)
        }
        _ => return None,
    };
    Some(result)
}

/// What the service answers with: the fixture of the answer's schema.
fn answer_to(operation: &Operation) -> Vec<u8> {
    let Some(schema) = &operation.answer else {
        return response(operation.status, &[], b"");
    };
    let body = match reference(schema) {
        Some(name) => fixture(name),
        None => {
            let name = reference(&schema["items"]).expect("a list of a named schema");
            json!([fixture(name)])
        }
    };
    // A page asked for must be the page that is answered.
    let body = match body {
        Value::Object(mut page) if page.contains_key("page") => {
            page["page"] = json!(2);
            Value::Object(page)
        }
        body => body,
    };
    answer(operation.status, &body)
}

/// The path with the first identifiers in the places of its parameters.
fn path_of(operation: &Operation) -> Vec<String> {
    let mut ids = IDS.iter();
    let segments = operation.path.trim_start_matches('/').split('/');
    segments
        .map(|segment| match segment.starts_with('{') {
            true => ids.next().unwrap().to_string(),
            false => segment.to_owned(),
        })
        .collect()
}

#[tokio::test]
async fn each_operation_is_sent_as_the_document_says_and_its_answer_is_read() {
    let document = Document::read();
    let operations = document.operations();
    assert_eq!(
        operations.len(),
        38,
        "the document has changed: review this test's table"
    );
    for operation in operations {
        let id = &operation.id;
        let server = Server::script([answer_to(&operation)]).await;
        call(&once(&server.url), id)
            .await
            .unwrap_or_else(|| panic!("{id}: no method of the facade reaches it"))
            .unwrap_or_else(|error| panic!("{id}: {error}"));

        let received = server.received();
        let [request] = &received[..] else {
            panic!("{id}: {} requests", received.len())
        };
        assert_eq!(request.method, operation.method, "{id}");
        assert_eq!(request.segments(), path_of(&operation), "{id}");
        let query = request
            .target
            .split_once('?')
            .map_or("", |(_, query)| query);
        let mut names: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split('=').next().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, operation.query, "{id}");
        match &operation.body {
            Some(schema) => {
                assert_eq!(
                    request.header("content-type"),
                    Some("application/json"),
                    "{id}"
                );
                assert_eq!(document.problem(schema, &request.json()), None, "{id}");
            }
            None => assert!(request.body.is_empty(), "{id}"),
        }
    }
}

#[tokio::test]
async fn an_operation_that_nothing_reaches_is_noticed() {
    let client = once("http://127.0.0.1:9");
    assert!(call(&client, "createUniverse").await.is_none());
}
