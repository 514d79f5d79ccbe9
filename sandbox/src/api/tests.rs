//! Tests: the whole test at once, its XML, its metadata and its questions.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::body_schema::{Shape, optional};
use super::error::{ApiError, Issue};
use super::extract::{self, Body, JsonBody, Path, Query, wants_xml};
use super::listing::{Listed, Listing, Rules, metadata_is};
use super::test_structure::{self, SELECTION};
use super::{ApiState, Reply, entities, view};
use crate::qti::test_xml;
use crate::qti::validation::{self, Schema};
use crate::store::model::{Part, Stamps, Test};

const RULES: Rules = Rules {
    sorts: &["title", "identifier", "createdAt", "updatedAt"],
    filter: true,
    strict: true,
};

const METADATA: Shape = Shape::Object(&[optional("metadata", Shape::Open)]);

impl Listed for Test {
    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn stamps(&self) -> Stamps {
        self.stamps
    }

    fn other(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.rest.get(name).map(Cow::Borrowed)
    }
}

/// The typed parameters of the lists of tests and of parts.
#[derive(Debug)]
pub(super) struct Wanted {
    navigation_mode: Option<String>,
    submission_mode: Option<String>,
    subject: Option<String>,
    grade: Option<String>,
    has_questions: Option<bool>,
}

impl Wanted {
    pub(super) fn parse(parameters: &HashMap<String, String>) -> Reply<Wanted> {
        let mut issues = Vec::new();
        let mut word = |name: &str, words: &[&str]| {
            let word = parameters.get(name).cloned();
            if word
                .as_deref()
                .is_some_and(|word| !words.is_empty() && !words.contains(&word))
            {
                issues.push(Issue::new(
                    name,
                    "enum",
                    format!("must be one of {}", words.join(", ")),
                ));
            }
            word
        };
        let wanted = Wanted {
            navigation_mode: word("navigationMode", &["linear", "nonlinear"]),
            submission_mode: word("submissionMode", &["individual", "simultaneous"]),
            subject: word("subject", &[]),
            grade: word("grade", &[]),
            has_questions: word("hasQuestions", &["true", "false"]).map(|word| word == "true"),
        };
        if issues.is_empty() {
            Ok(wanted)
        } else {
            Err(ApiError::invalid(&issues))
        }
    }

    /// Whether the test's metadata has the wanted subject and grade, which apply to the test's parts as well.
    fn metadata(&self, test: &Test) -> bool {
        metadata_is(
            test.rest.get("metadata"),
            "subject",
            self.subject.as_deref(),
        ) && metadata_is(test.rest.get("metadata"), "grade", self.grade.as_deref())
    }

    fn test(&self, test: &Test) -> bool {
        let parts = |fits: &dyn Fn(&Part) -> bool| test.parts.iter().any(fits);
        self.metadata(test)
            && self
                .navigation_mode
                .as_ref()
                .is_none_or(|mode| parts(&|part| part.navigation_mode == *mode))
            && self
                .submission_mode
                .as_ref()
                .is_none_or(|mode| parts(&|part| part.submission_mode == *mode))
            && self
                .has_questions
                .is_none_or(|wanted| parts(&has_questions) == wanted)
    }

    pub(super) fn part(&self, test: &Test, part: &Part) -> bool {
        self.metadata(test)
            && self
                .navigation_mode
                .as_ref()
                .is_none_or(|mode| part.navigation_mode == *mode)
            && self
                .submission_mode
                .as_ref()
                .is_none_or(|mode| part.submission_mode == *mode)
            && self
                .has_questions
                .is_none_or(|wanted| has_questions(part) == wanted)
    }
}

fn has_questions(part: &Part) -> bool {
    part.sections
        .iter()
        .any(|section| !section.items.is_empty())
}

pub(super) async fn search(
    State(api): ApiState,
    Query(parameters): Query<HashMap<String, String>>,
) -> Reply<Json<Value>> {
    let listing = Listing::parse(&parameters, &RULES)?;
    let wanted = Wanted::parse(&parameters)?;
    Ok(Json(api.store.read(|state| {
        listing.page(
            state.tests.iter().filter(|test| wanted.test(test)),
            |test| view::test(test, &api.base),
        )
    })))
}

