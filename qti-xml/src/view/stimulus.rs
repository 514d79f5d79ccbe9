//! A stimulus: the text or image that several items refer to.

use std::sync::Arc;

use super::content::Content;
use super::read;
use crate::error::XmlError;
use crate::parse::dom::Element;

/// What a stimulus's XML says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StimulusView {
    /// The stimulus's identifier, empty if the document lacks it.
    pub identifier: String,
    /// The stimulus's title.
    pub title: Option<String>,
    /// The language of its content, from `xml:lang`.
    pub language: Option<String>,
    /// What it shows.
    pub body: Option<Content>,
}

impl StimulusView {
    /// Reads a QTI 3 stimulus.
    ///
    /// # Errors
    /// As [`ItemView::parse`](crate::ItemView::parse), for a `qti-assessment-stimulus`.
    pub fn parse(raw_xml: &str) -> Result<Self, XmlError> {
        let root = read::root(raw_xml, "assessment-stimulus")?;
        Ok(Self {
            identifier: root.identifier_attribute(),
            title: root.text_attribute("title"),
            language: root.attribute_map().remove("xml:lang"),
            body: root.qti_child("stimulus-body").map(Content::of),
        })
    }
}

/// An item's reference to a stimulus.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StimulusRef {
    /// The stimulus's identifier.
    pub identifier: String,
    /// Where it is, as the document writes it.
    pub href: Option<String>,
    /// Its title.
    pub title: Option<String>,
}

impl StimulusRef {
    pub(super) fn read(element: &Arc<Element>) -> Self {
        Self {
            identifier: element.identifier_attribute(),
            href: element.text_attribute("href"),
            title: element.text_attribute("title"),
        }
    }
}
