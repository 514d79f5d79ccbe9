//! Entities as their XML tells them.

use super::{AssessmentItem, AssessmentTest, Stimulus};
use crate::error::Result;
use crate::resources::stored;
use crate::xml::{ItemView, StimulusView, TestView};

impl AssessmentItem {
    /// What the item's XML says: prompt, interactions, correct values, feedback, scoring. Where it differs from the other
    /// fields, the XML is right.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the item came without `raw_xml`, or that is no readable QTI 3 item.
    pub fn view(&self) -> Result<ItemView> {
        let xml = stored::raw_xml(self.raw_xml.as_deref())?;
        ItemView::parse(xml).map_err(stored::answered)
    }
}

impl AssessmentTest {
    /// What the test's XML says: parts, sections, item references, pre-conditions and branch rules.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the test came without `raw_xml`, or that is no readable QTI 3 test.
    pub fn view(&self) -> Result<TestView> {
        let xml = stored::raw_xml(self.raw_xml.as_deref())?;
        TestView::parse(xml).map_err(stored::answered)
    }
}

impl Stimulus {
    /// What the stimulus's XML says.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) if the stimulus came without `raw_xml`, or that is no readable QTI 3
    /// stimulus.
    pub fn view(&self) -> Result<StimulusView> {
        let xml = stored::raw_xml(self.raw_xml.as_deref())?;
        StimulusView::parse(xml).map_err(stored::answered)
    }
}
