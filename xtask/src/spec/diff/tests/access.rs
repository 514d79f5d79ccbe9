//! Where the service is, and whom it lets in.

use serde_json::Value;

use super::{PATH, told};
use crate::spec::testing::{with_paths, yaml};

fn document(top: &str) -> Value {
    let mut document = with_paths(PATH, "Asked: {type: object}\nTold: {type: object}");
    let schemas = document["components"]["schemas"].take();
    for (key, value) in yaml(top).as_object().unwrap() {
        document[key] = value.clone();
    }
    document["components"]["schemas"] = schemas;
    document
}

fn changes(old: &str, new: &str) -> Vec<String> {
    told(&document(old), &document(new))
}

#[test]
fn a_server_that_is_gone_is_breaking() {
    let (one, two) = (
        "servers: [{url: 'https://one'}]",
        "servers: [{url: 'https://two'}]",
    );
    let both = "servers: [{url: 'https://two'}, {url: 'https://one'}]";
    let (gone, added) = (
        "!`servers` server https://one removed",
        "`servers` server https://two added",
    );
    assert_eq!(changes(one, two), [gone, added]);
    assert_eq!(changes(both, two), [gone]);
    assert_eq!(
        changes(one, both),
        [
            added,
            "`servers` server https://two comes first, https://one did"
        ]
    );
}

#[test]
fn the_version_is_told() {
    assert_eq!(
        changes("info: {version: 1.0.0}", "info: {version: 2.0.0}"),
        ["`version` is 2.0.0, was 1.0.0"]
    );
}

#[test]
fn what_changes_of_a_security_scheme_is_breaking_and_what_is_new_is_not() {
    let schemes =
        |more: &str| format!("components: {{securitySchemes: {{O: {{type: oauth2{more}}}}}}}");
    let flow = |url: &str, scopes: &str| {
        schemes(&format!(
            ", flows: {{clientCredentials: {{tokenUrl: 'https://{url}', scopes: {{{scopes}}}}}}}"
        ))
    };
    assert_eq!(
        changes(
            &flow("a", "read: '', old: ''"),
            &flow("b", "read: '', new: ''")
        ),
        [
            "!`securitySchemes` O.flows.clientCredentials.tokenUrl is https://b, was https://a",
            "!`securitySchemes` O.flows.clientCredentials.scopes.old removed",
            "`securitySchemes` O.flows.clientCredentials.scopes.new added",
        ]
    );
    assert_eq!(
        changes(
            &schemes(""),
            "components: {securitySchemes: {K: {type: apiKey, in: header, name: X}}}"
        ),
        ["!`securitySchemes` O removed", "`securitySchemes` K added"]
    );
}

#[test]
fn a_client_that_is_no_longer_let_in_breaks() {
    for (old, new, expected) in [
        (
            "[{O: []}]",
            "[{K: []}]",
            &[
                "!`security` no longer lets in with `O`",
                "`security` lets in with `K`",
            ][..],
        ),
        (
            "[{O: []}]",
            "[{O: []}, {K: []}]",
            &["`security` lets in with `K`"],
        ),
        (
            "[{O: [a]}]",
            "[{O: [a, b]}]",
            &[
                "!`security` no longer lets in with `O` (a)",
                "`security` lets in with `O` (a, b)",
            ],
        ),
        (
            "[{O: []}]",
            "[{O: [], K: []}]",
            &[
                "!`security` no longer lets in with `O`",
                "`security` lets in with `O` and `K`",
            ],
        ),
        (
            "[{O: []}]",
            "[]",
            &[
                "`security` no longer lets in with `O`",
                "`security` lets in with nothing",
            ],
        ),
        (
            "[]",
            "[{O: []}]",
            &[
                "!`security` no longer lets in with nothing",
                "`security` lets in with `O`",
            ],
        ),
        ("[{}]", "[]", &[]),
    ] {
        let (old, new) = (format!("security: {old}"), format!("security: {new}"));
        assert_eq!(changes(&old, &new), expected, "{old} to {new}");
    }
}

#[test]
fn what_an_operation_says_for_itself_is_compared_with_what_held_for_it() {
    let (old, mut new) = (
        document("{security: [{O: []}], servers: [{url: 'https://one'}]}"),
        document("{security: [{O: []}], servers: [{url: 'https://one'}]}"),
    );
    let operation = &mut new["paths"]["/a"]["post"];
    operation["security"] = yaml("[{O: []}]");
    operation["servers"] = yaml("[{url: 'https://one'}]");
    assert_eq!(told(&old, &new), [""; 0]);
    let operation = &mut new["paths"]["/a"]["post"];
    operation["security"] = yaml("[]");
    operation["servers"] = yaml("[{url: 'https://two'}]");
    assert_eq!(
        told(&old, &new),
        [
            "!`a` server https://one removed",
            "`a` server https://two added",
            "`a` no longer lets in with `O`",
            "`a` lets in with nothing",
        ]
    );
}
