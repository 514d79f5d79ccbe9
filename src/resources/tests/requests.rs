//! The requests of a test, from its JSON form and from XML, which holds no metadata: that is a request of its own.

use std::panic::resume_unwind;

use serde_json::json;
use tracing::Instrument;

use super::super::read_back::{self, unconfirmed};
use super::super::resource::{Edit, Entities, Entity, Resource};
use super::super::xml_body;
use super::super::xml_resource::XmlResource;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::models::raw_xml::raw_xml;
use crate::models::{AssessmentTest, AssessmentTestInput, Metadata, MetadataUpdate, json, rewrite};
use crate::transport::Requests;
use crate::transport::operation::{self, Operation};
use crate::xml::{Difference, JsonForm, XmlError, first_difference_of_tests};

const UPDATE: &Operation = &operation::UPDATE_ASSESSMENT_TEST;
const UPDATE_METADATA: &str = operation::UPDATE_ASSESSMENT_TEST_METADATA.id;

impl Resource for AssessmentTest {
    type Parent = ();
    type Input = AssessmentTestInput;
    type Draft = AssessmentTestInput;

    fn identifier(test: &AssessmentTestInput) -> &str {
        &test.identifier
    }

    fn holds(&self, sent: &AssessmentTestInput) -> bool {
        json::holds(self, sent)
    }

    fn post(
        into: &Entities<Self>,
        test: &AssessmentTestInput,
    ) -> impl Future<Output = Result<Self>> + Send {
        into.client
            .call(move |request| request.create_assessment_test(test))
    }

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send {
        at.client
            .call(move |request| request.get_assessment_test(&at.identifier))
    }

    async fn put(at: &Entity<Self>, test: &AssessmentTestInput) -> Result<Self> {
        let update = |request: Requests<'_>| request.update_assessment_test(&at.identifier, test);
        at.client.call(update).await
    }

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send {
        at.client
            .call(move |request| request.delete_assessment_test(&at.identifier))
    }

    fn draft(&self) -> Result<AssessmentTestInput> {
        self.draft()
    }

    async fn save(at: &Entity<Self>, edit: Edit<Self>) -> Result<Self> {
        edit.current.refuse_loss(&edit.draft, "use edit_xml")?;
        at.clone().update(&edit.changed).await
    }
}

impl XmlResource for AssessmentTest {
    const ROOT: &'static str = "qti-assessment-test";
    const READ: &'static Operation = &operation::GET_ASSESSMENT_TEST;

    fn raw_xml(&self) -> Option<&str> {
        self.raw_xml.as_deref()
    }

    fn first_difference(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
        first_difference_of_tests(sent, stored)
    }

    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    async fn post_xml(new: &Entity<Self>, xml: &str, metadata: Option<&Metadata>) -> Result<Self> {
        let create = &operation::CREATE_ASSESSMENT_TEST;
        let read = |body: &[u8]| serde_json::from_slice(body);
        let created = new.client.call_xml(create, &[], Some(xml), read).await?;
        match metadata {
            Some(metadata) => write_metadata(new, metadata).await,
            None => Ok(created),
        }
    }

    async fn keep(at: &Entity<Self>, current: &Self, xml: &str) -> Result<Self> {
        rewrite::refuse_beyond_xml(&current.beyond_xml()?, "use edit")?;
        rewrite::refuse_rounded(current.metadata.as_ref())?;
        match current.metadata.as_ref().filter(|kept| !kept.is_empty()) {
            Some(metadata) => replace(at, xml, metadata).await,
            None => {
                put_xml(at, xml).await?;
                stored_as_sent(at, xml, None).await
            }
        }
    }

    async fn replace(at: &Entity<Self>, xml: &str, metadata: Option<&Metadata>) -> Result<Self> {
        match metadata.filter(|given| !given.is_empty()) {
            Some(metadata) => replace(at, xml, metadata).await,
            None => clear(at, xml).await,
        }
    }
}

