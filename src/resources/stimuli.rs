//! Stimuli: passages and other content that several items share.

use ecow::EcoString;
use serde::de::DeserializeOwned;

use super::conveniences::{check_addressable, check_identifier, may_not_exist, upserts};
use super::{settle, stored};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::{SortField, Stimulus, StimulusInput};
use crate::page::{Collection, List, Page, Parameters};
use crate::transport::operation;
use crate::xml;

/// The stimuli; made by [`Client::stimuli`].
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
pub struct Stimuli {
    client: Client,
}

impl Stimuli {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// The stimuli, a page at a time or as a stream (operation `searchStimuli`).
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates a stimulus (operation `createStimulus`). Its `content` must be well-formed XHTML, which is checked before
    /// sending.
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the
    /// stimulus back.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the content is not well-formed (with line and column), or no path can carry
    /// the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is a stimulus of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the stimulus.
    pub fn create<'a>(
        &self,
        stimulus: &'a StimulusInput,
    ) -> impl Future<Output = Result<Stimulus>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let created = this.post(stimulus).await;
            let read = this.handle(&stimulus.identifier).get();
            settle::create(created, read, |found| holds(found, stimulus)).await
        }
    }

    async fn post(&self, stimulus: &StimulusInput) -> Result<Stimulus> {
        check_addressable(&stimulus.identifier)?;
        stored::check_content(&stimulus.content)?;
        self.client
            .call(|request| request.create_stimulus(stimulus))
            .await
    }

    fn handle(&self, identifier: &str) -> StimulusHandle {
        StimulusHandle::new(&self.client, identifier)
    }
}

upserts!(Stimuli, StimulusInput => Stimulus, "stimulus");

/// What was sent as XHTML is read back as the XML's body.
fn holds(found: &Stimulus, sent: &StimulusInput) -> bool {
    let body = found.raw_xml.as_deref().map(xml::stimulus_content);
    let Some(Ok(Some(body))) = body else {
        return false;
    };
    let within = |content: &str| format!("<div>{content}</div>");
    let same = xml::first_difference(&within(&sent.content), &within(body)) == Ok(None);
    same && settle::holds(found, &without_content(sent))
}

fn without_content(stimulus: &StimulusInput) -> impl serde::Serialize + use<> {
    let mut fields = serde_json::to_value(stimulus).unwrap_or_default();
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("content");
    }
    fields
}

impl Collection for Stimuli {
    const OPERATION: &'static str = operation::SEARCH_STIMULI.id;
    type Entity = Stimulus;
    type Sort = SortField;
    type Extra = ();

    async fn page<T: DeserializeOwned + Send>(&self, list: &Parameters<Self>) -> Result<Page<T>> {
        self.client
            .page(|request| {
                let (query, sort) = (list.query.as_deref(), list.sort.as_ref());
                request.search_stimuli(list.limit, list.order.as_ref(), list.page, query, sort)
            })
            .await
    }

    fn identifier(stimulus: &Stimulus) -> &str {
        &stimulus.identifier
    }
}

/// One stimulus, addressed by its identifier; made by [`Client::stimulus`].
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
pub struct StimulusHandle {
    client: Client,
    identifier: EcoString,
}

impl StimulusHandle {
    pub(crate) fn new(client: &Client, identifier: &str) -> Self {
        Self {
            client: client.clone(),
            identifier: identifier.into(),
        }
    }

    /// Reads the stimulus (operation `getStimulus`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist.
    pub fn get(&self) -> impl Future<Output = Result<Stimulus>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_stimulus(&this.identifier))
                .await
        }
    }

    /// Replaces the whole stimulus (operation `updateStimulus`): what is `None` is not sent, and the service clears it.
    /// To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the stimulus's identifier is not the one addressed, or its content is not
    /// well-formed XHTML; [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the stimulus.
    pub fn update<'a>(
        &self,
        stimulus: &'a StimulusInput,
    ) -> impl Future<Output = Result<Stimulus>> + Send + use<'a> {
        let this = self.clone();
        async move {
            check_identifier(&this.identifier, &stimulus.identifier)?;
            stored::check_content(&stimulus.content)?;
            this.client
                .call(|request| request.update_stimulus(&this.identifier, stimulus))
                .await
        }
    }

    /// Reads the stimulus, changes it and writes it back: what `change` does not touch goes back as it came, fields that
    /// this client does not know included. If `change` changes nothing, nothing is written.
    ///
    /// The content to change is the body of the stimulus's XML, to the letter; so is the language, where the service
    /// answers it in the XML only. The service has no conditional writes:
    /// what another writer changes between the read and the write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update`](Self::update); [`Input`](crate::ErrorKind::Input), and nothing is written,
    /// if the XML has what the written form cannot express (a class of the body, a second style sheet, a prefix that is
    /// declared outside of the body), as it would be lost; [`Decode`](crate::ErrorKind::Decode) if the stimulus comes
    /// without readable XML.
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<Stimulus>> + use<F>
    where
        F: FnOnce(&mut StimulusInput),
    {
        self.try_edit(async move |stimulus: &mut StimulusInput| {
            change(stimulus);
            Ok(())
        })
    }

    /// As [`edit`](Self::edit), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and the closure's own.
    pub fn try_edit<F, E>(&self, change: F) -> impl Future<Output = Result<Stimulus, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut StimulusInput) -> Result<(), E>,
        E: From<Error>,
    {
        let this = self.clone();
        async move {
            let current = this.get().await?;
            let unchanged = current.draft()?;
            let mut changed = unchanged.clone();
            change(&mut changed).await?;
            if changed == unchanged {
                return Ok(current);
            }
            current.refuse_loss(&unchanged, "replace the stimulus with update")?;
            Ok(this.update(&changed).await?)
        }
    }

    /// Deletes the stimulus (operation `deleteStimulus`). Items that refer to it stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the stimulus does not exist.
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_stimulus(&this.identifier))
                .await;
            settle::delete(deleted)
        }
    }
}

may_not_exist!(StimulusHandle, Stimulus, "stimulus");
