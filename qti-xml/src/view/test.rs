//! An assessment test: parts, sections and references to items.

use std::sync::Arc;

use super::declaration::OutcomeDeclaration;
use super::feedback::RubricBlock;
use super::open_enum::open_enum;
use super::read;
use super::rules::{
    BranchRule, PreCondition, TimeLimits, branch_rules, pre_conditions, time_limits,
};
use crate::error::XmlError;
use crate::parse::dom::Element;

open_enum! {
    /// How a candidate moves through a part.
    NavigationMode {
        /// One item after the other:
        Linear = "linear",
        /// In any order:
        Nonlinear = "nonlinear",
    }
}

open_enum! {
    /// When the answers of a part are handed in.
    SubmissionMode {
        /// Each item's by itself:
        Individual = "individual",
        /// All at the part's end:
        Simultaneous = "simultaneous",
    }
}

/// What a test's XML says.
///
/// ```
/// use qti_xml::TestView;
///
/// let test = TestView::parse(
///     r#"<qti-assessment-test identifier="test-1" title="Geography">
///          <qti-test-part identifier="part-1" navigation-mode="nonlinear" submission-mode="individual">
///            <qti-assessment-section identifier="section-1" title="Warm-up" visible="true">
///              <qti-assessment-item-ref identifier="item-1" href="item-1.xml"/>
///              <qti-assessment-item-ref identifier="item-2" href="item-2.xml"/>
///            </qti-assessment-section>
///          </qti-test-part>
///        </qti-assessment-test>"#,
/// )?;
/// let items: Vec<_> = test.item_refs().into_iter().map(|item| item.identifier.as_str()).collect();
/// assert_eq!(items, ["item-1", "item-2"]);
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TestView {
    /// The test's identifier, empty if the document lacks it.
    pub identifier: String,
    /// The test's title.
    pub title: Option<String>,
    /// The outcome variables of the whole test.
    pub outcome_declarations: Vec<OutcomeDeclaration>,
    /// The time the whole test may take.
    pub time_limits: Option<TimeLimits>,
    /// The parts, in order.
    pub parts: Vec<PartView>,
}

/// A part of a test.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartView {
    /// The part's identifier.
    pub identifier: String,
    /// How a candidate moves through it.
    pub navigation_mode: Option<NavigationMode>,
    /// When its answers are handed in.
    pub submission_mode: Option<SubmissionMode>,
    /// What must be true for the part to be shown.
    pub pre_conditions: Vec<PreCondition>,
    /// Where to go on after it.
    pub branch_rules: Vec<BranchRule>,
    /// The time it may take.
    pub time_limits: Option<TimeLimits>,
    /// Its sections, in order.
    pub children: Vec<SectionChild>,
}

/// A section of a part or of another section.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SectionView {
    /// The section's identifier.
    pub identifier: String,
    /// The section's title.
    pub title: Option<String>,
    /// Whether the candidate sees that it is a section; `true` if the document does not say.
    pub visible: bool,
    /// Whether it must be part of a selection.
    pub required: bool,
    /// Whether it keeps its place when its siblings are shuffled.
    pub fixed: bool,
    /// How many of its children are chosen at random, if not all.
    pub select: Option<u32>,
    /// Whether its children change places.
    pub shuffle: bool,
    /// What must be true for the section to be shown.
    pub pre_conditions: Vec<PreCondition>,
    /// Where to go on after it.
    pub branch_rules: Vec<BranchRule>,
    /// The time it may take.
    pub time_limits: Option<TimeLimits>,
    /// Its rubric blocks.
    pub rubric_blocks: Vec<RubricBlock>,
    /// Its sections and item references, in order.
    pub children: Vec<SectionChild>,
}

/// What a part or a section holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SectionChild {
    /// A section.
    Section(SectionView),
    /// A reference to a section in a document of its own.
    SectionRef(SectionRefView),
    /// A reference to an item.
    ItemRef(ItemRefView),
}

/// A reference to a section in a document of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SectionRefView {
    /// The section's identifier in the test.
    pub identifier: String,
    /// Where it is, as the document writes it.
    pub href: Option<String>,
}

