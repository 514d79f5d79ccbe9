//! What stands in a test, in its order.

use super::{AssessmentTest, ItemRef, Section, TestPart};

impl AssessmentTest {
    /// The sections of the test in their order, each with the part that it stands in.
    ///
    /// ```
    /// use timeback_qti::models::{AssessmentTest, Section, TestPart};
    ///
    /// let part = TestPart::new("part-1", "linear", "individual", [Section::new("section-1", "Warm-up"), Section::new("section-2", "Main")]);
    /// let test = AssessmentTest { qti_test_part: Some(vec![part]), ..AssessmentTest::default() };
    /// let sections: Vec<&str> = test.sections().map(|(_, section)| section.identifier.as_str()).collect();
    /// assert_eq!(sections, ["section-1", "section-2"]);
    /// ```
    pub fn sections(&self) -> impl Iterator<Item = (&TestPart, &Section)> {
        self.qti_test_part.iter().flatten().flat_map(|part| {
            let sections = part.qti_assessment_section.iter().flatten();
            sections.map(move |section| (part, section))
        })
    }

    /// The references to items in the order of the test, each with the part and the section that it stands in.
    pub fn item_refs(&self) -> impl Iterator<Item = (&TestPart, &Section, &ItemRef)> {
        self.sections().flat_map(|(part, section)| {
            let refs = section.qti_assessment_item_ref.iter().flatten();
            refs.map(move |reference| (part, section, reference))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_in_the_order_of_the_test_with_their_places() {
        let section = |name: &str, items: &[&str]| Section {
            qti_assessment_item_ref: Some(items.iter().map(|item| ItemRef::new(*item)).collect()),
            ..Section::new(name, name)
        };
        let test = AssessmentTest {
            qti_test_part: Some(vec![
                TestPart::new(
                    "p1",
                    "linear",
                    "individual",
                    [section("s1", &["b", "a"]), section("s2", &[])],
                ),
                TestPart {
                    qti_assessment_section: None,
                    ..TestPart::new("p2", "linear", "individual", [])
                },
                TestPart::new("p3", "linear", "individual", [section("s1", &["a"])]),
            ]),
            ..AssessmentTest::default()
        };
        let places: Vec<[&str; 3]> = test
            .item_refs()
            .map(|(part, section, item)| {
                [&*part.identifier, &*section.identifier, &*item.identifier]
            })
            .collect();
        assert_eq!(
            places,
            [["p1", "s1", "b"], ["p1", "s1", "a"], ["p3", "s1", "a"]]
        );
        assert_eq!(test.sections().count(), 3);
    }
}
