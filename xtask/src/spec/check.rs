//! Check: the document generates, and what comes out stays within its limits.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::Document;
use super::culprit;
use super::describe::undocumented;
use super::doubles::refuse_doubles;
use super::endless::refuse_endless;
use super::error::{Error, Result};
use super::visit::operations;
use crate::build;

/// What the library generated from a document would consist of.
#[derive(Debug, Serialize)]
pub struct Counts {
    /// Operations of the document.
    pub operations: usize,
    /// Generated types, sorted.
    pub types: Vec<String>,
    /// Lines of generated code, formatted.
    pub lines: usize,
    /// Operations, parameters, types and properties without a text.
    pub undocumented: Vec<String>,
}

/// Generates the code as the library's build does, and counts.
pub(crate) fn check(document: &Document) -> Result<Counts> {
    refuse_endless(document)?;
    let files = generate(|| build::generate(document)).map_err(|error| {
        let fails = |part: &Document| generate(|| build::generate(part)).is_err();
        match culprit::find(document, fails) {
            Some(place) => error.within(&place),
            None => error,
        }
    })?;
    let file = |name: &str| {
        let found = files.iter().find(|(found, _)| *found == name);
        found.map_or("", |(_, source)| source)
    };
    refuse_doubles(file("types.rs"))?;
    refuse_doubles(file("requests.rs"))?;
    let enums = file("enums.rs");
    let mut types = types_of(file("types.rs"))?;
    types.extend(enums.lines().filter_map(|line| {
        Some(
            line.trim()
                .strip_prefix("pub enum ")?
                .trim_end_matches(" {")
                .to_owned(),
        )
    }));
    types.sort();
    Ok(Counts {
        operations: operations(document).count(),
        types,
        lines: files.iter().map(|(_, source)| source.lines().count()).sum(),
        undocumented: undocumented(document),
    })
}

/// Runs the generator, and makes an error of a panic: progenitor panics on what it does not know.
fn generate<T>(
    work: impl FnOnce() -> std::result::Result<T, Box<dyn std::error::Error>>,
) -> Result<T> {
    const WHAT: &str = "generated code";
    // The panic hook is one for the process. Of two calls at a time, one could leave the silent hook in place.
    static HOOK: Mutex<()> = Mutex::new(());
    let _guard = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    match outcome {
        Ok(result) => result.map_err(|e| Error::new(WHAT, e)),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            Err(Error::new(WHAT, format!("the generator panics: {text}")))
        }
    }
}

fn types_of(source: &str) -> Result<Vec<String>> {
    let file = syn::parse_file(source).map_err(|e| Error::new("types", e))?;
    Ok(file
        .items
        .into_iter()
        .filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            syn::Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect())
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = self.types.iter().map(String::len).max().unwrap_or(0);
        write!(
            f,
            "{} operations, {} types (longest name {longest}), {} generated lines, {} undocumented",
            self.operations,
            self.types.len(),
            self.lines,
            self.undocumented.len()
        )
    }
}

/// Names longer than this, or with a number at the end, are a sign that the overlay has not named something.
const LONGEST_NAME: usize = 32;
const MOST_TYPES: usize = 100;
const MOST_LINES: usize = 6_000;