/// A reference to an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemRefView {
    /// The item's identifier in the test.
    pub identifier: String,
    /// Where it is, as the document writes it.
    pub href: Option<String>,
    /// Names by which outcomes can be gathered.
    pub categories: Vec<String>,
    /// Whether it must be part of a selection.
    pub required: bool,
    /// Whether it keeps its place when its siblings are shuffled.
    pub fixed: bool,
    /// What must be true for the item to be shown.
    pub pre_conditions: Vec<PreCondition>,
    /// Where to go on after it.
    pub branch_rules: Vec<BranchRule>,
    /// The time it may take.
    pub time_limits: Option<TimeLimits>,
}

impl TestView {
    /// Reads a QTI 3 test.
    ///
    /// # Errors
    /// As [`ItemView::parse`](crate::ItemView::parse), for a `qti-assessment-test`.
    pub fn parse(raw_xml: &str) -> Result<Self, XmlError> {
        let root = read::root(raw_xml, "assessment-test")?;
        Ok(Self {
            identifier: root.identifier_attribute(),
            title: root.text_attribute("title"),
            outcome_declarations: root
                .qti_children("outcome-declaration")
                .map(|e| OutcomeDeclaration::read(e))
                .collect(),
            time_limits: time_limits(&root),
            parts: root
                .qti_children("test-part")
                .map(|part| PartView::read(part))
                .collect(),
        })
    }

    /// All item references of all parts and sections, in order.
    pub fn item_refs(&self) -> Vec<&ItemRefView> {
        let mut refs = Vec::new();
        for part in &self.parts {
            add_item_refs(&part.children, &mut refs);
        }
        refs
    }
}

/// Sections nest no deeper than the document, whose depth is bounded.
fn add_item_refs<'v>(children: &'v [SectionChild], refs: &mut Vec<&'v ItemRefView>) {
    for child in children {
        match child {
            SectionChild::ItemRef(item) => refs.push(item),
            SectionChild::Section(section) => add_item_refs(&section.children, refs),
            SectionChild::SectionRef(_) => {}
        }
    }
}

impl PartView {
    fn read(element: &Element) -> Self {
        Self {
            identifier: element.identifier_attribute(),
            navigation_mode: element
                .attribute("navigation-mode")
                .map(NavigationMode::from),
            submission_mode: element
                .attribute("submission-mode")
                .map(SubmissionMode::from),
            pre_conditions: pre_conditions(element),
            branch_rules: branch_rules(element),
            time_limits: time_limits(element),
            children: children(element),
        }
    }
}

impl SectionView {
    fn read(element: &Element) -> Self {
        Self {
            identifier: element.identifier_attribute(),
            title: element.text_attribute("title"),
            visible: element.flag_or("visible", true),
            required: element.flag("required"),
            fixed: element.flag("fixed"),
            select: element
                .qti_child("selection")
                .and_then(|selection| selection.number("select")),
            shuffle: element
                .qti_child("ordering")
                .is_some_and(|ordering| ordering.flag("shuffle")),
            pre_conditions: pre_conditions(element),
            branch_rules: branch_rules(element),
            time_limits: time_limits(element),
            rubric_blocks: element
                .qti_children("rubric-block")
                .map(RubricBlock::read)
                .collect(),
            children: children(element),
        }
    }
}

impl ItemRefView {
    fn read(element: &Element) -> Self {
        Self {
            identifier: element.identifier_attribute(),
            href: element.text_attribute("href"),
            categories: element.name_list("category"),
            required: element.flag("required"),
            fixed: element.flag("fixed"),
            pre_conditions: pre_conditions(element),
            branch_rules: branch_rules(element),
            time_limits: time_limits(element),
        }
    }
}

