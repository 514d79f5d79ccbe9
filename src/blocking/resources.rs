//! The blocking forms of the resources.

use super::List;
use super::runtime::Runtime;
use crate::error::{Error, Result};
use crate::models::{
    AssessmentItem, AssessmentItemInput, AssessmentTest, AssessmentTestInput, BatchValidationInput,
    BatchValidationResult, Feedback, FeedbackInput, ItemRef, Metadata, MetadataInput,
    ProcessResponseResult, ResponseInput, Section, Stimulus, StimulusInput, TestPart,
    TestQuestions, ValidationInput, ValidationResult,
};
use crate::resources::{self, MetadataWrite, Upserted};

twin!(Stimuli);
impl Stimuli {
    ways! { "crate::resources::Stimuli":
        list() -> List<resources::Stimuli>;
    }

    calls! { "crate::resources::Stimuli":
        create(stimulus: &StimulusInput) -> Stimulus;
        upsert(stimulus: &StimulusInput) -> Upserted<Stimulus>;
    }
}

twin!(StimulusHandle);
impl StimulusHandle {
    calls! { "crate::resources::StimulusHandle":
        get() -> Stimulus;
        get_opt() -> Option<Stimulus>;
        exists() -> bool;
        delete() -> ();
        delete_if_exists() -> bool;
        update(stimulus: &StimulusInput) -> Stimulus;
        edit(change: impl FnOnce(&mut StimulusInput)) -> Stimulus;
    }

    try_edits! { "crate::resources::StimulusHandle":
        try_edit(StimulusInput) -> Stimulus;
    }
}

twin!(Items);
impl Items {
    ways! { "crate::resources::Items":
        list() -> List<resources::Items>;
    }

    calls! { "crate::resources::Items":
        create(item: &AssessmentItemInput) -> AssessmentItem;
        create_xml(xml: &str, metadata: Option<&Metadata>) -> AssessmentItem;
        upsert(item: &AssessmentItemInput) -> Upserted<AssessmentItem>;
        upsert_xml(xml: &str, metadata: MetadataWrite<'_>) -> Upserted<AssessmentItem>;
        update_metadata(metadata: &MetadataInput) -> AssessmentItem;
    }
}

twin!(ItemHandle);
impl ItemHandle {
    calls! { "crate::resources::ItemHandle":
        get() -> AssessmentItem;
        get_opt() -> Option<AssessmentItem>;
        exists() -> bool;
        delete() -> ();
        delete_if_exists() -> bool;
        get_xml() -> String;
        update(item: &AssessmentItemInput) -> AssessmentItem;
        update_xml(xml: &str, metadata: MetadataWrite<'_>) -> AssessmentItem;
        edit(change: impl FnOnce(&mut AssessmentItem)) -> AssessmentItem;
        edit_xml(change: impl FnOnce(&mut String)) -> AssessmentItem;
        process_response(response: &ResponseInput) -> ProcessResponseResult;
    }

    try_edits! { "crate::resources::ItemHandle":
        try_edit(AssessmentItem) -> AssessmentItem;
        try_edit_xml(String) -> AssessmentItem;
    }
}

twin!(Tests);
impl Tests {
    ways! { "crate::resources::Tests":
        list() -> List<resources::Tests>;
    }

    calls! { "crate::resources::Tests":
        create(test: &AssessmentTestInput) -> AssessmentTest;
        create_xml(xml: &str) -> AssessmentTest;
        upsert(test: &AssessmentTestInput) -> Upserted<AssessmentTest>;
        upsert_xml(xml: &str, metadata: MetadataWrite<'_>) -> Upserted<AssessmentTest>;
    }
}

twin!(TestHandle);
impl TestHandle {
    ways! { "crate::resources::TestHandle":
        parts() -> Parts;
        part(identifier: impl AsRef<str>) -> PartHandle;
    }

    calls! { "crate::resources::TestHandle":
        get() -> AssessmentTest;
        get_opt() -> Option<AssessmentTest>;
        exists() -> bool;
        delete() -> ();
        delete_if_exists() -> bool;
        get_xml() -> String;
        update(test: &AssessmentTestInput) -> AssessmentTest;
        update_xml(xml: &str, metadata: MetadataWrite<'_>) -> AssessmentTest;
        edit(change: impl FnOnce(&mut AssessmentTestInput)) -> AssessmentTest;
        edit_xml(change: impl FnOnce(&mut String)) -> AssessmentTest;
        update_metadata(metadata: &Metadata) -> AssessmentTest;
        questions() -> TestQuestions;
    }

    try_edits! { "crate::resources::TestHandle":
        try_edit(AssessmentTestInput) -> AssessmentTest;
        try_edit_xml(String) -> AssessmentTest;
    }
}

twin!(Parts);
impl Parts {
    ways! { "crate::resources::Parts":
        list() -> List<resources::Parts>;
    }

    calls! { "crate::resources::Parts":
        create(part: &TestPart) -> TestPart;
        upsert(part: &TestPart) -> Upserted<TestPart>;
    }
}

twin!(PartHandle);
impl PartHandle {
    ways! { "crate::resources::PartHandle":
        sections() -> Sections;
        section(identifier: impl AsRef<str>) -> SectionHandle;
    }

    calls! { "crate::resources::PartHandle":
        get() -> TestPart;
        get_opt() -> Option<TestPart>;
        exists() -> bool;
        delete() -> ();
        delete_if_exists() -> bool;
        update(part: &TestPart) -> TestPart;
        edit(change: impl FnOnce(&mut TestPart)) -> TestPart;
    }

    try_edits! { "crate::resources::PartHandle":
        try_edit(TestPart) -> TestPart;
    }
}

twin!(Sections);
impl Sections {
    ways! { "crate::resources::Sections":
        list() -> List<resources::Sections>;
    }

    calls! { "crate::resources::Sections":
        create(section: &Section) -> Section;
        upsert(section: &Section) -> Upserted<Section>;
    }
}

twin!(SectionHandle);
impl SectionHandle {
    ways! { "crate::resources::SectionHandle":
        items() -> ItemRefs;
    }

    calls! { "crate::resources::SectionHandle":
        get() -> Section;
        get_opt() -> Option<Section>;
        exists() -> bool;
        delete() -> ();
        delete_if_exists() -> bool;
        update(section: &Section) -> Section;
        edit(change: impl FnOnce(&mut Section)) -> Section;
    }

    try_edits! { "crate::resources::SectionHandle":
        try_edit(Section) -> Section;
    }
}

twin!(ItemRefs);
impl ItemRefs {
    calls! { "crate::resources::ItemRefs":
        add(item: impl Into<ItemRef>) -> Section;
        remove(item: &str) -> ();
        reorder(items: impl IntoIterator<Item: Into<ItemRef>>) -> Section;
    }
}

twin!(FeedbackEntries);
impl FeedbackEntries {
    calls! { "crate::resources::FeedbackEntries":
        create_for_question(feedback: &FeedbackInput) -> Feedback;
        create_for_lesson(feedback: &FeedbackInput) -> Feedback;
        list_for_lesson(lesson: &str) -> Vec<Feedback>;
        delete(id: &str) -> ();
    }
}

twin!(Validation);
impl Validation {
    calls! { "crate::resources::Validation":
        validate(input: &ValidationInput) -> ValidationResult;
        validate_batch(input: &BatchValidationInput) -> BatchValidationResult;
    }
}
