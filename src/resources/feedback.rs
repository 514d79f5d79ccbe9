//! What users say about questions and lessons.

use super::lost_reply;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::{Feedback, FeedbackInput};

/// The feedback of users; made by [`Client::feedback`](crate::Client::feedback).
///
/// The service gives feedback its identifier, so a create is not repeated when its reply is lost:
/// [`Error::may_have_been_applied`] tells so.
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::models::FeedbackInput;
///
/// let input = FeedbackInput::on_question("lesson-1", "item-1", "user-1", "Too hard.");
/// let stored = client.feedback().create_for_question(&input).await?;
/// assert_eq!(client.feedback().list_for_lesson("lesson-1").await?.len(), 1);
/// client.feedback().delete(stored.id().unwrap()).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct FeedbackEntries {
    client: Client,
}

impl FeedbackEntries {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// Stores feedback on a question of a lesson (operation `createQuestionFeedback`).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if it names no question;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses it.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::FeedbackInput;
    ///
    /// let input = FeedbackInput::on_question("lesson-1", "item-1", "user-1", "Too hard.");
    /// let stored = client.feedback().create_for_question(&input).await?;
    /// assert!(stored.id().is_some());
    /// # Ok(()) }
    /// ```
    pub fn create_for_question<'a>(
        &self,
        feedback: &'a FeedbackInput,
    ) -> impl Future<Output = Result<Feedback>> + Send + use<'a> {
        let this = self.clone();
        async move {
            if feedback.question_id.is_none() {
                return Err(Error::input("feedback on a question must name it"));
            }
            this.client
                .call(|request| request.create_question_feedback(feedback))
                .await
        }
    }

    /// Stores feedback on a whole lesson (operation `createLessonFeedback`).
    ///
    /// # Errors
    /// [`Request`](crate::ErrorKind::Request) if the service refuses it.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::FeedbackInput;
    ///
    /// let input = FeedbackInput::on_lesson("lesson-1", "user-1", "Too long.");
    /// client.feedback().create_for_lesson(&input).await?;
    /// # Ok(()) }
    /// ```
    pub fn create_for_lesson<'a>(
        &self,
        feedback: &'a FeedbackInput,
    ) -> impl Future<Output = Result<Feedback>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.create_lesson_feedback(feedback))
                .await
        }
    }

    /// All feedback on a lesson, that on its questions included (operation `getFeedbackByLessonId`). The service gives
    /// it at once, without pages.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the service knows no such lesson.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::FeedbackInput;
    ///
    /// # let input = FeedbackInput::on_lesson("lesson-1", "user-1", "Too long.");
    /// # client.feedback().create_for_lesson(&input).await?;
    /// for feedback in client.feedback().list_for_lesson("lesson-1").await? {
    ///     println!("{}", feedback.id().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list_for_lesson<'a>(
        &self,
        lesson: &'a str,
    ) -> impl Future<Output = Result<Vec<Feedback>>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_feedback_by_lesson_id(lesson))
                .await
        }
    }

    /// Deletes feedback by its [identifier](Feedback::id) (operation `deleteFeedback`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is none of this identifier.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::FeedbackInput;
    ///
    /// # let input = FeedbackInput::on_lesson("lesson-1", "user-1", "Too long.");
    /// let stored = client.feedback().create_for_lesson(&input).await?;
    /// client.feedback().delete(stored.id().unwrap()).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete<'a>(&self, id: &'a str) -> impl Future<Output = Result<()>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_feedback(id))
                .await;
            lost_reply::delete(deleted)
        }
    }
}
