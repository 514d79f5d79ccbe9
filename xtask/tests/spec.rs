//! What `cargo xtask spec` promises, on the committed document and its overlays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::spec::{self, Counts, Folder, Report};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("openapi")
}

/// A copy of `openapi/` to refresh, with a place for inputs beside it.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        fs::create_dir(copy.folder()).unwrap();
        for entry in fs::read_dir(committed()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.folder().join(entry.file_name())).unwrap();
        }
        copy
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("openapi")
    }

    fn write_input(&self, text: &str) -> String {
        let path = self.0.path().join("input.yaml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn refresh(&self, text: &str) -> spec::Result<Report> {
        self.refresh_at(text, SystemTime::UNIX_EPOCH)
    }

    fn refresh_at(&self, text: &str, now: SystemTime) -> spec::Result<Report> {
        spec::refresh(&Folder::new(self.folder()), &self.write_input(text), now)
    }

    fn verify(&self) -> spec::Result<Counts> {
        spec::verify(&Folder::new(self.folder()), None)
    }

    fn files(&self) -> BTreeMap<String, String> {
        fs::read_dir(self.folder())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (
                    path.file_name().unwrap().to_str().unwrap().to_owned(),
                    fs::read_to_string(&path).unwrap(),
                )
            })
            .collect()
    }

    fn document(&self) -> Value {
        yaml(&self.files()["qti-api.yaml"])
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.folder().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// Upstream's document, as far as the repository has it.
fn upstream() -> Value {
    static SNAPSHOT: LazyLock<Value> =
        LazyLock::new(|| yaml(&fs::read_to_string(committed().join("upstream.yaml")).unwrap()));
    SNAPSHOT.clone()
}

fn error<T: std::fmt::Debug>(outcome: spec::Result<T>) -> String {
    let error = outcome.unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_committed_document_is_what_refresh_writes_and_keeps_to_the_limits() {
    let counts = spec::verify(&Folder::new(committed()), None).unwrap();
    assert_eq!(counts.operations, 38);
    assert!(counts.types.len() <= 100, "{counts}");
    assert!(
        counts
            .types
            .iter()
            .all(|name| name.len() <= 32 && !name.ends_with(|c: char| c.is_ascii_digit()))
    );
    assert!(counts.lines <= 6_000, "{counts}");
    assert_eq!(counts.undocumented, [""; 0]);
}

#[test]
fn every_correction_says_why() {
    let overlay = yaml(&fs::read_to_string(committed().join("overlay.yaml")).unwrap());
    for action in overlay["actions"].as_array().unwrap() {
        assert!(
            action["description"]
                .as_str()
                .is_some_and(|why| !why.is_empty()),
            "{action}"
        );
    }
}

#[test]
fn refreshing_twice_changes_no_byte() {
    let copy = Copy::new();
    let text = upstream().to_string();
    copy.refresh(&text).unwrap();
    let first = copy.files();
    copy.refresh_at(&text, SystemTime::UNIX_EPOCH + Duration::from_secs(60))
        .unwrap();
    assert_eq!(copy.files(), first);
}

#[test]
fn refreshing_from_the_snapshot_writes_the_committed_document() {
    let copy = Copy::new();
    let committed = copy.files();
    let report = copy.refresh(&upstream().to_string()).unwrap();
    assert_eq!(report.changes.unwrap().iter().count(), 0);
    for name in ["qti-api.yaml", "upstream.yaml"] {
        assert!(copy.files()[name] == committed[name], "{name}");
    }
}

#[test]
fn upstream_in_3_1_with_texts_examples_and_anchors_gives_the_same_document() {
    let mut document = upstream();
    document["openapi"] = json!("3.1.0");
    document["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
    document["info"]["description"] = json!("long ".repeat(20_000));
    embellish(&mut document);
    // One anchor, used hundreds of times, as a YAML writer does with what it has seen before.
    let text = document.to_string();
    let repeated = "{\"type\":\"string\"}";
    assert!(text.matches(repeated).count() > 500);
    let (before, after) = text.split_once(repeated).unwrap();
    let text = format!("{before} &s {repeated}{}", after.replace(repeated, " *s"));

    let copy = Copy::new();
    let committed = copy.files();
    copy.refresh(&text).unwrap();
    assert!(copy.files()["upstream.yaml"] == committed["upstream.yaml"]);
    assert!(copy.files()["qti-api.yaml"] == committed["qti-api.yaml"]);
}

/// Says in 3.1 what the snapshot says in 3.0, and adds what upstream has and the snapshot has not.
fn embellish(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(embellish),
        Value::Object(map) => {
            map.values_mut().for_each(embellish);
            if map.get("exclusiveMinimum") == Some(&json!(true)) {
                let bound = map.remove("minimum").unwrap();
                map.insert("exclusiveMinimum".into(), bound);
            }
            if map.get("type").is_some_and(|kind| kind == "object")
                && map.contains_key("properties")
            {
                map.insert("description".into(), json!("a text of upstream"));
                map.insert("examples".into(), json!([{ "identifier": "x" }]));
            }
        }
        _ => {}
    }
}

#[test]
fn an_operation_more_needs_no_code() {
    let mut document = upstream();
    document["paths"]["/widgets/{widgetId}"] = yaml(
        "
get:
  operationId: getWidget
  parameters:
  - {in: path, name: widgetId, required: true, schema: {type: string}}
  - {in: query, name: shape, schema: {type: string, enum: [round, flat]}}
  responses:
    '200':
      description: OK
      content: {application/json: {schema: {type: object, properties: {spokes: {type: array, items: {type: object, properties: {length: {type: number}}}}}}}}
    '404': {description: Not Found}
",
    );
    let copy = Copy::new();
    let report = copy.refresh(&document.to_string()).unwrap();
    assert_eq!(report.counts.operations, 39);
    for name in ["GetWidgetResult", "Shape", "Spoke"] {
        assert!(
            report.counts.types.contains(&name.to_owned()),
            "{:?}",
            report.counts.types
        );
    }
    let text = report.to_string();
    assert!(
        text.contains("compatible  operation `getWidget`: added, GET /widgets/{widgetId}"),
        "{text}"
    );
    assert!(
        text.contains("undocumented  operation `getWidget` parameter `shape`"),
        "{text}"
    );
    assert!(error(copy.verify()).contains("places have no description"));
}

#[test]
fn a_field_more_in_one_of_many_places_needs_no_code() {
    let mut document = upstream();
    let part = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";
    let answer = &mut document["paths"][part]["get"]["responses"]["200"];
    answer["content"]["application/json"]["schema"]["properties"]["colour"] =
        json!({ "type": "string" });
    let copy = Copy::new();
    let report = copy.refresh(&document.to_string()).unwrap();
    let colour = &copy.document()["components"]["schemas"]["Section"]["properties"]["colour"];
    assert_eq!(*colour, json!({ "type": "string", "nullable": true }));
    let changes = report.changes.unwrap();
    assert_eq!(
        changes
            .iter()
            .map(|c| c.change.as_str())
            .collect::<Vec<_>>(),
        ["colour added"]
    );
    assert!(!changes.breaking());
    assert_eq!(report.counts.undocumented, ["schema `Section`.colour"]);
}

#[test]
fn an_enum_value_more_needs_no_code() {
    let text = upstream().to_string();
    let more = text.replace("\"upload\"]", "\"upload\",\"gap-match\"]");
    assert_ne!(text, more);
    let copy = Copy::new();
    let report = copy.refresh(&more).unwrap();
    let changes = report.changes.unwrap();
    let told = changes
        .iter()
        .map(|c| (c.name.as_str(), c.change.as_str(), c.breaking))
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [(
            "ItemType",
            "value \"gap-match\" added to an open enum",
            false
        )]
    );
    copy.verify().unwrap();
}

#[test]
fn a_target_that_is_gone_fails_with_the_name_of_its_action() {
    let text = upstream()
        .to_string()
        .replace("hasQuestions", "withQuestions");
    let copy = Copy::new();
    let before = copy.files();
    let error = error(copy.refresh(&text));
    assert!(error.starts_with(
        "overlay action 2 (The strings true and false are how a query writes a boolean.): `$."
    ));
    assert!(error.ends_with("matches nothing"));
    assert_eq!(copy.files(), before);
}

#[test]
fn a_described_field_that_is_gone_fails_with_its_name() {
    let text = upstream()
        .to_string()
        .replace("\"customInteractionTypeIdentifier\"", "\"customType\"");
    let error = error(Copy::new().refresh(&text));
    assert!(
        error.ends_with(
            "describes `customInteractionTypeIdentifier`, which the document does not have"
        ),
        "{error}"
    );
}

#[test]
fn bad_input_is_one_line_that_names_the_place_and_changes_no_file() {
    let mut dangling = upstream();
    dangling["paths"]["/question"]["post"]["responses"]["201"]["content"]["application/json"]["schema"] =
        json!({ "$ref": "#/components/schemas/Nothing" });
    let mut tuple = upstream();
    tuple["components"]["schemas"]["Section"]["properties"]["pair"] =
        json!({ "prefixItems": [{ "type": "string" }] });
    let mut two = upstream();
    two["paths"]["/validate"]["post"]["responses"]["202"] = json!({ "description": "Accepted" });
    for (input, place, problem) in [
        ("a: [1".to_owned(), "input.yaml", "is not YAML"),
        (
            "<html><body>Sign in</body></html>".to_owned(),
            "input.yaml",
            "is HTML or XML",
        ),
        (
            "swagger: '2.0'\npaths: {}".to_owned(),
            "input.yaml",
            "is a Swagger 2.0 document",
        ),
        (
            dangling.to_string(),
            "operation `createQuestionFeedback`",
            "leads nowhere",
        ),
        (
            tuple.to_string(),
            "schema `Section`.pair",
            "OpenAPI 3.0 cannot say this",
        ),
        (
            two.to_string(),
            "operation `validateXml`",
            "answers 200 and 202",
        ),
    ] {
        let copy = Copy::new();
        let before = copy.files();
        let error = error(copy.refresh(&input));
        assert!(error.contains(place) && error.contains(problem), "{error}");
        assert_eq!(copy.files(), before);
    }
}

#[test]
fn the_command_fails_with_one_line_and_a_status() {
    let copy = Copy::new();
    let before = copy.files();
    let input = copy.write_input("swagger: '2.0'");
    let output = xtask(&[
        "spec",
        "refresh",
        "--from",
        &input,
        "--folder",
        copy.folder().to_str().unwrap(),
    ]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        text,
        format!("error: {input}: is a Swagger 2.0 document; OpenAPI 3.0 or 3.1 is needed\n")
    );
    assert_eq!(copy.files(), before);
}

#[test]
fn the_commands_print_their_outcome() {
    let copy = Copy::new();
    let folder = copy.folder().to_str().unwrap().to_owned();
    let input = copy.write_input(&upstream().to_string());
    for arguments in [
        ["refresh", "--from", &input, "--folder", &folder],
        ["check", "--from", &input, "--folder", &folder],
    ] {
        let output = xtask(&[&["spec"], &arguments[..]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            text.contains("38 operations, ") && text.ends_with(" 0 undocumented\n"),
            "{text}"
        );
    }
    let document = format!("{folder}/qti-api.yaml");
    for (format, none) in [
        ("text", "no change\n"),
        ("json", "[]\n"),
        ("markdown", "No change.\n"),
    ] {
        let output = xtask(&["spec", "diff", &document, &document, "--format", format]);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), none);
    }
}

