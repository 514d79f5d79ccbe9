//! What cannot be refreshed says why in one line, and changes no file.

use serde_json::json;

use crate::support::{Copy, error, upstream};

#[test]
fn a_target_that_is_gone_fails_with_the_name_of_its_action() {
    let text = upstream()
        .to_string()
        .replace("\"catalogInfo\"", "\"catalogue\"");
    let copy = Copy::new();
    let before = copy.files();
    let error = error(copy.refresh(&text));
    assert!(error.starts_with("overlay.yaml action "), "{error}");
    assert!(
        error.contains(" (A stimulus as it is read.): `$."),
        "{error}"
    );
    assert!(error.ends_with("matches nothing"));
    assert_eq!(copy.files(), before);
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
