//! Stimuli: passages and other content that several items share.

use serde::Serialize;

use super::Upserted;
use super::resource::{Edit, Entities, Entity, Resource};
use super::xml_body::check_content;
use crate::error::{Error, Result};
use crate::models::{SortField, Stimulus, StimulusInput, json};
use crate::page::{Collection, List, Page, Parameters, ReadPage, Sealed};
use crate::transport::operation;
use crate::xml;

/// The stimuli; made by [`Client::stimuli`](crate::Client::stimuli).
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::models::StimulusInput;
///
/// let input = StimulusInput::new("italy", "Italy", "<p>Rome &amp; Milan</p>");
/// assert!(client.stimuli().upsert(&input).await?.is_created());
/// assert_eq!(client.stimuli().list().collect().await?.len(), 1);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Stimuli(pub(super) Entities<Stimulus>);

impl Stimuli {
    /// The stimuli, a page at a time or as a stream (operation `searchStimuli`).
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates a stimulus (operation `createStimulus`). Its `content` must be well-formed XHTML, which is checked
    /// before sending.
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the
    /// stimulus back.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the content is not well-formed (with line and column), or no path can
    /// carry the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is a stimulus of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the stimulus.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::StimulusInput;
    ///
    /// let input = StimulusInput::new("italy", "Italy", "<p>Rome &amp; Milan</p>");
    /// let stimulus = client.stimuli().create(&input).await?;
    /// assert_eq!(stimulus.title, "Italy");
    ///
    /// let again = client.stimuli().create(&input).await.unwrap_err();
    /// assert!(again.is_conflict() && !again.may_have_been_applied());
    /// # Ok(()) }
    /// ```
    pub fn create<'a>(
        &self,
        stimulus: &'a StimulusInput,
    ) -> impl Future<Output = Result<Stimulus>> + Send + use<'a> {
        self.0.clone().create(stimulus)
    }

    /// Creates the stimulus, or replaces the one of its identifier, and says which.
    ///
    /// The create goes first, so that a change by another writer at the same time is noticed: after a conflict, an
    /// update follows. If the stimulus is gone by then, all starts again, three times at most. Where the reply to the
    /// create is lost, its repeat may meet the stimulus that it has created itself, which then counts as updated.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`StimulusHandle::update`].
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::StimulusInput;
    ///
    /// let mut input = StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// assert!(client.stimuli().upsert(&input).await?.is_created());
    /// input.content = "<p>Milan</p>".to_owned();
    /// assert!(!client.stimuli().upsert(&input).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert<'a>(
        &self,
        stimulus: &'a StimulusInput,
    ) -> impl Future<Output = Result<Upserted<Stimulus>>> + Send + use<'a> {
        self.0.clone().upsert(stimulus)
    }
}

impl Sealed for Stimuli {}

impl Collection for Stimuli {
    const OPERATION: &'static str = operation::SEARCH_STIMULI.id;
    type Entity = Stimulus;
    type Sort = SortField;
    type Extra = ();

    async fn page<T: Send>(&self, list: &Parameters<Self>, read: ReadPage<T>) -> Result<Page<T>> {
        let client = &self.0.client;
        client
            .page(read, |request| {
                let (query, sort) = (list.query.as_deref(), list.sort.as_ref());
                request.search_stimuli(list.limit, list.order.as_ref(), list.page, query, sort)
            })
            .await
    }

    fn identifier(stimulus: &Stimulus) -> &str {
        &stimulus.identifier
    }
}

/// One stimulus, addressed by its identifier; made by [`Client::stimulus`](crate::Client::stimulus).
///
/// ```
#[doc = include_str!("example.txt")]
/// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
/// # client.stimuli().create(&input).await?;
/// let stimulus = client.stimulus("italy");
/// stimulus.edit(|stimulus| stimulus.content.push_str("<p>Milan</p>")).await?;
/// assert_eq!(stimulus.get().await?.view()?.body.unwrap().text(), "Rome\nMilan");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a handle sends nothing until one of its methods is awaited"]
pub struct StimulusHandle(pub(super) Entity<Stimulus>);

