//! What the tasks write: a model of it, and the calls that do the same to the service.

use timeback_qti::models::{AssessmentItem, Feedback, FeedbackInput, ItemRef, Section};
use timeback_qti::models::{Stimulus, StimulusInput};
use timeback_qti::{Client, MetadataWrite, Result};

use crate::support::{PART, TEST};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Stimulus,
    /// Written as XML.
    Item,
    /// In the one part that all tasks share.
    Section,
    /// Exists by the feedback on it.
    Lesson,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Stimulus, Self::Item, Self::Section, Self::Lesson];

    pub fn has_title(self) -> bool {
        self != Self::Lesson
    }

    pub fn has_list(self) -> bool {
        matches!(self, Self::Section | Self::Lesson)
    }
}

/// What an entity holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    title: String,
    /// The references of a section, or the feedback on a lesson, in their order.
    pub list: Vec<String>,
}

/// An entity of one task's own.
#[derive(Debug)]
pub struct Entity {
    pub kind: Kind,
    pub identifier: String,
    /// What the service holds of it, as far as the task knows.
    pub state: Option<Content>,
}

/// One write; the text is the title, or the entry of the list.
#[derive(Debug)]
pub enum Change {
    Create(String),
    Replace(String),
    Upsert(String),
    Edit(String),
    Delete,
    Add(String),
    Remove(String),
    Reorder(Vec<String>),
}

impl Change {
    /// What the change makes of what there is.
    pub fn after(&self, before: &Option<Content>) -> Option<Content> {
        let mut content = before.clone().unwrap_or_default();
        match self {
            Self::Create(title)
            | Self::Replace(title)
            | Self::Upsert(title)
            | Self::Edit(title) => {
                content.title.clone_from(title);
            }
            Self::Delete => return None,
            Self::Add(entry) => content.list.push(entry.clone()),
            Self::Remove(entry) => content.list.retain(|kept| kept != entry),
            Self::Reorder(order) => content.list.clone_from(order),
        }
        Some(content)
    }
}

/// What is there under an identifier.
pub type Stored = (Kind, String, Content);

impl Entity {
    pub fn new(kind: Kind, task: u64) -> Self {
        Self {
            kind,
            identifier: format!("{kind:?}-{task}").to_lowercase(),
            state: (kind == Kind::Lesson).then(Content::default),
        }
    }

    pub fn into_stored(self) -> Option<Stored> {
        self.state
            .map(|content| (self.kind, self.identifier, content))
    }

    /// What the service holds of it.
    pub async fn read(&self, client: &Client) -> Result<Option<Content>> {
        let id = &self.identifier;
        Ok(match self.kind {
            Kind::Stimulus => client.stimulus(id).get_opt().await?.map(Content::from),
            Kind::Item => client.item(id).get_opt().await?.map(Content::from),
            Kind::Section => {
                let section = client.test(TEST).part(PART).section(id);
                section.get_opt().await?.map(Content::from)
            }
            Kind::Lesson => Some(client.feedback().list_for_lesson(id).await?.into()),
        })
    }

    /// Makes the change.
    pub async fn apply(&self, change: &Change, client: &Client) -> Result<()> {
        match self.kind {
            Kind::Stimulus => self.apply_to_stimulus(change, client).await,
            Kind::Item => self.apply_to_item(change, client).await,
            Kind::Section => self.apply_to_section(change, client).await,
            Kind::Lesson => self.apply_to_lesson(change, client).await,
        }
    }

    async fn apply_to_stimulus(&self, change: &Change, client: &Client) -> Result<()> {
        let (stimuli, stimulus) = (client.stimuli(), client.stimulus(&self.identifier));
        let input = |title| StimulusInput::new(&self.identifier, title, "<p>Rome</p>");
        match change {
            Change::Create(title) => stimuli.create(&input(title)).await.map(drop),
            Change::Replace(title) => stimulus.update(&input(title)).await.map(drop),
            Change::Upsert(title) => stimuli.upsert(&input(title)).await.map(drop),
            Change::Edit(title) => {
                let edited = stimulus.edit(|stimulus| stimulus.title.clone_from(title));
                edited.await.map(drop)
            }
            Change::Delete => stimulus.delete().await,
            _ => unreachable!("{change:?}"),
        }
    }

