//! How an answer becomes a score.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::content::Content;
use super::open_enum::open_enum;
use crate::parse::dom::Element;

open_enum! {
    /// QTI's response processing templates, by the last part of their address.
    TemplateKind {
        /// Full score for the correct answer:
        MatchCorrect = "match_correct",
        /// The sum of mapped scores:
        MapResponse = "map_response",
        /// The sum of mapped areas:
        MapResponsePoint = "map_response_point",
        /// As `match_correct`, from Common Cartridge, with feedback:
        Cc2Match = "CC2_match",
        /// As `match_correct`, from Common Cartridge:
        Cc2MatchBasic = "CC2_match_basic",
        /// As `map_response`, from Common Cartridge:
        Cc2MapResponse = "CC2_map_response",
    }
}

/// How an item scores answers: by a template, by rules, or by calling an operator outside of QTI.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseProcessing {
    /// The template, if one is named.
    pub template: Option<ProcessingTemplate>,
    /// All custom operators in the rules, in the document's order.
    pub custom_operators: Vec<CustomOperator>,
    /// The rules; `None` if there are none.
    pub rules: Option<Content>,
}

/// A response processing template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessingTemplate {
    /// The template's address, as it stands in the document.
    pub url: String,
    /// Which template it is.
    pub kind: TemplateKind,
}

/// An operator that QTI does not define, such as a grader behind an address.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomOperator {
    /// What names the operator for the platform.
    pub class: Option<String>,
    /// Where it is defined; for graders, the address to call.
    pub definition: Option<String>,
    /// All attributes by name, those of extensions with their prefix.
    pub attributes: BTreeMap<String, String>,
    /// Its operands.
    pub content: Content,
}

impl CustomOperator {
    /// The operator's web address: its definition, or else the first attribute that holds one.
    ///
    /// ```
    /// use qti_xml::ItemView;
    ///
    /// let item = ItemView::parse(
    ///     r#"<qti-assessment-item identifier="essay">
    ///          <qti-response-processing>
    ///            <qti-set-outcome-value identifier="SCORE">
    ///              <qti-custom-operator class="com.example.Grader" definition="https://grader.example/score">
    ///                <qti-variable identifier="RESPONSE"/>
    ///              </qti-custom-operator>
    ///            </qti-set-outcome-value>
    ///          </qti-response-processing>
    ///        </qti-assessment-item>"#,
    /// )?;
    /// let processing = item.response_processing.unwrap();
    /// assert_eq!(processing.custom_operators[0].url(), Some("https://grader.example/score"));
    /// # Ok::<(), qti_xml::XmlError>(())
    /// ```
    pub fn url(&self) -> Option<&str> {
        let is_url = |text: &&str| text.starts_with("https://") || text.starts_with("http://");
        let others = self.attributes.values().map(String::as_str);
        self.definition
            .as_deref()
            .into_iter()
            .chain(others)
            .find(is_url)
    }
}

impl ResponseProcessing {
    pub(super) fn read(element: &Arc<Element>) -> Self {
        let mut custom_operators = Vec::new();
        element.walk_qti(|name, below| {
            if name == "custom-operator" {
                custom_operators.push(CustomOperator::read(below));
            }
            ControlFlow::Continue(())
        });
        let rules = Content::of(element);
        Self {
            template: element.attribute("template").map(ProcessingTemplate::read),
            custom_operators,
            rules: (!rules.is_empty()).then_some(rules),
        }
    }
}

impl ProcessingTemplate {
    fn read(url: &str) -> Self {
        let name = url.trim().rsplit('/').next().unwrap_or_default();
        let kind = TemplateKind::from(name.strip_suffix(".xml").unwrap_or(name));
        Self {
            url: url.to_owned(),
            kind,
        }
    }
}

impl CustomOperator {
    fn read(element: &Arc<Element>) -> Self {
        Self {
            class: element.text_attribute("class"),
            definition: element.text_attribute("definition"),
            attributes: element.attribute_map(),
            content: Content::of(element),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::item;
    use super::*;

    #[test]
    fn processing_is_a_template_or_rules_or_an_operator_with_its_address() {
        let processing = |content: &str| item(content).response_processing.unwrap();
        let template = processing(
            "<qti-response-processing template='https://host.example/v3p0/rptemplates/map_response'/>",
        );
        assert_eq!(template.template.unwrap().kind, TemplateKind::MapResponse);
        assert!(template.rules.is_none() && template.custom_operators.is_empty());

        let own = processing("<qti-response-processing template='https://host.example/own.xml'/>");
        assert_eq!(
            own.template.unwrap().kind,
            TemplateKind::Other("own".into())
        );

        let graded = processing(
            "<qti-response-processing><qti-response-condition><qti-response-if><qti-custom-operator class='grade'
               xmlns:x='urn:x' x:href='https://grader.example/v1?a=1&amp;b=2'><qti-variable identifier='R'/></qti-custom-operator>
             </qti-response-if></qti-response-condition></qti-response-processing>",
        );
        let operator = &graded.custom_operators[0];
        assert_eq!(
            (operator.class.as_deref(), operator.definition.as_deref()),
            (Some("grade"), None)
        );
        assert_eq!(operator.url(), Some("https://grader.example/v1?a=1&b=2"));
        assert_eq!(operator.content.xml(), "<qti-variable identifier=\"R\"/>");
        assert!(graded.template.is_none() && graded.rules.is_some());
    }
}