/// Writes the XML, and clears metadata that outlives it.
async fn clear(at: &Entity<AssessmentTest>, xml: &str) -> Result<AssessmentTest> {
    put_xml(at, xml).await?;
    let test = stored_as_sent(at, xml, None).await?;
    let Some(before) = test.metadata.as_ref().filter(|left| !left.is_empty()) else {
        return Ok(test);
    };
    write_metadata(at, &Metadata::new()).await?;
    let test = stored_as_sent(at, xml, None).await?;
    let found = test.metadata.as_ref();
    read_back::check_removed(UPDATE_METADATA, Some(before), None, found)?;
    Ok(test)
}

/// Writes the XML, which clears the metadata, then this metadata: both, even if the call is dropped in between.
async fn replace(
    at: &Entity<AssessmentTest>,
    xml: &str,
    metadata: &Metadata,
) -> Result<AssessmentTest> {
    let (task, sent, given) = (at.clone(), xml.to_owned(), metadata.clone());
    to_the_end(async move {
        let written = put_xml(&task, &sent).await;
        // A write whose reply was lost may have cleared the metadata too.
        let cleared = written
            .as_ref()
            .map_or_else(Error::may_have_been_applied, |()| true);
        let restored = match cleared {
            true => write_metadata(&task, &given).await.map(drop),
            false => Ok(()),
        };
        restored.and(written)
    })
    .await?;
    stored_as_sent(at, xml, Some(metadata)).await
}

/// Runs writes that belong together on a task of their own: dropping the call does not part them.
async fn to_the_end(writes: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    match tokio::spawn(writes.in_current_span()).await {
        Ok(written) => written,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_shut_down) => Err(Error::new(
                ErrorKind::Transport,
                "the runtime was shut down in the midst of a write",
            )
            .with_operation(UPDATE.id)
            .with_may_have_been_applied(true)),
        },
    }
}

/// Sends XML that was checked.
async fn put_xml(at: &Entity<AssessmentTest>, xml: &str) -> Result<()> {
    let id = [at.identifier.as_str()];
    let read = |body: &[u8]| xml_body::check_written(AssessmentTest::ROOT, body);
    at.client.call_xml(UPDATE, &id, Some(xml), read).await
}

/// Writes metadata after the XML.
async fn write_metadata(
    at: &Entity<AssessmentTest>,
    metadata: &Metadata,
) -> Result<AssessmentTest> {
    update_metadata(at, metadata).await.map_err(|error| {
        error
            .with_context("the XML may be written, the metadata is not")
            .with_may_have_been_applied(true)
            .with_details(json!({"metadata": metadata}))
    })
}

pub(super) async fn update_metadata(
    at: &Entity<AssessmentTest>,
    metadata: &Metadata,
) -> Result<AssessmentTest> {
    let body = &MetadataUpdate {
        metadata: Some(metadata.clone()),
        extra: Metadata::new(),
    };
    at.client
        .call(|request| request.update_assessment_test_metadata(&at.identifier, body))
        .await
}

/// Reads back what was written.
async fn stored_as_sent(
    at: &Entity<AssessmentTest>,
    xml: &str,
    metadata: Option<&Metadata>,
) -> Result<AssessmentTest> {
    let test = AssessmentTest::read(at).await.map_err(unconfirmed)?;
    let found = raw_xml(test.raw_xml.as_deref()).map_err(unconfirmed)?;
    read_back::check_stored(UPDATE.id, first_difference_of_tests(xml, found))?;
    read_back::check_metadata(UPDATE_METADATA, metadata, test.metadata.as_ref())?;
    Ok(test)
}

/// Refuses an edit of a part or a section where the test's XML, which the service makes anew on each such write, would
/// lose what the JSON form does not say.
pub(in crate::resources) async fn refuse_beyond_json(client: &Client, test: &str) -> Result<()> {
    let test = client.test(test).get().await?;
    let instead = "use test(..).edit_xml";
    match test.raw_xml.as_deref() {
        Some(raw_xml) => rewrite::refuse_beyond_json(JsonForm::Test, raw_xml, &test, instead),
        // What the service has no XML of, it has in JSON alone.
        None => Ok(()),
    }
}
