//! What was read, in the form in which it is written: to copy it, or to send it elsewhere.

use super::owner::{ASSESSMENT_ITEM_IN_XML, ASSESSMENT_TEST_IN_XML, STIMULUS_IN_XML};
use super::raw_xml::{raw_xml, unreadable};
use super::{
    AssessmentItem, AssessmentItemXml, AssessmentTest, AssessmentTestInput, Metadata, Stimulus,
    StimulusInput, rewrite,
};
use crate::error::{Error, Result};
use crate::xml::{self, JsonForm};

impl Stimulus {
    /// The stimulus as it can be written: its content is the body of its XML, to the letter, and unknown fields stay.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input), with the place, if the XML has what the written form cannot express, as it
    /// would be lost; [`Decode`](crate::ErrorKind::Decode) if the stimulus came without readable XML.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// let mut copy = client.stimulus("italy").get().await?.to_input()?;
    /// copy.identifier = "italy-2".to_owned();
    /// client.stimuli().create(&copy).await?;
    /// # Ok(()) }
    /// ```
    pub fn to_input(&self) -> Result<StimulusInput> {
        let input = self.draft()?;
        self.refuse_loss(&input, "copy its XML")?;
        Ok(input)
    }

    /// The fields that the stimulus's XML does not say, by the API's names: a write from the XML alone would lose them.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the stimulus has a field twice, by itself and in `extra`.
    pub fn beyond_xml(&self) -> Result<Metadata> {
        let document = self.raw_xml.as_deref().map(|xml| (JsonForm::Stimulus, xml));
        rewrite::beyond_xml(self, STIMULUS_IN_XML, document)
    }

    /// As [`to_input`](Self::to_input), whatever only the XML says.
    pub(crate) fn draft(&self) -> Result<StimulusInput> {
        let content = xml::stimulus_content(raw_xml(self.raw_xml.as_deref())?)
            .map_err(unreadable)?
            .ok_or_else(|| Error::input("the stimulus's XML has no body that can be written"))?;
        let mut input: StimulusInput = rewrite::writable(self, Some(content))?;
        if input.language.is_none() {
            // The service may say the language in the XML only; a write without it would lose it there.
            input.language = self.view()?.language;
        }
        Ok(input)
    }

    pub(crate) fn refuse_loss(&self, written: &StimulusInput, instead: &str) -> Result<()> {
        let raw_xml = raw_xml(self.raw_xml.as_deref())?;
        rewrite::refuse_beyond_json(JsonForm::Stimulus, raw_xml, written, instead)
    }
}

impl StimulusInput {
    /// A stimulus from its QTI XML, and from fields that the XML does not say, as [`Stimulus::beyond_xml`] tells them.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input), with the place, if the XML cannot be read or has what the written form cannot
    /// express, or if a field contradicts it.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// # let input = timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>");
    /// # client.stimuli().create(&input).await?;
    /// use timeback_qti::models::StimulusInput;
    ///
    /// let stimulus = client.stimulus("italy").get().await?;
    /// let xml = stimulus.raw_xml.as_deref().unwrap_or_default().replace("Rome", "Milan");
    /// let changed = StimulusInput::from_xml(&xml, &stimulus.beyond_xml()?)?;
    /// client.stimulus("italy").update(&changed).await?;
    /// # Ok(()) }
    /// ```
    pub fn from_xml(xml: &str, beyond: &Metadata) -> Result<Self> {
        let content = xml::stimulus_content(xml)
            .map_err(|problem| Error::input(problem.to_string()).with_source(problem))?
            .ok_or_else(|| Error::input("the stimulus's XML has no body that can be written"))?;
        rewrite::from_xml(JsonForm::Stimulus, xml, Some(content), beyond)
    }
}

