//! An entity's XML, parsed for the rules.

use timeback_qti::xml::{Element, ItemView, StimulusView, TestView, XmlError};

use super::finding::Source;
use crate::entity::Kind;

/// A parsed document: its view, and its elements with their places.
#[derive(Debug)]
pub(super) struct Document<'e> {
    pub(super) source: Source<'e>,
    pub(super) root: Element,
    pub(super) view: View,
}

/// The view of a document, by its kind.
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

    /// The elements with this QTI name, in document order. The views list theirs in the same order.
    pub(super) fn elements(&self, name: &str) -> impl Iterator<Item = Element> {
        let descendants = self.root.descendants();
        descendants.filter(move |element| element.qti_name() == Some(name))
    }

    /// Whether a processing rule names this variable. Its correct value may be part of the rule then.
    pub(super) fn rules_name(&self, variable: &str) -> bool {
        let rules = self
            .elements("response-processing")
            .chain(self.elements("template-processing"));
        let names = |rule: &Element| rule.attribute("identifier") == Some(variable);
        rules
            .into_iter()
            .any(|rules| rules.descendants().any(|rule| names(&rule)))
    }

    /// Whether a template gives each candidate another correct response for this variable.
    pub(super) fn makes_key(&self, response: &str) -> bool {
        self.elements("set-correct-response")
            .any(|rule| rule.attribute("identifier") == Some(response))
    }
}