    async fn apply_to_item(&self, change: &Change, client: &Client) -> Result<()> {
        let (items, item) = (client.items(), client.item(&self.identifier));
        let xml = |title| item_xml(&self.identifier, title);
        match change {
            Change::Create(title) => items.create_xml(&xml(title), None).await.map(drop),
            Change::Replace(title) => item
                .update_xml(&xml(title), MetadataWrite::Clear)
                .await
                .map(drop),
            Change::Upsert(title) => items
                .upsert_xml(&xml(title), MetadataWrite::Clear)
                .await
                .map(drop),
            Change::Edit(title) => item.edit_xml(|old| *old = xml(title)).await.map(drop),
            Change::Delete => item.delete().await,
            _ => unreachable!("{change:?}"),
        }
    }

    async fn apply_to_section(&self, change: &Change, client: &Client) -> Result<()> {
        let part = client.test(TEST).part(PART);
        let (sections, section) = (part.sections(), part.section(&self.identifier));
        let whole = |title| {
            let list = self.state.iter().flat_map(|content| &content.list);
            let mut section = Section::new(&self.identifier, title);
            section.qti_assessment_item_ref = Some(list.map(ItemRef::new).collect());
            section
        };
        match change {
            Change::Create(title) => sections.create(&whole(title)).await.map(drop),
            Change::Replace(title) => section.update(&whole(title)).await.map(drop),
            Change::Upsert(title) => sections.upsert(&whole(title)).await.map(drop),
            Change::Edit(title) => {
                let edited = section.edit(|section| section.title.clone_from(title));
                edited.await.map(drop)
            }
            Change::Delete => section.delete().await,
            Change::Add(entry) => section.items().add(entry.as_str()).await.map(drop),
            Change::Remove(entry) => section.items().remove(entry).await,
            Change::Reorder(order) => {
                let order = order.iter().map(ItemRef::new);
                section.items().reorder(order).await.map(drop)
            }
        }
    }

    async fn apply_to_lesson(&self, change: &Change, client: &Client) -> Result<()> {
        let (feedback, lesson) = (client.feedback(), &self.identifier);
        match change {
            Change::Add(entry) => {
                let input = FeedbackInput::on_lesson(lesson, "user", entry);
                feedback.create_for_lesson(&input).await.map(drop)
            }
            Change::Remove(entry) => {
                let given = feedback.list_for_lesson(lesson).await?;
                let given = given.iter().find(|given| given.feedback == *entry);
                feedback.delete(given.unwrap().id().unwrap()).await
            }
            _ => unreachable!("{change:?}"),
        }
    }
}

/// All that the service holds, by its lists; feedback by the lessons of this many tasks.
pub async fn all(client: &Client, tasks: u64) -> Vec<Stored> {
    let mut all = Vec::new();
    // A stream of entities leaves out what comes twice, pages do not.
    for page in client.stimuli().list().pages().collect().await.unwrap() {
        let stimuli = page.items.into_iter();
        all.extend(stimuli.map(|it| (Kind::Stimulus, it.identifier.clone(), it.into())));
    }
    for page in client.items().list().pages().collect().await.unwrap() {
        let items = page.items.into_iter();
        all.extend(items.map(|it| (Kind::Item, it.identifier.clone(), it.into())));
    }
    let sections = client.test(TEST).part(PART).sections();
    for page in sections.list().pages().collect().await.unwrap() {
        let sections = page.items.into_iter();
        all.extend(sections.map(|it| (Kind::Section, it.identifier.clone(), it.into())));
    }
    for lesson in (0..tasks).map(|task| Entity::new(Kind::Lesson, task)) {
        let content = lesson.read(client).await.unwrap().unwrap();
        all.push((lesson.kind, lesson.identifier, content));
    }
    all
}

impl From<Stimulus> for Content {
    fn from(stimulus: Stimulus) -> Self {
        Self {
            title: stimulus.title,
            list: Vec::new(),
        }
    }
}

impl From<AssessmentItem> for Content {
    fn from(item: AssessmentItem) -> Self {
        Self {
            title: item.title,
            list: Vec::new(),
        }
    }
}

impl From<Section> for Content {
    fn from(section: Section) -> Self {
        let references = section.qti_assessment_item_ref.into_iter().flatten();
        Self {
            title: section.title,
            list: references.map(|reference| reference.identifier).collect(),
        }
    }
}

impl From<Vec<Feedback>> for Content {
    fn from(feedback: Vec<Feedback>) -> Self {
        Self {
            title: String::new(),
            list: feedback.into_iter().map(|given| given.feedback).collect(),
        }
    }
}

fn item_xml(identifier: &str, title: &str) -> String {
    format!(
        r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}" title="{title}" adaptive="false" time-dependent="false">
  <qti-item-body><p>Rome</p></qti-item-body>
</qti-assessment-item>"#
    )
}