/// A test from a body in either form.
fn read(body: Body) -> Reply<Test> {
    match body {
        Body::Json(body) => body.entity(&test_structure::TEST),
        Body::Xml(source) => {
            let source = source?;
            let root = validation::read(&source, Schema::Test)
                .map_err(|errors| ApiError::invalid_xml("body", &errors))?;
            let mut test: Test = extract::entity(test_xml::to_body(&root), &test_structure::TEST)?;
            // The service silently drops selections, so that it cannot give back the XML of such a test as it was sent.
            let selects = root.descendants().any(|found| found.name == SELECTION);
            test.source_xml = (!selects).then_some(source);
            Ok(test)
        }
    }
}

pub(super) async fn create(State(api): ApiState, body: Body) -> Reply<(StatusCode, Json<Value>)> {
    let mut test = read(body)?;
    let shown = entities::write(&api, |state| {
        entities::vacant(&state.tests, &test.identifier)?;
        test_structure::settle_test(&mut test, None, state.stamp())?;
        let shown = view::test(&test, &api.base);
        state.tests.put(test);
        Ok(shown)
    });
    Ok((StatusCode::CREATED, Json(shown.await?)))
}

pub(super) async fn get(
    State(api): ApiState,
    Path(identifier): Path<String>,
    headers: HeaderMap,
) -> Reply {
    api.store.read(|state| {
        let test = entities::find(&state.tests, &identifier)?;
        if wants_xml(&headers) {
            return Ok(view::xml_response(view::raw_xml(test, &api.base)));
        }
        Ok(Json(view::test(test, &api.base)).into_response())
    })
}

pub(super) async fn update(
    State(api): ApiState,
    Path(identifier): Path<String>,
    body: Body,
) -> Reply<Json<Value>> {
    let test = read(body);
    let shown = entities::write(&api, |state| {
        let before = entities::find(&state.tests, &identifier)?.clone();
        let mut test = test?;
        entities::same_identifier(&identifier, &test.identifier)?;
        test_structure::settle_test(&mut test, Some(&before), state.stamp())?;
        let shown = view::test(&test, &api.base);
        state.tests.put(test);
        Ok(shown)
    });
    Ok(Json(shown.await?))
}

pub(super) async fn delete(
    State(api): ApiState,
    Path(identifier): Path<String>,
) -> Reply<StatusCode> {
    entities::delete(&api, |state| &mut state.tests, &identifier).await
}

/// Replaces the metadata. The XML holds no metadata, so it stays as it was sent.
pub(super) async fn update_metadata(
    State(api): ApiState,
    Path(identifier): Path<String>,
    body: JsonBody,
) -> Reply<Json<Value>> {
    let body = body.fitting(&METADATA);
    let shown = entities::write(&api, |state| {
        let mut test = entities::find(&state.tests, &identifier)?.clone();
        let metadata = body?.remove("metadata").unwrap_or_else(|| json!({}));
        test.rest.insert("metadata".to_owned(), metadata);
        test.stamps = test.stamps.touched();
        let shown = view::test(&test, &api.base);
        state.tests.put(test);
        Ok(shown)
    });
    Ok(Json(shown.await?))
}

/// Every item that the test refers to, in its order. References that lead nowhere are left out.
pub(super) async fn questions(
    State(api): ApiState,
    Path(identifier): Path<String>,
) -> Reply<Json<Value>> {
    api.store.read(|state| {
        let test = entities::find(&state.tests, &identifier)?;
        let references = test.sections().flat_map(|(part, section)| {
            section.items.iter().map(move |item| (part, section, item))
        });
        let questions: Vec<Value> = references
            .filter_map(|(part, section, reference)| {
                let item = state.items.get(&reference.identifier)?;
                Some(json!({
                    "reference": {
                        "identifier": reference.identifier,
                        "href": view::href(&api.base, reference),
                        "testPart": part.identifier,
                        "section": section.identifier,
                    },
                    "question": view::item(item),
                }))
            })
            .collect();
        Ok(Json(json!({
            "assessmentTest": test.identifier,
            "title": test.title,
            "totalQuestions": questions.len(),
            "questions": questions,
        })))
    })
}
