//! An entity's XML as the rules look at it.

use timeback_qti::xml::{Element, ItemView, StimulusView, TestView, XmlError};

use super::finding::Source;
use crate::entity::Kind;

/// A document: what it says, and its elements, which know where they stand.
#[derive(Debug)]
pub(super) struct Document<'e> {
    pub(super) source: Source<'e>,
    pub(super) root: Element,
    pub(super) view: View,
}

/// What a document says, by kind.
#[derive(Debug)]
pub(super) enum View {
    Stimulus,
    Item(Box<ItemView>),
    Test,
}

impl<'e> Document<'e> {
    pub(super) fn read(source: Source<'e>) -> Result<Self, XmlError> {
        let xml = &source.entity.xml;
        let view = match source.entity.key.kind {
            Kind::Stimulus => StimulusView::parse(xml).map(|_| View::Stimulus)?,
            Kind::Item => View::Item(Box::new(ItemView::parse(xml)?)),
            Kind::Test => TestView::parse(xml).map(|_| View::Test)?,
        };
        let root = Element::parse(xml)?;
        Ok(Self { source, root, view })
    }

    pub(super) fn identifier(&self) -> &str {
        self.root.attribute("identifier").unwrap_or_default()
    }

    /// The elements of a QTI name, in the document's order, which is also that of the views.
    pub(super) fn elements(&self, name: &str) -> impl Iterator<Item = Element> {
        let descendants = self.root.descendants();
        descendants.filter(move |element| element.qti_name() == Some(name))
    }

    /// Whether rules of the document name a variable, so that its key may be in them.
    pub(super) fn rules_name(&self, variable: &str) -> bool {
        let rules = self
            .elements("response-processing")
            .chain(self.elements("template-processing"));
        let names = |rule: &Element| rule.attribute("identifier") == Some(variable);
        rules
            .into_iter()
            .any(|rules| rules.descendants().any(|rule| names(&rule)))
    }

    /// Whether the key of a response variable is made for each candidate.
    pub(super) fn makes_key(&self, response: &str) -> bool {
        self.elements("set-correct-response")
            .any(|rule| rule.attribute("identifier") == Some(response))
    }
}
