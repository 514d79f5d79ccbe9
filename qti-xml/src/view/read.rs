//! How views read elements and attributes: what is absent or unreadable is left out, never an error.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{XmlError, XmlErrorKind, quoted};
use crate::parse::dom::{Element, parse};

/// The root of a document, which must be the QTI element of this name (without `qti-`).
pub(super) fn root(xml: &str, name: &str) -> Result<Arc<Element>, XmlError> {
    let document = parse(xml)?;
    if document.root.qti_name() == Some(name) {
        return Ok(document.root);
    }
    let found = quoted(&document.root.local);
    let namespace = document
        .root
        .namespace
        .as_deref()
        .map(|uri| format!(" in the namespace {}", quoted(uri)));
    let message = format!(
        "the root is {found}{}, not QTI 3's \"qti-{name}\"",
        namespace.unwrap_or_default()
    );
    Err(XmlError::at(
        xml,
        document.root_offset,
        XmlErrorKind::UnexpectedRoot,
        message,
    ))
}

impl Element {
    pub(super) fn text_attribute(&self, name: &str) -> Option<String> {
        self.attribute(name).map(str::to_owned)
    }

    /// An identifier, empty if the document lacks it.
    pub(super) fn identifier_attribute(&self) -> String {
        self.text_attribute("identifier").unwrap_or_default()
    }

    /// A flag that is off unless the document sets it.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.flag_or(name, false)
    }

    pub(super) fn flag_or(&self, name: &str, default: bool) -> bool {
        self.attribute(name)
            .map_or(default, |flag| matches!(flag.trim(), "true" | "1"))
    }

    /// A number, `None` if it is absent or is not one.
    pub(super) fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// A finite decimal number.
    pub(super) fn decimal(&self, name: &str) -> Option<f64> {
        self.number(name).filter(|number: &f64| number.is_finite())
    }

    /// A list of names that stand apart by white space.
    pub(super) fn name_list(&self, name: &str) -> Vec<String> {
        self.attribute(name)
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    /// All attributes by name, those of a namespace with their prefix.
    pub(super) fn attribute_map(&self) -> BTreeMap<String, String> {
        let name = |prefix: Option<&str>, local: &str| match prefix {
            Some(prefix) => format!("{prefix}:{local}"),
            None => local.to_owned(),
        };
        let attributes = self.attributes.iter();
        attributes
            .map(|a| (name(a.prefix.as_deref(), &a.local), a.value.clone()))
            .collect()
    }

    /// The first child that is the QTI element of this name.
    pub(super) fn qti_child(&self, name: &str) -> Option<&Arc<Element>> {
        self.qti_children(name).next()
    }

    pub(super) fn qti_children(&self, name: &str) -> impl Iterator<Item = &Arc<Element>> {
        self.elements()
            .filter(move |child| child.qti_name() == Some(name))
    }

    /// All QTI elements below this one, with their names.
    pub(super) fn walk_qti<'e>(
        &'e self,
        mut visit: impl FnMut(&'e str, &'e Arc<Element>) -> ControlFlow<()>,
    ) {
        self.walk(&mut |element| match element.qti_name() {
            Some(name) => visit(name, element),
            None => ControlFlow::Continue(()),
        });
    }
}
