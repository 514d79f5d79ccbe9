//! An entity from its XML, created or replaced.

use serde_json::{Map, Value};
use timeback_qti::xml::Element;

use crate::compare::{first_difference, is_addition, same};
use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::{Error, Result};
use crate::progress::Outcome;
use crate::remote::{Service, WriteError, check_writable};

impl Service {
    /// Creates the entity that the XML describes, or replaces the one of its identifier, and says which; one that says the
    /// same already is left alone. It is read back and compared. What XML does not hold stays as it is, but for the metadata
    /// if some is given.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// use timeback_qti_bank::{Outcome, Service};
    ///
    /// let service = Service::new(client);
    /// let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="rain" title="Rain"
    ///     adaptive="false" time-dependent="false"><qti-item-body><p>Wet?</p></qti-item-body></qti-assessment-item>"#;
    /// assert_eq!(service.put(xml, None).await?.1, Outcome::Created);
    /// assert_eq!(service.put(&xml.replace("Wet", "Dry"), None).await?.1, Outcome::Replaced);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] if the XML is no entity, or something would be lost: nothing is written; [`Error::Altered`] if the
    /// service stored something else; [`Error::Service`] if it cannot be reached, or says no.
    pub async fn put(
        &self,
        xml: &str,
        metadata: Option<Map<String, Value>>,
    ) -> Result<(Key, Outcome)> {
        let mut entity = Entity::new(key_of(xml)?, xml);
        let found = self.get(&entity.key).await?;
        if let Some(found) = &found {
            entity.beside.clone_from(&found.entity.beside);
        }
        if let Some(metadata) = metadata {
            entity.beside.insert("metadata".to_owned(), metadata.into());
        }
        let refused = |problem| Error::Refused {
            what: entity.key.to_string(),
            problem,
        };
        check_writable(&entity).map_err(refused)?;
        let (written, outcome) = match &found {
            Some(found) if same(&entity, &found.entity) => {
                return Ok((entity.key, Outcome::Unchanged));
            }
            Some(_) => (self.replace(&entity).await, Outcome::Replaced),
            None => (self.create(&entity).await, Outcome::Created),
        };
        let altered = |problem| Error::Altered {
            key: entity.key.clone(),
            problem,
        };
        written.map_err(|error| match error {
            WriteError::Refused(problem) => refused(problem),
            WriteError::Sent(error) => Error::service(&entity.key)(error),
            WriteError::Partly(error) => {
                altered(format!("it was created, but without its metadata: {error}"))
            }
        })?;
        let stored = self.get(&entity.key).await?;
        let stored = stored.ok_or_else(|| altered("it is gone".to_owned()))?;
        let lost = first_difference(&entity, &stored.entity, |place| is_addition(place, None));
        match lost {
            Some(place) => Err(altered(place)),
            None => Ok((entity.key, outcome)),
        }
    }
}

/// Which entity a document is.
fn key_of(xml: &str) -> Result<Key> {
    let refused = |problem: String| Error::Refused {
        what: "the XML".to_owned(),
        problem,
    };
    let root = Element::parse(xml).map_err(|problem| refused(problem.to_string()))?;
    let kind = match root.qti_name() {
        Some("assessment-stimulus") => Kind::Stimulus,
        Some("assessment-item") => Kind::Item,
        Some("assessment-test") => Kind::Test,
        _ => {
            let name = root.name();
            return Err(refused(format!(
                "its root is <{name}>, not a stimulus, an item or a test of QTI 3.0"
            )));
        }
    };
    let identifier = Identifier::new(root.attribute("identifier").unwrap_or_default());
    let identifier = identifier.map_err(|problem| refused(problem.to_string()))?;
    Ok(Key::new(kind, identifier))
}
