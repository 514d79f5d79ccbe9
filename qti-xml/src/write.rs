//! Elements written as XML.

use crate::parse::dom::{Element, Node};
use crate::parse::namespaces::XML;

impl Element {
    /// The content written as XML. The element's own namespace is taken as the default, others are declared.
    pub(crate) fn inner_xml(&self) -> String {
        let mut writer = Writer::default();
        let default = self.namespace.as_deref().filter(|uri| *uri != XML);
        writer.content(self, default);
        writer.out
    }

    /// The element written as XML with all namespaces declared, so that it means the same wherever it stands.
    pub(crate) fn outer_xml(&self) -> String {
        let mut writer = Writer::default();
        let default = self.namespace.as_deref().filter(|uri| *uri != XML);
        writer.tag(self, default, true);
        writer.out
    }
}

/// Writes elements without prefixes, each change of namespace as a default declaration; but for those of XML's own
/// namespace, which only its prefix can mean.
#[derive(Default)]
struct Writer<'e> {
    out: String,
    /// Declarations of prefixes in scope, which only attributes use.
    prefixes: Vec<(&'e str, &'e str)>,
}

impl<'e> Writer<'e> {
    fn element(&mut self, element: &'e Element, inherited: Option<&'e str>) {
        let default = match element.namespace.as_deref() {
            Some(XML) => inherited,
            namespace => namespace,
        };
        self.tag(element, default, default != inherited);
    }

    /// `default` is the default namespace within.
    fn tag(&mut self, element: &'e Element, default: Option<&'e str>, is_declared: bool) {
        let is_of_xml = element.namespace.as_deref() == Some(XML);
        let prefix = if is_of_xml { "xml:" } else { "" };
        let outer_prefixes = self.prefixes.len();
        self.out.push('<');
        self.out.push_str(prefix);
        self.out.push_str(&element.local);
        if is_declared {
            self.attribute("xmlns", default.unwrap_or_default());
        }
        for attribute in &element.attributes {
            match (attribute.namespace.as_deref(), attribute.prefix.as_deref()) {
                (Some(namespace), Some(prefix)) => {
                    self.declare(prefix, namespace);
                    self.attribute(&format!("{prefix}:{}", attribute.local), &attribute.value);
                }
                _ => self.attribute(&attribute.local, &attribute.value),
            }
        }
        if element.children.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.content(element, default);
            self.out.push_str("</");
            self.out.push_str(prefix);
            self.out.push_str(&element.local);
            self.out.push('>');
        }
        self.prefixes.truncate(outer_prefixes);
    }

    fn content(&mut self, element: &'e Element, default: Option<&'e str>) {
        for node in &element.children {
            match node {
                Node::Element(child) => self.element(child, default),
                Node::Text(text) => self.escaped(text, false),
            }
        }
    }

    fn declare(&mut self, prefix: &'e str, namespace: &'e str) {
        let known = self
            .prefixes
            .iter()
            .rev()
            .find(|(known, _)| *known == prefix);
        if namespace != XML && known.is_none_or(|(_, bound)| *bound != namespace) {
            self.prefixes.push((prefix, namespace));
            self.attribute(&format!("xmlns:{prefix}"), namespace);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.escaped(value, true);
        self.out.push('"');
    }

    fn escaped(&mut self, text: &str, in_attribute: bool) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#13;"),
                '"' if in_attribute => self.out.push_str("&quot;"),
                '\n' if in_attribute => self.out.push_str("&#10;"),
                '\t' if in_attribute => self.out.push_str("&#9;"),
                c => self.out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::parse::dom::parse;

    fn root(xml: &str) -> Arc<Element> {
        parse(xml).unwrap().root
    }

    #[test]
    fn an_element_is_written_to_mean_the_same_wherever_it_stands() {
        for xml in [
            "<a b='1'><c xmlns='urn:c'/></a>",
            "<p:a xmlns:p='urn:p' xmlns:q='urn:q' q:b='1&#10;&#9;2' q:c='&lt;' p:d=''>x<p:e q:f=''/><g/></p:a>",
        ] {
            let element = root(xml);
            let within = format!(
                "<o xmlns='urn:o' xmlns:q='urn:r'>{}</o>",
                element.outer_xml()
            );
            assert_eq!(root(&within).children, [Node::Element(element)], "{within}");
        }
    }

    #[test]
    fn elements_of_the_xml_namespace_keep_the_only_prefix_that_means_it() {
        let element = root("<p:a xmlns:p='urn:p'><xml:b xml:c='1'><p:d/><e/>f</xml:b></p:a>");
        let written = element.inner_xml();
        let again = root(&format!("<a xmlns='urn:p'>{written}</a>"));
        assert_eq!(again.children, element.children, "{written}");

        let outermost = root("<xml:a><b>c</b></xml:a>");
        assert_eq!(outermost.inner_xml(), "<b>c</b>");
        assert_eq!(outermost.outer_xml(), "<xml:a xmlns=\"\"><b>c</b></xml:a>");
    }

    #[test]
    fn written_content_reads_back_equal_and_stands_on_its_own() {
        let xml = "<q:a xmlns:q='urn:q' xmlns:l='urn:l' xmlns='urn:default'>1 &amp; 2<q:b l:h='&quot;&#10;' xml:lang='en'>\
                   <m xmlns='urn:m'><n l:h='x'/></m></q:b><c/><d xmlns='' l:h=''>]]&gt;&#13;</d></q:a>";
        let element = root(xml);
        let again = root(&format!("<a xmlns='urn:q'>{}</a>", element.inner_xml()));
        assert_eq!(*element, *again);
        assert!(crate::parse::check_fragment(&element.inner_xml()).is_ok());
    }

    #[test]
    fn a_view_of_content_needs_no_declaration_of_its_own_namespace() {
        let element = root("<qti:p xmlns:qti='urn:q'>x<qti:b>y</qti:b></qti:p>");
        assert_eq!(element.inner_xml(), "x<b>y</b>");
    }
}
