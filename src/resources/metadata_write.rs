//! What a write of XML does about metadata.

use crate::models::Metadata;

/// What a write of XML does with the fields that XML does not hold: the metadata, and any others.
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::MetadataWrite;
///
/// let xml = |title: &str| format!(
///     r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="item-1" title="{title}"
///     adaptive="false" time-dependent="false"><qti-item-body><p>Rome?</p></qti-item-body></qti-assessment-item>"#
/// );
/// let metadata = [("grade".to_owned(), 5.into())].into_iter().collect();
/// let items = client.items();
/// items.upsert_xml(&xml("Capitals"), MetadataWrite::Replace(&metadata)).await?;
/// let item = items.upsert_xml(&xml("Cities"), MetadataWrite::Keep).await?.into_inner();
/// assert_eq!(item.metadata, Some(metadata));
/// let item = client.item("item-1").update_xml(&xml("Towns"), MetadataWrite::Clear).await?;
/// assert!(item.metadata.is_none_or(|metadata| metadata.is_empty()));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetadataWrite<'a> {
    /// Reads the entity's metadata, and writes it again with the XML. An entity with a field that neither XML nor
    /// metadata hold is refused before anything is written, as the field would be lost.
    Keep,
    /// Keeps nothing besides the XML: clears the metadata, and every other field.
    Clear,
    /// Keeps nothing besides the XML and this metadata: clears every other field. Fields of the metadata that the service
    /// keeps all the same are taken for ones that it has added.
    Replace(&'a Metadata),
}

impl<'a> MetadataWrite<'a> {
    /// The metadata that is given with the XML.
    pub(super) fn given(self) -> Option<&'a Metadata> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Replace(metadata) => Some(metadata),
        }
    }
}