fn children(element: &Element) -> Vec<SectionChild> {
    let child = |child: &Arc<Element>| match child.qti_name()? {
        "assessment-section" => Some(SectionChild::Section(SectionView::read(child))),
        "assessment-section-ref" => Some(SectionChild::SectionRef(SectionRefView {
            identifier: child.identifier_attribute(),
            href: child.text_attribute("href"),
        })),
        "assessment-item-ref" => Some(SectionChild::ItemRef(ItemRefView::read(child))),
        _ => None,
    };
    element.elements().filter_map(child).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "<qti-assessment-test identifier='t' title='Geography'>
        <qti-outcome-declaration identifier='SCORE' base-type='float'/>
        <qti-time-limits max-time='3600'/>
        <qti-test-part identifier='p1' navigation-mode='linear' submission-mode='later'>
          <qti-pre-condition><qti-gt><qti-variable identifier='SCORE'/></qti-gt></qti-pre-condition>
          <qti-assessment-section identifier='s1' title='One' visible='false' required='true'>
            <qti-selection select='2'/><qti-ordering shuffle='true'/>
            <qti-rubric-block view='candidate'><p>Read.</p></qti-rubric-block>
            <qti-assessment-item-ref identifier='a' href='a.xml' category='easy map'>
              <qti-branch-rule target='EXIT_TEST'><qti-is-null/></qti-branch-rule>
              <qti-time-limits min-time='1' max-time='soon' allow-late-submission='true'/>
            </qti-assessment-item-ref>
            <qti-assessment-section identifier='s2'><qti-assessment-item-ref identifier='b' fixed='true'/></qti-assessment-section>
            <qti-assessment-section-ref identifier='s3' href='s3.xml'/>
            <qti-assessment-item-ref identifier='c'/>
          </qti-assessment-section>
        </qti-test-part>
        <qti-test-part identifier='p2'/>
      </qti-assessment-test>";

    fn first_section(test: &TestView) -> &SectionView {
        match &test.parts[0].children[0] {
            SectionChild::Section(section) => section,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parts_and_their_rules_are_read() {
        let test = TestView::parse(TEST).unwrap();
        assert_eq!(
            (test.identifier.as_str(), test.title.as_deref()),
            ("t", Some("Geography"))
        );
        assert_eq!(test.time_limits.as_ref().unwrap().max_time, Some(3600.0));
        assert_eq!(test.outcome_declarations[0].identifier, "SCORE");
        let parts: Vec<_> = test
            .parts
            .iter()
            .map(|part| part.identifier.as_str())
            .collect();
        assert_eq!(parts, ["p1", "p2"]);
        let part = &test.parts[0];
        assert_eq!(part.navigation_mode, Some(NavigationMode::Linear));
        assert_eq!(
            part.submission_mode,
            Some(SubmissionMode::Other("later".into()))
        );
        assert_eq!(
            part.pre_conditions[0].expression.xml(),
            "<qti-gt><qti-variable identifier=\"SCORE\"/></qti-gt>"
        );
    }

    #[test]
    fn a_section_keeps_the_order_of_its_items_and_sections() {
        let test = TestView::parse(TEST).unwrap();
        let section = first_section(&test);
        let children: Vec<_> = section
            .children
            .iter()
            .map(|child| match child {
                SectionChild::Section(section) => section.identifier.as_str(),
                SectionChild::SectionRef(section) => section.identifier.as_str(),
                SectionChild::ItemRef(item) => item.identifier.as_str(),
            })
            .collect();
        assert_eq!(children, ["a", "s2", "s3", "c"]);
        assert_eq!(
            (
                section.select,
                section.shuffle,
                section.visible,
                section.required
            ),
            (Some(2), true, false, true)
        );
        assert_eq!(section.rubric_blocks[0].body.text(), "Read.");
        let items: Vec<_> = test
            .item_refs()
            .iter()
            .map(|item| item.identifier.as_str())
            .collect();
        assert_eq!(items, ["a", "b", "c"]);
    }

    #[test]
    fn item_references_keep_their_own_rules() {
        let test = TestView::parse(TEST).unwrap();
        let item = test.item_refs()[0];
        assert_eq!(
            (item.href.as_deref(), item.categories.join("+").as_str()),
            (Some("a.xml"), "easy+map")
        );
        assert_eq!(item.branch_rules[0].target, "EXIT_TEST");
        assert_eq!(item.branch_rules[0].expression.xml(), "<qti-is-null/>");
        let limits = item.time_limits.as_ref().unwrap();
        assert_eq!(
            (
                limits.min_time,
                limits.max_time,
                limits.allow_late_submission
            ),
            (Some(1.0), None, true)
        );
        assert!(test.item_refs()[1].fixed);
    }
}
