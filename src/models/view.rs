//! Entities as their XML tells them.

use super::raw_xml::{raw_xml, unreadable};
use super::{AssessmentItem, AssessmentTest, Stimulus};
use crate::error::Result;
use crate::xml::{ItemView, StimulusView, TestView};

impl AssessmentItem {
    /// What the item's XML says: prompt, interactions, correct values, feedback, scoring. Where it differs from the
    /// other fields, the XML is right.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the item came without `raw_xml`, or that is no readable QTI 3 item.
    pub fn view(&self) -> Result<ItemView> {
        let xml = raw_xml(self.raw_xml.as_deref())?;
        ItemView::parse(xml).map_err(unreadable)
    }
}

impl AssessmentTest {
    /// What the test's XML says: parts, sections, item references, pre-conditions and branch rules.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the test came without `raw_xml`, or that is no readable QTI 3 test.
    pub fn view(&self) -> Result<TestView> {
        let xml = raw_xml(self.raw_xml.as_deref())?;
        TestView::parse(xml).map_err(unreadable)
    }
}

impl Stimulus {
    /// What the stimulus's XML says.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the stimulus came without `raw_xml`, or that is no readable QTI 3
    /// stimulus.
    pub fn view(&self) -> Result<StimulusView> {
        let xml = raw_xml(self.raw_xml.as_deref())?;
        StimulusView::parse(xml).map_err(unreadable)
    }
}

#[cfg(test)]
mod tests {
    use crate::ErrorKind;
    use crate::models::AssessmentItem;

    #[test]
    fn an_item_without_readable_xml_has_no_view() {
        let item = |raw_xml: Option<&str>| AssessmentItem {
            raw_xml: raw_xml.map(str::to_owned),
            ..AssessmentItem::default()
        };
        for (raw_xml, said) in [
            (None, "without its rawXml"),
            (
                Some("<qti-assessment-item>\n <p></qti-assessment-item>"),
                "line 2, column 5",
            ),
            (Some("<qti-assessment-test/>"), "qti-assessment-test"),
        ] {
            let error = item(raw_xml).view().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.message().contains(said), "{error}");
        }
        let view = item(Some("<qti-assessment-item identifier='i'/>")).view();
        assert_eq!(view.unwrap().identifier, "i");
    }
}
