//! What the API's JSON form of a document has no field for.

use qti_xml::{Element, Node};

use super::json_form::{Form, Held, JsonForm, XSI, is_blank, qualified};

/// An attribute, an element or a text that the API's JSON form of a document has no field for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JsonLoss {
    /// The place, as in `/qti-assessment-test/qti-test-part/qti-assessment-section/qti-selection`.
    pub path: String,
    /// The element that would be lost, or whose attribute or text would be.
    pub element: Element,
}

/// What a test or a stimulus would lose by the next write of its JSON form.
///
/// Each write of a part or a section makes the service write the XML of the test anew, from fields that know neither
/// selections nor rubrics, preconditions, categories and more. An item is written as XML: it has no losses here.
///
/// ```
/// use timeback_qti::xml::{Element, json_losses};
///
/// let test = Element::parse(
///     "<qti-assessment-test identifier='t' title='T'>
///        <qti-test-part identifier='p' navigation-mode='linear' submission-mode='individual'>
///          <qti-assessment-section identifier='s' title='S' visible='true'>
///            <qti-selection select='2'/>
///            <qti-assessment-item-ref identifier='i' href='i.xml' category='easy'/>
///          </qti-assessment-section>
///        </qti-test-part>
///      </qti-assessment-test>",
/// )?;
/// let lost: Vec<_> = json_losses(&test).into_iter().map(|loss| (loss.path, loss.element.line())).collect();
/// let section = "/qti-assessment-test/qti-test-part/qti-assessment-section";
/// assert_eq!(lost, [
///     (format!("{section}/qti-selection"), 4),
///     (format!("{section}/qti-assessment-item-ref/@category"), 5),
/// ]);
/// # Ok::<(), timeback_qti::xml::XmlError>(())
/// ```
pub fn json_losses(root: &Element) -> Vec<JsonLoss> {
    let form = match root.qti_name() {
        Some("assessment-test") => JsonForm::Test,
        Some("assessment-stimulus") => JsonForm::Stimulus,
        _ => return Vec::new(),
    };
    let mut losses = Losses(Vec::new());
    losses.element(Form::of(form), root, &format!("/{}", root.name()));
    losses.0
}

struct Losses(Vec<JsonLoss>);

impl Losses {
    fn lost(&mut self, path: String, element: &Element) {
        self.0.push(JsonLoss {
            path,
            element: element.clone(),
        });
    }

    fn element(&mut self, form: &Form, element: &Element, path: &str) {
        self.attributes(form.attributes, element, path);
        let mut seen = Vec::new();
        for node in element.nodes() {
            let child = match node {
                Node::Text(text) if is_blank(text) => continue,
                Node::Text(_) => {
                    self.lost(format!("{path}/text()"), element);
                    continue;
                }
                Node::Element(child) => child,
            };
            let path = format!("{path}/{}", child.name());
            let known = |name: &str| form.children.iter().find(|(known, _)| *known == name);
            match child.qti_name().and_then(known) {
                // There is one field for the first of its name.
                Some((name, Held::Object(..) | Held::Inside(_))) if seen.contains(name) => {
                    self.lost(path, &child);
                }
                // Whether a field of the test says it, the XML does not show.
                Some((_, Held::OfWhole(_))) => self.lost(path, &child),
                Some((name, held)) => {
                    seen.push(*name);
                    self.held(*held, &child, &path);
                }
                None => self.lost(path, &child),
            }
        }
    }

    fn held(&mut self, held: Held, element: &Element, path: &str) {
        match held {
            Held::List(_, form) | Held::Object(_, form) | Held::Inside(form) => {
                self.element(form, element, path);
            }
            Held::Texts(_) | Held::Content => self.attributes(&[], element, path),
            Held::Own(_) | Held::OfWhole(_) => {}
        }
    }

    fn attributes(&mut self, known: &[(&str, &str)], element: &Element, path: &str) {
        for attribute in element.attributes() {
            let name = qualified(attribute);
            let is_known = known.iter().any(|(known, _)| *known == name);
            if !is_known && attribute.namespace() != Some(XSI) {
                self.lost(format!("{path}/@{name}"), element);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(xml: &str) -> Vec<String> {
        let losses = json_losses(&Element::parse(xml).unwrap());
        losses.into_iter().map(|loss| loss.path).collect()
    }

    #[test]
    fn what_the_json_form_has_fields_for_is_not_lost() {
        assert!(
            paths(
                "<qti-assessment-test xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a b'
                   identifier='t' title='T'><qti-outcome-declaration identifier='S' cardinality='single' base-type='float'>
                 <qti-default-value><qti-value>0</qti-value></qti-default-value></qti-outcome-declaration>
                 <qti-time-limits max-time='60'/></qti-assessment-test>"
            )
            .is_empty()
        );
        assert!(
            paths(
                "<qti-assessment-stimulus identifier='s' xml:lang='en'><qti-stimulus-body><p class='x'>Rain</p>
                 </qti-stimulus-body></qti-assessment-stimulus>"
            )
            .is_empty()
        );
        assert!(paths("<qti-assessment-item class='x'/>").is_empty());
    }

    #[test]
    fn each_loss_is_named_once_and_what_is_below_it_is_not() {
        let found = paths(
            "<qti-assessment-test><qti-time-limits max-time='1' min-time='1'/><qti-time-limits max-time='2'/>
             <qti-test-part><qti-assessment-section>text<qti-rubric-block use='x'><p>Read.</p></qti-rubric-block>
             <qti-assessment-section identifier='inner'/></qti-assessment-section></qti-test-part></qti-assessment-test>",
        );
        let section = "/qti-assessment-test/qti-test-part/qti-assessment-section";
        assert_eq!(
            found,
            [
                "/qti-assessment-test/qti-time-limits/@min-time".to_owned(),
                "/qti-assessment-test/qti-time-limits".to_owned(),
                format!("{section}/text()"),
                format!("{section}/qti-rubric-block"),
                format!("{section}/qti-assessment-section"),
            ]
        );
        let stimulus = paths(
            "<qti-assessment-stimulus><qti-stimulus-body class='wide'/></qti-assessment-stimulus>",
        );
        assert_eq!(
            stimulus,
            ["/qti-assessment-stimulus/qti-stimulus-body/@class"]
        );
    }
}