#[test]
fn a_change_by_hand_is_found() {
    for (name, from, to, problem) in [
        (
            "qti-api.yaml",
            "type: string",
            "type: integer",
            "qti-api.yaml: is not what `spec refresh` would write",
        ),
        (
            "upstream.yaml",
            "type: string",
            "type: integer",
            "upstream.yaml: was changed since it was written",
        ),
        (
            "overlay.yaml",
            "@.name == 'order'",
            "@.name == 'gone'",
            "overlay action ",
        ),
        (
            "descriptions.yaml",
            "The stimulus.",
            "A stimulus.",
            "qti-api.yaml: is not what `spec refresh` would write",
        ),
    ] {
        let copy = Copy::new();
        copy.edit(name, from, to);
        let error = error(copy.verify());
        assert!(error.starts_with(problem), "{error}");
    }
}

#[test]
fn check_against_another_input_than_the_recorded_one_says_so() {
    let copy = Copy::new();
    let input = copy.write_input(&upstream().to_string());
    let error = error(spec::verify(&Folder::new(copy.folder()), Some(&input)));
    assert!(
        error.ends_with("is not the document that source.toml records"),
        "{error}"
    );
}

#[test]
fn the_first_refresh_needs_nothing_but_the_overlays() {
    let copy = Copy::new();
    let committed = copy.files();
    for name in ["qti-api.yaml", "upstream.yaml", "source.toml"] {
        fs::remove_file(copy.folder().join(name)).unwrap();
    }
    let report = copy.refresh(&upstream().to_string()).unwrap();
    assert!(report.to_string().starts_with("first document\n"));
    assert!(copy.files()["qti-api.yaml"] == committed["qti-api.yaml"]);
    copy.verify().unwrap();
}