impl StimulusHandle {
    /// Reads the stimulus (operation `getStimulus`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// let stimulus = client.stimulus("italy").get().await?;
    /// assert_eq!(stimulus.title, "Italy");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> impl Future<Output = Result<Stimulus>> + Send + use<> {
        self.0.clone().get()
    }

    /// Reads the stimulus; `None` if it does not exist.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(client.stimulus("atlantis").get_opt().await?, None);
    /// # Ok(()) }
    /// ```
    pub fn get_opt(&self) -> impl Future<Output = Result<Option<Stimulus>>> + Send + use<> {
        self.0.clone().get_opt()
    }

    /// Whether the stimulus exists. The API has no cheaper way to tell than to read it.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// assert!(client.stimulus("italy").exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().exists()
    }

    /// Replaces the whole stimulus (operation `updateStimulus`): what is `None` is not sent, and the service clears it.
    /// To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the stimulus's identifier is not the one addressed, or its content is not
    /// well-formed XHTML;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the stimulus.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// use timeback_qti::models::StimulusInput;
    ///
    /// let input = StimulusInput::new("italy", "Italy", "<p>Milan</p>");
    /// client.stimulus("italy").update(&input).await?;
    /// # Ok(()) }
    /// ```
    pub fn update<'a>(
        &self,
        stimulus: &'a StimulusInput,
    ) -> impl Future<Output = Result<Stimulus>> + Send + use<'a> {
        self.0.clone().update(stimulus)
    }

    /// Reads the stimulus, changes it and writes it back: what `change` does not touch goes back as it came, fields
    /// that this client does not know included. If `change` changes nothing, nothing is written.
    ///
    /// The content to change is the body of the stimulus's XML, to the letter; so is the language, where the service
    /// answers it in the XML only. The service has no conditional writes:
    /// what another writer changes between the read and the write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update`](Self::update);
    /// [`Input`](crate::ErrorKind::Input), and nothing is written, if the XML has what the written form cannot express
    /// (a class of the body, a second style sheet, a prefix that is declared outside of the body), as it would be lost;
    /// [`Decode`](crate::ErrorKind::Decode) if the stimulus comes without readable XML.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// client.stimulus("italy").edit(|stimulus| stimulus.title = "Italia".to_owned()).await?;
    /// assert_eq!(client.stimulus("italy").get().await?.title, "Italia");
    /// # Ok(()) }
    /// ```
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<Stimulus>> + use<F>
    where
        F: FnOnce(&mut StimulusInput),
    {
        self.0.clone().edit(change)
    }

    /// As [`edit`](Self::edit), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and the closure's own.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// use timeback_qti::Error;
    ///
    /// let named = client.stimulus("italy").try_edit(async |stimulus| {
    ///     stimulus.title = client.test("test-001").get().await?.title;
    ///     Ok::<_, Error>(())
    /// });
    /// assert_eq!(named.await?.title, "A test");
    /// # Ok(()) }
    /// ```
    pub fn try_edit<F, E>(&self, change: F) -> impl Future<Output = Result<Stimulus, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut StimulusInput) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit(change)
    }

    /// Deletes the stimulus (operation `deleteStimulus`). Items that refer to it stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// client.stimulus("italy").delete().await?;
    /// assert!(client.stimulus("italy").delete().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        self.0.clone().delete()
    }

    /// Deletes the stimulus if it exists; whether it did.
    ///
    /// Where the reply to a delete was lost and its repeat finds nothing, the answer is `true`, although the stimulus
    /// may have been gone before.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// assert!(client.stimulus("italy").delete_if_exists().await?);
    /// assert!(!client.stimulus("italy").delete_if_exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().delete_if_exists()
    }
}

impl Resource for Stimulus {
    type Parent = ();
    type Input = StimulusInput;
    type Draft = StimulusInput;

    fn identifier(stimulus: &StimulusInput) -> &str {
        &stimulus.identifier
    }

    fn check(stimulus: &StimulusInput) -> Result<()> {
        check_content(&stimulus.content)
    }

    /// What was sent as XHTML is read back as the XML's body.
    fn holds(&self, sent: &StimulusInput) -> bool {
        let body = self.raw_xml.as_deref().map(xml::stimulus_content);
        let Some(Ok(Some(body))) = body else {
            return false;
        };
        let within = |content: &str| format!("<div>{content}</div>");
        let same = xml::first_difference(&within(&sent.content), &within(body)) == Ok(None);
        same && json::holds(self, &without_content(sent))
    }

    fn post(
        into: &Entities<Self>,
        stimulus: &StimulusInput,
    ) -> impl Future<Output = Result<Self>> + Send {
        into.client
            .call(move |request| request.create_stimulus(stimulus))
    }

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send {
        at.client
            .call(move |request| request.get_stimulus(&at.identifier))
    }

    fn put(
        at: &Entity<Self>,
        stimulus: &StimulusInput,
    ) -> impl Future<Output = Result<Self>> + Send {
        at.client
            .call(move |request| request.update_stimulus(&at.identifier, stimulus))
    }

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send {
        at.client
            .call(move |request| request.delete_stimulus(&at.identifier))
    }

    fn draft(&self) -> Result<StimulusInput> {
        self.draft()
    }

    async fn save(at: &Entity<Self>, edit: Edit<Self>) -> Result<Self> {
        edit.current
            .refuse_loss(&edit.draft, "replace the stimulus with update")?;
        at.clone().update(&edit.changed).await
    }
}

fn without_content(stimulus: &StimulusInput) -> impl Serialize + use<> {
    let mut fields = serde_json::to_value(stimulus).unwrap_or_default();
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("content");
    }
    fields
}
