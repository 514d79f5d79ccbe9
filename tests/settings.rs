//! What a client is set up with: checked when it is built, and used as it was said.

mod support;

use std::time::Duration;

use serde_json::json;
use support::server::{Server, json as answer, response};
use timeback_qti::{CallOptions, Client, Environment, ErrorKind};

#[tokio::test]
async fn a_static_token_that_no_header_can_carry_is_refused_when_the_client_is_built() {
    for token in [
        "",
        " ",
        "s3cr3t\n",
        " s3cr3t",
        "s3 cr3t",
        "s3cr3t\u{e9}",
        "s3cr3t\r\nx: y",
    ] {
        let error = Client::builder().static_token(token).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{token:?}");
        assert!(!format!("{error} {error:?}").contains("s3"), "{error:?}");
    }
}

#[tokio::test]
async fn a_cloned_builder_builds_a_client_of_its_own() {
    let item = json!({"identifier": "i", "title": "T"});
    let server = Server::start(move |_, _| answer(200, &item)).await;
    let first = support::builder(&server.url).user_agent("first/1");
    let second = first
        .clone()
        .static_token("other-token")
        .user_agent("second/2");
    first.build().unwrap().item("i").get().await.unwrap();
    second.build().unwrap().item("i").get().await.unwrap();
    let received = server.received();
    let sent = |index: usize, name| received[index].header(name).unwrap().to_owned();
    assert_eq!(sent(0, "authorization"), "Bearer the-token");
    assert!(sent(0, "user-agent").ends_with(" first/1"));
    assert_eq!(sent(1, "authorization"), "Bearer other-token");
    assert!(sent(1, "user-agent").ends_with(" second/2"));
}

#[tokio::test]
async fn options_upon_options_keep_what_they_do_not_say_themselves() {
    let server = Server::start(|_, _| response(503, &[], b"")).await;
    let client = support::builder(&server.url).build().unwrap();
    let tagged = CallOptions::new()
        .max_attempts(2)
        .header("x-batch", "7")
        .unwrap();
    let patient = CallOptions::new().deadline(Duration::from_secs(300));
    let client = client.with(tagged).with(patient);
    let error = client.item("i").get().await.unwrap_err();
    assert_eq!((error.attempts(), server.received().len()), (2, 2));
    assert_eq!(server.received()[1].header("x-batch"), Some("7"));
}

#[test]
fn an_environment_reads_what_it_writes() {
    for environment in [Environment::Production, Environment::Staging] {
        let written = environment.to_string();
        assert_eq!(written.parse::<Environment>().unwrap(), environment);
        assert_eq!(
            written.to_uppercase().parse::<Environment>().unwrap(),
            environment
        );
    }
    let error = "prd".parse::<Environment>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("\"staging\""), "{error}");
}

#[test]
fn what_a_program_reports_can_be_serialized() {
    for kind in [ErrorKind::NotFound, ErrorKind::RateLimit, ErrorKind::Config] {
        let word = format!("{kind:?}").to_lowercase();
        let written = serde_json::to_value(kind).unwrap();
        assert_eq!(written.as_str().unwrap().replace('_', ""), word);
    }
    let created = timeback_qti::Upserted::Created(7);
    assert_eq!(
        serde_json::to_value(created).unwrap(),
        json!({"created": 7})
    );
}

#[test]
fn the_documented_versions_of_re_exported_crates_are_those_of_the_manifest() {
    let manifest = include_str!("../Cargo.toml");
    let docs = include_str!("../src/lib.rs");
    for (name, row) in [
        ("reqwest", "//! | [`reqwest`] | "),
        ("http", "//! | [`http`] | "),
        ("httpmock", "//! | `httpmock` | "),
    ] {
        let documented = docs
            .lines()
            .filter_map(|line| line.strip_prefix(row)?.split(" |").next())
            .find(|cell| cell.starts_with(|first: char| first.is_ascii_digit()))
            .expect(name);
        // The manifest may require more of a version than what decides whether two are compatible.
        let required = manifest.lines().any(|line| {
            line.strip_prefix(name)
                .and_then(|rest| {
                    rest.strip_prefix(" = \"")
                        .or_else(|| rest.strip_prefix(" = { version = \""))
                })
                .and_then(|rest| rest.split('"').next())
                .is_some_and(|version| format!("{version}.").starts_with(&format!("{documented}.")))
        });
        assert!(required, "{name} {documented}");
    }
}
