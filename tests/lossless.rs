//! Nothing is lost: any body that the document allows, with more in it than the document knows, decodes into its type
//! and encodes to equal JSON.

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use support::document::{Document, fixture, list};
use timeback_qti::models;

/// Decodes into the type of a schema, and encodes again.
type RoundTrip = fn(Value) -> serde_json::Result<Value>;

fn round_trip<T: Serialize + DeserializeOwned>(value: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(value)?)
}

macro_rules! types {
    ($($name:ident)+) => {
        /// The Rust type of a schema.
        fn type_of(schema: &str) -> Option<RoundTrip> {
            match schema {
                $(stringify!($name) => Some(round_trip::<models::$name>),)+
                _ => None,
            }
        }
    };
}

types! {
    AssessmentItem AssessmentItemBody AssessmentItemInput AssessmentItemPage AssessmentItemXml AssessmentTest
    AssessmentTestInput AssessmentTestPage BaseType BatchValidationInput BatchValidationResult Cardinality CatalogInfo
    ContentFeedback CorrectResponse DefaultValue Feedback FeedbackInput FeedbackType Flag InlineFeedback Interaction
    InteractionChoice ItemOrder ItemRef ItemSortField ItemType MetadataInput MetadataUpdate ModalFeedback NavigationMode
    OneOrMany OutcomeDeclaration ProcessResponseResult QuestionReference QuestionStructure RawJson ResponseDeclaration
    ResponseFeedback ResponseInput ResponseProcessing ResponseTemplate ResponseValue Responses Rubric Section SectionPage ShowHide SortField
    SortOrder Stimulus StimulusInput StimulusPage StimulusRef StimulusRefs Stylesheet SubmissionMode TestPart TestPartPage
    TestQuestion TestQuestions ValidationInput ValidationResult ValidationSchema
}

/// Any JSON, not deep.
fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
    .boxed()
}

fn any_object() -> BoxedStrategy<Value> {
    prop::collection::vec((text(), any_json()), 0..4)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
        .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof!["[a-z_]{0,6}", "\\PC{0,8}", Just("true".to_owned())].boxed()
}

fn number() -> BoxedStrategy<Value> {
    let finite = any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite());
    prop_oneof![
        finite.prop_map(|n| json!(n)),
        any::<i32>().prop_map(|n| json!(n))
    ]
    .boxed()
}

/// Values of a schema: optional fields absent, null or given; lists empty or not; values that no enum knows; fields that
/// no schema knows.
fn values_of(document: &Document, schema: &Value) -> BoxedStrategy<Value> {
    let schema = document.resolve(schema);
    if let Some(forms) = schema["oneOf"].as_array() {
        let forms: Vec<_> = forms.iter().map(|form| values_of(document, form)).collect();
        return prop::strategy::Union::new(forms).boxed();
    }
    match schema["type"].as_str() {
        Some("object") => objects_of(document, schema),
        Some("array") => prop::collection::vec(values_of(document, &schema["items"]), 0..3)
            .prop_map(Value::from)
            .boxed(),
        Some("string") => {
            let known: Vec<_> = list(&schema["enum"]).cloned().collect();
            match known.is_empty() {
                true => text().prop_map(Value::from).boxed(),
                false => {
                    prop_oneof![prop::sample::select(known), text().prop_map(Value::from)].boxed()
                }
            }
        }
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("integer") => any::<i64>().prop_map(Value::from).boxed(),
        Some("number") => number(),
        None => any_json(),
        Some(other) => panic!("a schema of type {other}"),
    }
}

fn objects_of(document: &Document, schema: &Value) -> BoxedStrategy<Value> {
    let Some(properties) = schema["properties"].as_object() else {
        return match &schema["additionalProperties"] {
            Value::Object(of) if !of.is_empty() => {
                prop::collection::vec((text(), values_of(document, &of.clone().into())), 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect()))
                    .boxed()
            }
            _ => any_object(),
        };
    };
    let mut objects = Just(Map::new()).boxed();
    for (name, property) in properties {
        let field = values_of(document, property).prop_map(Some);
        let field = match () {
            // A field with a default is written with it where it is absent, which is what the default means.
            () if is_required(schema, name) || !property["default"].is_null() => field.boxed(),
            () => prop_oneof![2 => field, 1 => Just(None), 1 => Just(Some(Value::Null))].boxed(),
        };
        let name = name.clone();
        objects = (objects, field)
            .prop_map(move |(mut object, field)| {
                object.extend(field.map(|field| (name.clone(), field)));
                object
            })
            .boxed();
    }
    let unknown = prop::collection::vec(("x-[a-z]{1,4}", any_json()), 0..3);
    (objects, unknown)
        .prop_map(|(mut object, unknown)| {
            object.extend(unknown);
            Value::Object(object)
        })
        .boxed()
}