impl AssessmentTest {
    /// The fields that the test's XML does not say, by the API's names: a write from the XML alone would lose them. Of the
    /// parts, their sections and their item references only those are there that have such fields, each with its
    /// identifier.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the test has a field twice, by itself and in `extra`.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// let test = client.test("test-001").get().await?;
    /// assert!(test.beyond_xml()?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn beyond_xml(&self) -> Result<Metadata> {
        let document = self.raw_xml.as_deref().map(|xml| (JsonForm::Test, xml));
        rewrite::beyond_xml(self, ASSESSMENT_TEST_IN_XML, document)
    }

    /// The test as it can be written as JSON, unknown fields included.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input), with the place, if only the XML says something (a selection, a rubric), as
    /// it would be lost: write [`raw_xml`](Self::raw_xml) then; [`Decode`](crate::ErrorKind::Decode) if the test came
    /// without readable XML.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// let mut copy = client.test("test-001").get().await?.to_input()?;
    /// copy.identifier = "test-002".to_owned();
    /// client.tests().create(&copy).await?;
    /// # Ok(()) }
    /// ```
    pub fn to_input(&self) -> Result<AssessmentTestInput> {
        let input = self.draft()?;
        self.refuse_loss(&input, "write its XML")?;
        Ok(input)
    }

    /// As [`to_input`](Self::to_input), whatever only the XML says.
    pub(crate) fn draft(&self) -> Result<AssessmentTestInput> {
        rewrite::writable(self, None)
    }

    pub(crate) fn refuse_loss(&self, written: &AssessmentTestInput, instead: &str) -> Result<()> {
        let raw_xml = raw_xml(self.raw_xml.as_deref())?;
        rewrite::refuse_beyond_json(JsonForm::Test, raw_xml, written, instead)
    }
}

impl AssessmentTestInput {
    /// A test from its QTI XML, and from fields that the XML does not say, as [`AssessmentTest::beyond_xml`] tells them.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input), with the place, if the XML cannot be read or has what JSON cannot express, or if
    /// a field contradicts it or is of a part, a section or a reference that the XML does not have.
    ///
    /// ```
    #[doc = include_str!("../resources/example.txt")]
    /// use timeback_qti::models::AssessmentTestInput;
    ///
    /// let mut beyond = client.test("test-001").get().await?.beyond_xml()?;
    /// beyond.insert("timeLimit".to_owned(), 3600.into());
    /// let xml = client.test("test-001").get_xml().await?;
    /// let test = client.test("test-001").update(&AssessmentTestInput::from_xml(&xml, &beyond)?).await?;
    /// assert_eq!(test.time_limit, Some(3600.0));
    /// # Ok(()) }
    /// ```
    pub fn from_xml(xml: &str, beyond: &Metadata) -> Result<Self> {
        rewrite::from_xml(JsonForm::Test, xml, None, beyond)
    }
}

impl AssessmentItem {
    /// The fields that the item's XML does not say, by the API's names: a write from the XML alone would lose them.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the item has a field twice, by itself and in `extra`.
    pub fn beyond_xml(&self) -> Result<Metadata> {
        rewrite::beyond_xml(self, ASSESSMENT_ITEM_IN_XML, None)
    }

    /// The item as it can be written: its XML to the letter, and its metadata.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input), naming the field, if the item has one which neither XML nor metadata hold,
    /// as it would be lost; [`Decode`](crate::ErrorKind::Decode) if the item came without its XML.
    pub fn to_xml(&self) -> Result<AssessmentItemXml> {
        rewrite::refuse_beyond_xml(&self.beyond_xml()?, "replace the item with update")?;
        rewrite::refuse_rounded(self.metadata.as_ref())?;
        let xml = raw_xml(self.raw_xml.as_deref())?;
        Ok(AssessmentItemXml::new(xml, self.metadata.clone()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ErrorKind;
    use crate::models::{AssessmentItem, AssessmentTest, Stimulus};

    #[test]
    fn an_item_is_its_xml_and_metadata_or_is_refused_by_the_field_that_would_be_lost() {
        let mut read =
            json!({"identifier": "i", "title": "T", "rawXml": "<a/>", "metadata": {"grade": 5}});
        let item = |read: &_| {
            serde_json::from_value::<AssessmentItem>(serde_json::Value::clone(read)).unwrap()
        };
        let written = item(&read).to_xml().unwrap();
        assert_eq!(written.xml, "<a/>");
        assert_eq!(written.metadata.unwrap()["grade"], 5);
        read["novelty"] = json!(1);
        let error = item(&read).to_xml().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.message().contains("novelty"), "{error}");
    }

    #[test]
    fn what_only_the_xml_says_is_refused_rather_than_lost() {
        const QTI: &str = "xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'";
        let test: AssessmentTest = serde_json::from_value(json!({"identifier": "t", "title": "T", "qti-test-part": [],
            "rawXml": format!("<qti-assessment-test {QTI} identifier='t' title='T'><qti-rubric-block/></qti-assessment-test>")}))
        .unwrap();
        let stimulus: Stimulus = serde_json::from_value(json!({"identifier": "s", "title": "S",
            "rawXml": format!("<qti-assessment-stimulus {QTI} identifier='s' title='S'><qti-stimulus-body class='wide'>\
                <p>A</p></qti-stimulus-body></qti-assessment-stimulus>")}))
        .unwrap();
        for error in [
            test.to_input().unwrap_err(),
            stimulus.to_input().unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        }
    }
}
