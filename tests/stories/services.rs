//! Feedback and validation.

use timeback_qti::ErrorKind;
use timeback_qti::models::{BatchValidationInput, FeedbackInput, ValidationInput};

use crate::{item_xml, support};

#[tokio::test]
async fn feedback_is_given_listed_and_deleted() {
    let (_sandbox, client) = support::sandbox().await;
    let feedback = client.feedback();
    let on_question = FeedbackInput::on_question("lesson-1", "question-1", "user-1", "Too hard.");
    let on_lesson = FeedbackInput::on_lesson("lesson-1", "user-1", "Good.");
    let stored = feedback.create_for_question(&on_question).await.unwrap();
    feedback.create_for_lesson(&on_lesson).await.unwrap();
    assert_eq!(feedback.list_for_lesson("lesson-1").await.unwrap().len(), 2);

    feedback.delete(stored.id().unwrap()).await.unwrap();
    let left = feedback.list_for_lesson("lesson-1").await.unwrap();
    assert_eq!(left[0].feedback, "Good.");
    let nameless = feedback.create_for_question(&on_lesson).await.unwrap_err();
    assert_eq!(
        (nameless.kind(), nameless.attempts()),
        (ErrorKind::Input, 0)
    );
}

#[tokio::test]
async fn xml_is_validated_by_the_service() {
    let (_sandbox, client) = support::sandbox().await;
    let (good, bad) = (item_xml("a", "A"), "<qti-assessment-item>");
    client.items().create_xml(&good, None).await.unwrap();
    let validation = client.validation();
    let valid = |result: timeback_qti::models::ValidationResult| result.success.is_true();
    assert!(valid(
        validation
            .validate(&ValidationInput::xml("item", &good))
            .await
            .unwrap()
    ));
    assert!(valid(
        validation
            .validate(&ValidationInput::entity("item", "a"))
            .await
            .unwrap()
    ));
    assert!(!valid(
        validation
            .validate(&ValidationInput::xml("item", bad))
            .await
            .unwrap()
    ));
    let batch = BatchValidationInput::xml("item", [good.as_str(), bad]);
    let results = validation.validate_batch(&batch).await.unwrap().results;
    assert_eq!(
        results.into_iter().map(valid).collect::<Vec<_>>(),
        [true, false]
    );
}