impl Counts {
    /// What is beyond the limits that keep the library small and readable.
    pub fn beyond_limits(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for name in &self.types {
            if name.len() > LONGEST_NAME {
                problems.push(format!(
                    "type `{name}` has a name of more than {LONGEST_NAME} characters"
                ));
            }
            if name.ends_with(|last: char| last.is_ascii_digit()) {
                problems.push(format!("type `{name}` has a name that ends in a digit"));
            }
        }
        if self.types.len() > MOST_TYPES {
            problems.push(format!(
                "{} types are more than {MOST_TYPES}",
                self.types.len()
            ));
        }
        if self.lines > MOST_LINES {
            problems.push(format!(
                "{} generated lines are more than {MOST_LINES}",
                self.lines
            ));
        }
        if let Some(first) = self.undocumented.first() {
            let count = self.undocumented.len();
            problems.push(format!(
                "{count} places have no description, the first is {first}"
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, yaml};

    const PATHS: &str = "
/a:
  get:
    operationId: getA
    x-repeat: read
    parameters: [{in: query, name: q, schema: {type: string}}]
    responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
";

    #[test]
    fn the_generated_code_is_written_in_lines() {
        for (name, source) in build::generate(&document("Book: {type: object}")).unwrap() {
            let longest = source.lines().map(str::len).max();
            assert!(longest < Some(200), "{name}: {longest:?}");
        }
    }

    #[test]
    fn an_operation_without_a_binding_fails_by_its_name() {
        let document = document("Book: {type: object}");
        let operations = build::document::operations(&document).unwrap();
        let nothing = syn::parse_str("impl Client {}").unwrap();
        assert_eq!(
            build::requests::split(nothing, &operations)
                .err()
                .unwrap()
                .to_string(),
            "operation `getA`: progenitor wrote no binding"
        );
    }

    #[test]
    fn a_binding_of_another_shape_fails_by_the_name_of_its_operation() {
        let document = document("Book: {type: object}");
        let operations = build::document::operations(&document).unwrap();
        let binding = |output: &str, body: &str| {
            let source = format!(
                "impl Client {{ pub async fn get_a<'a>(&'a self) -> {output} {{ {body} }} }}"
            );
            let file = syn::parse_str(&source).unwrap();
            build::requests::split(file, &operations)
                .map(|_| ())
                .map_err(|e| e.to_string())
        };
        let output = "Result<ResponseValue<types::Book>, Error<()>>";
        let url = "let url = format!(\"{}/a\", self.baseurl);";
        let request = "let mut request = self.client.get(url).build()?;";
        let info = "let info = OperationInfo { operation_id: \"get_a\" };";
        assert_eq!(binding(output, &format!("{url}{request}{info}")), Ok(()));
        for (output, body, problem) in [
            (
                "Result<Book, ()>",
                format!("{url}{request}{info}"),
                "progenitor answers `Result < Book , () >`, not a `Result<ResponseValue<_>, _>`",
            ),
            (
                output,
                format!("{url}{info}"),
                "progenitor no longer declares `request`",
            ),
            (
                output,
                format!("{url}let request = self.client.get(url);{info}"),
                "progenitor no longer ends `request` by `.build()?`",
            ),
            (
                output,
                format!("{url}{request}"),
                "progenitor names the operation 0 times, not once",
            ),
            (
                output,
                format!("let url = self.url();{request}{info}"),
                "progenitor formats the URL 0 times, not 1",
            ),
            (
                output,
                format!("{url}let mut request = self.client.get(address).build()?;{info}"),
                "progenitor uses the URL 0 times, not 1",
            ),
            (
                output,
                format!("let url = format!(\"/a{{}}\", encode_path(x));{request}{info}"),
                "the URL does not begin with the base",
            ),
        ] {
            assert_eq!(
                binding(output, &body),
                Err(format!("operation `getA`: {problem}"))
            );
        }
    }

    fn document(schemas: &str) -> Document {
        let mut document = with_paths(PATHS, schemas);
        document["openapi"] = yaml("3.0.3");
        document
    }

    #[test]
    fn operations_types_and_texts_are_counted() {
        let counts = check(&document(
            "Book: {type: object, properties: {kind: {$ref: '#/components/schemas/Kind'}}}\nKind: {type: string, enum: [a], x-open-enum: true}",
        ))
        .unwrap();
        assert_eq!(counts.operations, 1);
        assert_eq!(counts.types, ["Book", "Kind"]);
        assert!(counts.lines > 50);
        assert_eq!(counts.undocumented.len(), 6);
    }

    #[test]
    fn a_panic_of_the_generator_is_an_error() {
        let mut document = document("Book: {type: object}");
        let get = document["paths"]["/a"]["get"].as_object_mut().unwrap();
        get["responses"] = yaml(
            "{'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}, '204': {description: No}}",
        );
        let error = error(check(&document));
        let place = "operation `getA`: generated code: the generator panics: ";
        assert!(error.starts_with(place), "{error}");
    }

    #[test]
    fn what_the_generator_does_not_take_is_refused_by_its_place() {
        let mut cookie = document("Book: {type: object}");
        cookie["paths"]["/a"]["get"]["parameters"][0]["in"] = yaml("cookie");
        let shelf =
            "Shelf: {type: object, properties: {book: {$ref: '#/components/schemas/Book'}}}";
        let default = document(&format!(
            "Book: {{type: object, properties: {{a: {{type: array, items: {{}}, default: ''}}}}}}\n{shelf}"
        ));
        for (document, place) in [(cookie, "operation `getA`"), (default, "schema `Book`")] {
            let error = error(check(&document));
            assert!(
                error.starts_with(&format!("{place}: generated code: ")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_status_that_http_does_not_name_is_refused() {
        for status in ["299", "2XX"] {
            let mut document = document("Book: {type: object}");
            document["paths"]["/a"]["get"]["responses"] =
                yaml(&format!("'{status}': {{description: A}}"));
            let error = error(check(&document));
            assert_eq!(
                error,
                format!(
                    "generated code: operation `getA`: answers {status}, which is no status that HTTP names"
                )
            );
        }
    }

    #[test]
    fn a_field_in_the_place_of_unknown_ones_is_refused() {
        let book =
            "Book: {type: object, properties: {extra: {type: string}}, additionalProperties: {}}";
        let error = error(check(&document(book)));
        assert!(
            error.starts_with("generated code: `Book` would have two fields `extra`; "),
            "{error}"
        );
    }

    #[test]
    fn enum_values_that_give_no_rust_name_are_refused() {
        let error = error(check(&document(
            "Book: {type: string, enum: ['1'], x-open-enum: true}",
        )));
        assert_eq!(
            error,
            "generated code: schema `Book`: enum value `1` gives no Rust name"
        );
    }

    #[test]
    fn enum_values_of_one_rust_name_are_refused() {
        let error = error(check(&document(
            "Book: {type: string, enum: [a-b, a_b], x-open-enum: true}",
        )));
        assert_eq!(
            error,
            "generated code: schema `Book`: enum values `a-b` and `a_b` are both `AB`"
        );
    }

    #[test]
    fn each_limit_is_told_by_name() {
        let counts = Counts {
            operations: 1,
            types: [
                vec!["A".repeat(33), "Variant0".to_owned()],
                vec!["T".to_owned(); 99],
            ]
            .concat(),
            lines: 6_001,
            undocumented: vec!["schema `X`".to_owned()],
        };
        let problems = counts.beyond_limits();
        assert_eq!(problems.len(), 5, "{problems:?}");
        let within = Counts {
            types: vec!["T".repeat(32); 100],
            lines: 6_000,
            undocumented: vec![],
            ..counts
        };
        assert!(within.beyond_limits().is_empty());
    }
}