fn is_required(schema: &Value, name: &str) -> bool {
    list(&schema["required"]).any(|required| required == name)
}

/// The value without nulls of optional fields: as `None` and absent are one, they may come back absent, and only they.
fn without_nulls(document: &Document, schema: &Value, value: &Value) -> Value {
    let schema = document.resolve(schema);
    match value {
        // Which form it is does not matter, as only objects have fields; the first with all required ones is meant.
        Value::Object(fields) if schema["oneOf"].is_array() => {
            let mut forms = list(&schema["oneOf"]).map(|form| document.resolve(form));
            let has_all = |form: &&Value| {
                list(&form["required"]).all(|name| fields.contains_key(name.as_str().unwrap()))
            };
            match forms.find(has_all) {
                Some(form) => without_nulls(document, form, value),
                None => value.clone(),
            }
        }
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (name, field) in fields {
                let field = match schema["properties"].get(name) {
                    Some(_) if field.is_null() && !is_required(schema, name) => continue,
                    Some(property) => without_nulls(document, property, field),
                    None => field.clone(),
                };
                kept.insert(name.clone(), field);
            }
            Value::Object(kept)
        }
        Value::Array(_) if schema["oneOf"].is_array() => {
            let mut forms = list(&schema["oneOf"]);
            match forms.find(|form| form["type"] == "array") {
                Some(form) => without_nulls(document, form, value),
                None => value.clone(),
            }
        }
        Value::Array(items) => {
            let items = items
                .iter()
                .map(|item| without_nulls(document, &schema["items"], item));
            items.collect()
        }
        value => value.clone(),
    }
}

/// Equal, numbers by value: `2` and `2.0` are one.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let either_is_float = one.is_f64() || other.is_f64();
            one == other || either_is_float && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let in_other = |(name, value)| other.get(name).is_some_and(|found| same(value, found));
            one.len() == other.len() && one.iter().all(in_other)
        }
        _ => one == other,
    }
}

fn check(
    document: &Document,
    name: &str,
    schema: &Value,
    value: Value,
) -> Result<(), TestCaseError> {
    let read = type_of(name).unwrap_or_else(|| panic!("{name}: no type is given for it"));
    let back = read(value.clone())
        .map_err(|error| TestCaseError::fail(format!("{name}: {error}: {value}")))?;
    let expected = without_nulls(document, schema, &value);
    prop_assert!(
        same(&expected, &back),
        "{name}:\nsent {expected}\nback {back}"
    );
    Ok(())
}

#[test]
fn any_value_of_any_schema_goes_back_as_it_came() {
    let document = Document::read();
    for (name, schema) in document.schemas() {
        let mut runner = TestRunner::new(Config {
            cases: 128,
            ..Config::default()
        });
        let outcome = runner.run(&values_of(&document, schema), |value| {
            check(&document, name, schema, value)
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn bodies_like_the_live_services_go_back_as_they_came() {
    let document = Document::read();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let schema = document.schemas().find(|(known, _)| *known == name);
        let (_, schema) = schema.unwrap_or_else(|| panic!("{name} is no schema"));
        check(&document, name, schema, fixture(name)).unwrap();
        count += 1;
    }
    assert!(count >= 15, "{count} fixtures");
}

#[test]
fn a_loss_is_noticed() {
    let document = Document::read();
    let (name, schema) = document
        .schemas()
        .find(|(name, _)| *name == "Section")
        .unwrap();
    let section =
        |title: &str| json!({"identifier": "s", "title": title, "visible": true, "refs": [1]});
    assert!(same(
        &section("T"),
        &round_trip::<models::Section>(section("T")).unwrap()
    ));
    assert!(!same(&section("T"), &section("U")));
    assert!(!same(&json!({"refs": []}), &json!({})) && !same(&json!({"a": null}), &json!({})));
    let kept = without_nulls(
        &document,
        schema,
        &json!({"x": null, "fixed": null, "identifier": null}),
    );
    assert_eq!(
        kept,
        json!({"x": null, "identifier": null}),
        "{name}: only an optional field that is known"
    );
}
