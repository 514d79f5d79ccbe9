//! What cannot be generated is refused by its place.

use super::generate;
use crate::build;
use crate::spec::testing::{error, generating, yaml};

#[test]
fn the_generated_code_is_written_in_lines() {
    for (name, source) in build::generate(&generating("Book: {type: object}")).unwrap() {
        let longest = source.lines().map(str::len).max();
        assert!(longest < Some(200), "{name}: {longest:?}");
    }
}

#[test]
fn an_operation_without_a_binding_fails_by_its_name() {
    let document = generating("Book: {type: object}");
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
    let document = generating("Book: {type: object}");
    let operations = build::document::operations(&document).unwrap();
    let binding = |output: &str, body: &str| {
        let source =
            format!("impl Client {{ pub async fn get_a<'a>(&'a self) -> {output} {{ {body} }} }}");
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

#[test]
fn a_panic_of_the_generator_is_an_error() {
    let mut document = generating("Book: {type: object}");
    let get = document["paths"]["/a"]["get"].as_object_mut().unwrap();
    get["responses"] = yaml(
        "{'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}, '204': {description: No}}",
    );
    let error = error(generate(&document));
    let place = "operation `getA`: generated code: the generator panics: ";
    assert!(error.starts_with(place), "{error}");
}

#[test]
fn what_the_generator_does_not_take_is_refused_by_its_place() {
    let mut cookie = generating("Book: {type: object}");
    cookie["paths"]["/a"]["get"]["parameters"][0]["in"] = yaml("cookie");
    let shelf = "Shelf: {type: object, properties: {book: {$ref: '#/components/schemas/Book'}}}";
    let default = generating(&format!(
        "Book: {{type: object, properties: {{a: {{type: array, items: {{}}, default: ''}}}}}}\n{shelf}"
    ));
    for (document, place, problem) in [
        (cookie, "operation `getA`", "name: \"q\""),
        (default, "schema `Book`", "does not conform"),
    ] {
        let error = error(generate(&document));
        assert!(
            error.starts_with(&format!("{place}: generated code: ")) && error.contains(problem),
            "{error}"
        );
    }
}

#[test]
fn a_status_that_http_does_not_name_is_refused() {
    for status in ["299", "2XX"] {
        let mut document = generating("Book: {type: object}");
        document["paths"]["/a"]["get"]["responses"] =
            yaml(&format!("'{status}': {{description: A}}"));
        let error = error(generate(&document));
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
    let error = error(generate(&generating(book)));
    assert!(
        error.starts_with("generated code: `Book` would have two fields `extra`; "),
        "{error}"
    );
}

#[test]
fn enum_values_that_give_no_rust_name_are_refused() {
    let error = error(generate(&generating(
        "Book: {type: string, enum: ['1'], x-open-enum: true}",
    )));
    let problem = "generated code: schema `Book`: enum value `1` gives no Rust name";
    assert!(
        error.starts_with(problem) && error.contains("; an action of overlay.yaml must remove it"),
        "{error}"
    );
}

#[test]
fn enum_values_of_one_rust_name_are_refused() {
    let error = error(generate(&generating(
        "Book: {type: string, enum: [a-b, a_b], x-open-enum: true}",
    )));
    let problem = "generated code: schema `Book`: enum values `a-b` and `a_b` are both `AB`";
    assert!(
        error.starts_with(problem) && error.contains("; an action of overlay.yaml must remove it"),
        "{error}"
    );
}
