//! Feedback on questions and lessons.

use serde_json::json;

use crate::support::Api;

#[tokio::test]
async fn feedback_is_listed_by_its_lesson_and_deleted_by_its_id() {
    let api = Api::start().await;
    let on_question = json!({"questionId": "q", "userId": "u", "feedback": "Too easy", "lessonId": "l/1", "humanApproved": true});
    let on_lesson = json!({"userId": "u", "feedback": "Fine", "lessonId": "l/1"});
    let first = api.post("/question", &on_question).await.expect(201);
    assert_eq!(
        (&first["type"], &first["feedback"]),
        (&json!("QUESTION"), &json!("Too easy"))
    );
    let second = api.post("/lesson", &on_lesson).await.expect(201);
    assert_eq!(second["type"], "LESSON");
    assert_eq!(
        api.get("/lesson/l%2F1").await.expect(200),
        json!([first, second])
    );
    assert_eq!(api.get("/lesson/other").await.expect(200), json!([]));
    let path = format!("/{}", first["_id"].as_str().unwrap());
    assert!(api.delete(&path).await.expect(200)["message"].is_string());
    assert_eq!(api.delete(&path).await.error(404), "Feedback not found");
    assert_eq!(api.get("/lesson/l%2F1").await.expect(200), json!([second]));
}

#[tokio::test]
async fn feedback_needs_its_lesson_its_user_and_its_text() {
    let api = Api::start().await;
    for path in ["/question", "/lesson"] {
        assert_eq!(
            api.post(path, &json!({"questionId": 1}))
                .await
                .refused_fields(),
            ["questionId", "userId", "feedback", "lessonId"]
        );
    }
}

#[tokio::test]
async fn an_id_of_feedback_never_reaches_another_route() {
    let api = Api::with_test().await;
    for id in [
        "assessment-tests",
        "assessment-tests%2Ft",
        "stimuli",
        "lesson",
        "%2F",
    ] {
        api.delete(&format!("/{id}")).await.error(404);
    }
    api.get("/assessment-tests/t").await.expect(200);
}
