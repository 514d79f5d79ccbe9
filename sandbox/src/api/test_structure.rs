//! Tests, parts and sections: the shapes of their bodies, how each is found (with a 404 for each level) and changed.

use std::collections::HashMap;

use super::body_schema::{BASE_TYPES, Field, Shape, optional, repeated, required};
use super::error::{ApiError, Issue};
use super::{Api, Reply, entities};
use crate::store::model::{Part, Section, Stamps, Test};

/// An item reference of a section.
pub(super) const ITEM_REF: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    optional("href", Shape::Text),
]);

const RULES: Shape = Shape::List(&Shape::Open);

/// The body of a section.
pub(super) const SECTION: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    required("title", Shape::Text),
    // The document requires it, but gives it a default, so that it can be left out.
    optional("visible", Shape::Bool),
    optional("required", Shape::Bool),
    optional("fixed", Shape::Bool),
    optional("sequence", Shape::Position),
    optional("qti-assessment-item-ref", Shape::List(&ITEM_REF)),
    optional("qti-pre-condition", RULES),
    optional("qti-branch-rule", RULES),
]);

/// The body of a part.
pub(super) const PART: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    required("navigationMode", Shape::OneOf(&["linear", "nonlinear"])),
    required(
        "submissionMode",
        Shape::OneOf(&["individual", "simultaneous"]),
    ),
    required("qti-assessment-section", Shape::List(&SECTION)),
    optional("qti-pre-condition", RULES),
    optional("qti-branch-rule", RULES),
]);

/// The body of a test.
pub(super) const TEST: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    required("title", Shape::Text),
    optional("qtiVersion", Shape::Text),
    optional("toolName", Shape::Text),
    optional("toolVersion", Shape::Text),
    optional("timeLimit", Shape::Number),
    optional("maxAttempts", Shape::Number),
    optional("toolsEnabled", Shape::Open),
    optional("metadata", Shape::Open),
    required("qti-test-part", Shape::List(&PART)),
    optional("qti-outcome-declaration", Shape::List(&OUTCOME)),
]);

const CARDINALITY: Field = optional(
    "cardinality",
    Shape::OneOf(&["single", "multiple", "ordered", "record"]),
);

const OUTCOME: Shape = Shape::Object(&[
    required("identifier", Shape::Identifier),
    CARDINALITY,
    required("baseType", Shape::OneOf(BASE_TYPES)),
    optional("normalMaximum", Shape::Number),
    optional("normalMinimum", Shape::Number),
    optional("defaultValue", Shape::Open),
]);

pub(super) fn part<'a>(test: &'a Test, identifier: &str) -> Reply<&'a Part> {
    test.part(identifier).ok_or_else(|| no_part(identifier))
}

pub(super) fn part_mut<'a>(test: &'a mut Test, identifier: &str) -> Reply<&'a mut Part> {
    test.parts
        .iter_mut()
        .find(|part| part.identifier == identifier)
        .ok_or_else(|| no_part(identifier))
}

pub(super) fn section<'a>(part: &'a Part, identifier: &str) -> Reply<&'a Section> {
    part.section(identifier)
        .ok_or_else(|| no_section(identifier))
}

pub(super) fn section_mut<'a>(part: &'a mut Part, identifier: &str) -> Reply<&'a mut Section> {
    part.sections
        .iter_mut()
        .find(|section| section.identifier == identifier)
        .ok_or_else(|| no_section(identifier))
}

fn no_part(identifier: &str) -> ApiError {
    ApiError::not_found("Test part", identifier)
}

fn no_section(identifier: &str) -> ApiError {
    ApiError::not_found("Section", identifier)
}

/// Changes a test or something below it, all or nothing. From then on, the test's XML is generated.
pub(super) async fn edit<T>(
    api: &Api,
    identifier: &str,
    change: impl FnOnce(&mut Test, Stamps) -> Reply<T>,
) -> Reply<T> {
    entities::write(api, |state| {
        let mut edited = entities::find(&state.tests, identifier)?.clone();
        let stamps = state.stamp();
        let answer = change(&mut edited, stamps)?;
        edited.source_xml = None;
        edited.stamps = edited.stamps.touched();
        state.tests.put(edited);
        Ok(answer)
    })
    .await
}

/// Prepares a test for the store, after its shape was checked.
pub(super) fn settle_test(test: &mut Test, before: Option<&Test>, stamps: Stamps) -> Reply<()> {
    let mut issues = repeated(
        "qti-test-part",
        test.parts.iter().map(|part| part.identifier.as_str()),
    );
    issues.extend(repeated(
        "qti-outcome-declaration",
        test.outcomes
            .iter()
            .filter_map(|outcome| outcome.get("identifier")?.as_str()),
    ));
    refuse(&issues)?;
    test.stamps = kept(before.map(|test| test.stamps), stamps);
    let earlier: HashMap<&str, &Part> = before
        .into_iter()
        .flat_map(|test| &test.parts)
        .map(|part| (part.identifier.as_str(), part))
        .collect();
    for part in &mut test.parts {
        let before = earlier.get(part.identifier.as_str()).copied();
        settle_part(part, before, stamps)?;
    }
    Ok(())
}

/// Prepares a part for the store, after its shape was checked.
pub(super) fn settle_part(part: &mut Part, before: Option<&Part>, stamps: Stamps) -> Reply<()> {
    refuse(&repeated(
        "qti-assessment-section",
        part.sections
            .iter()
            .map(|section| section.identifier.as_str()),
    ))?;
    part.stamps = kept(before.map(|part| part.stamps), stamps);
    part.order_sections();
    let earlier: HashMap<&str, &Section> = before
        .into_iter()
        .flat_map(|part| &part.sections)
        .map(|section| (section.identifier.as_str(), section))
        .collect();
    for section in &mut part.sections {
        let before = earlier.get(section.identifier.as_str()).copied();
        settle_section(section, before, stamps)?;
    }
    Ok(())
}

/// The element that says how many items of a section are shown; the service drops it.
pub(super) const SELECTION: &str = "qti-selection";

/// Prepares a section for the store, after its shape was checked.
pub(super) fn settle_section(
    section: &mut Section,
    before: Option<&Section>,
    stamps: Stamps,
) -> Reply<()> {
    refuse(&repeated(
        "qti-assessment-item-ref",
        section.items.iter().map(|item| item.identifier.as_str()),
    ))?;
    section.rest.remove(SELECTION);
    section.stamps = kept(before.map(|section| section.stamps), stamps);
    Ok(())
}

/// New stamps for a new entity; one that was there before keeps the time of its creation.
fn kept(before: Option<Stamps>, new: Stamps) -> Stamps {
    before.map_or(new, Stamps::touched)
}

fn refuse(issues: &[Issue]) -> Reply<()> {
    if issues.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(issues))
    }
}
