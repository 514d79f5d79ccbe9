//! Which namespace a prefix means at the reader's place in the document.

use std::sync::Arc;

/// The namespace that the prefix `xml` always means.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// XHTML's namespace.
pub(crate) const XHTML: &str = "http://www.w3.org/1999/xhtml";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// More declarations in scope than any real document has: what bounds the cost of a look-up.
const MOST_BINDINGS: usize = 256;

/// The declarations in scope, innermost last.
#[derive(Debug)]
pub(crate) struct Namespaces<'a> {
    bindings: Vec<Binding<'a>>,
    xml: Arc<str>,
}

#[derive(Debug)]
struct Binding<'a> {
    /// Empty for the default namespace.
    prefix: &'a str,
    /// `None` where `xmlns=""` takes the default namespace away.
    namespace: Option<Arc<str>>,
    depth: usize,
}

impl<'a> Namespaces<'a> {
    pub(crate) fn new() -> Self {
        Self {
            bindings: Vec::new(),
            xml: XML.into(),
        }
    }

    /// Binds a prefix (empty: the default namespace) for the element at `depth` and what it holds.
    pub(crate) fn bind(
        &mut self,
        prefix: &'a str,
        uri: &str,
        depth: usize,
    ) -> Result<(), &'static str> {
        match (prefix, uri) {
            ("xml", XML) => return Ok(()),
            ("xml", _) | (_, XML) => {
                return Err("only the prefix xml means the XML namespace, and nothing else");
            }
            ("xmlns", _) | (_, XMLNS) => {
                return Err("the prefix xmlns and its namespace cannot be declared");
            }
            (prefix, "") if !prefix.is_empty() => {
                return Err("a prefix cannot be bound to no namespace");
            }
            _ => {}
        }
        if self.bindings.len() == MOST_BINDINGS {
            return Err("more than 256 namespace declarations are in scope");
        }
        // Documents repeat the same few namespaces; one allocation each will do.
        let known = self
            .bindings
            .iter()
            .filter_map(|b| b.namespace.as_ref())
            .find(|known| &***known == uri);
        let namespace = match known {
            Some(known) => Some(Arc::clone(known)),
            None => (!uri.is_empty()).then(|| uri.into()),
        };
        self.bindings.push(Binding {
            prefix,
            namespace,
            depth,
        });
        Ok(())
    }

    /// Forgets the declarations of elements at `depth` and deeper.
    pub(crate) fn leave(&mut self, depth: usize) {
        let kept = self
            .bindings
            .iter()
            .rposition(|b| b.depth < depth)
            .map_or(0, |last| last + 1);
        self.bindings.truncate(kept);
    }

    /// The default namespace.
    pub(crate) fn default_namespace(&self) -> Option<Arc<str>> {
        self.innermost("")
            .and_then(|binding| binding.namespace.clone())
    }

    /// The namespace of a prefix, `None` if it is not bound.
    pub(crate) fn of_prefix(&self, prefix: &str) -> Option<Arc<str>> {
        if prefix == "xml" {
            return Some(Arc::clone(&self.xml));
        }
        self.innermost(prefix)
            .and_then(|binding| binding.namespace.clone())
    }

    fn innermost(&self, prefix: &str) -> Option<&Binding<'a>> {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix == prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_declarations_hide_outer_ones_until_their_element_ends() {
        let mut scope = Namespaces::new();
        scope.bind("", "urn:outer", 1).unwrap();
        scope.bind("", "", 2).unwrap();
        scope.bind("p", "urn:inner", 2).unwrap();
        assert_eq!(scope.default_namespace(), None);
        assert_eq!(scope.of_prefix("p").as_deref(), Some("urn:inner"));
        scope.leave(2);
        assert_eq!(scope.default_namespace().as_deref(), Some("urn:outer"));
        assert_eq!(scope.of_prefix("p"), None);
    }

    #[test]
    fn reserved_prefixes_and_namespaces_cannot_be_rebound() {
        let mut scope = Namespaces::new();
        for (prefix, uri) in [
            ("xml", "urn:x"),
            ("p", XML),
            ("xmlns", "urn:x"),
            ("", XMLNS),
            ("p", ""),
        ] {
            assert!(
                scope.bind(prefix, uri, 1).is_err(),
                "{prefix:?} was bound to {uri:?}"
            );
        }
        assert!(scope.bind("xml", XML, 1).is_ok());
    }

    #[test]
    fn declarations_in_scope_are_bounded() {
        let mut scope = Namespaces::new();
        let bound = (0..1_000)
            .take_while(|_| scope.bind("p", "urn:x", 1).is_ok())
            .count();
        assert_eq!(bound, MOST_BINDINGS);
    }
}
