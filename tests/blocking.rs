//! The client of programs without a runtime.

mod support;

use std::thread;

use support::{PART, TEST, sandbox};
use timeback_qti::blocking::Client;
use timeback_qti::models::{AssessmentTestInput, Section};
use timeback_qti::{CallOptions, Error, ErrorKind, Result, Upserted};
use timeback_qti_sandbox::Sandbox;

/// A blocking client of a sandbox, which runs for as long as the first is kept.
fn client() -> ((tokio::runtime::Runtime, Sandbox), Client) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (sandbox, client) = runtime.block_on(sandbox());
    ((runtime, sandbox), Client::new(client).unwrap())
}

#[test]
fn a_program_without_a_runtime_says_the_same_words() {
    let (_sandbox, client) = client();
    let part = client.test(TEST).part(PART);
    for number in 1..=3 {
        let section = Section::new(format!("section-{number}"), "S");
        part.sections().create(&section).unwrap();
    }
    let section = part.section(format!("section-{}", 2));
    assert!(
        !section
            .edit(|section| section.visible = false)
            .unwrap()
            .visible
    );
    section.items().add("item-1").unwrap();
    section.items().add("item-2").unwrap();
    let reordered = section.items().reorder(["item-2", "item-1"]).unwrap();
    let references = reordered.qti_assessment_item_ref.unwrap();
    assert_eq!(references[0].identifier, "item-2");
    assert_eq!(part.sections().list().count().unwrap(), 3);
    assert!(section.delete_if_exists().unwrap());
    assert_eq!(section.get().unwrap_err().kind(), ErrorKind::NotFound);

    let test = AssessmentTestInput::new("other", "Other", []);
    assert!(matches!(
        client.tests().upsert(&test),
        Ok(Upserted::Created(_))
    ));
    assert!(
        client
            .test("other")
            .edit_xml(|xml| *xml = xml.replace("Other", "More"))
            .is_ok()
    );
    assert_eq!(client.test("other").get().unwrap().title, "More");
}

#[test]
fn a_list_is_an_iterator() {
    let (_sandbox, client) = client();
    let sections = client.test(TEST).part(PART).sections();
    for number in 0..7 {
        let section = Section::new(format!("section-{number}"), "S");
        sections.create(&section).unwrap();
    }
    let list = sections.list().limit(3);
    let all: Result<Vec<_>> = list.clone().stream().collect();
    assert_eq!(all.unwrap().len(), 7);
    assert_eq!(list.clone().pages().count(), 3);

    let mut some = list.clone().stream();
    assert_eq!(some.by_ref().take(2).flatten().count(), 2);
    assert_eq!(list.resume(some.position()).collect().unwrap().len(), 5);
}

#[test]
fn a_change_may_fail_with_an_error_of_ones_own() {
    let (_sandbox, client) = client();
    let edited: Result<_, Box<dyn std::error::Error>> = client.test(TEST).try_edit(|test| {
        test.max_attempts = Some("three".parse()?);
        Ok(())
    });
    assert_eq!(
        edited.unwrap_err().to_string(),
        "invalid digit found in string"
    );
    let edited = client.test(TEST).try_edit(|test| {
        test.title.push('!');
        Ok::<_, Error>(())
    });
    assert_eq!(edited.unwrap().title, "A test!");
}

#[test]
fn threads_share_a_client() {
    let (_sandbox, client) = client();
    thread::scope(|scope| {
        for number in 0..8 {
            let part = client.test(TEST).part(PART);
            scope.spawn(move || {
                let section = Section::new(format!("section-{number}"), "S");
                part.sections().create(&section).unwrap();
            });
        }
    });
    assert_eq!(
        client
            .test(TEST)
            .part(PART)
            .sections()
            .list()
            .count()
            .unwrap(),
        8
    );
}

#[test]
#[should_panic(expected = "runtime")]
fn a_call_inside_of_a_runtime_panics() {
    let (_sandbox, client) = client();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { drop(client.test(TEST).get()) });
}

#[test]
fn a_task_that_may_block_may_call_and_drop() {
    let (_sandbox, client) = client();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let patient = client.with(CallOptions::new());
    let task = runtime.spawn_blocking(move || client.test(TEST).get());
    assert_eq!(runtime.block_on(task).unwrap().unwrap().title, "A test");
    // The last of the clients, where nothing may wait.
    runtime.block_on(async move { drop(patient) });
}

#[cfg(feature = "sign-in")]
#[test]
fn a_person_signs_in_without_a_runtime() {
    use timeback_qti::{Client as Asynchronous, SignIn, reqwest};
    use timeback_qti_sandbox::Account;

    let back = "http://127.0.0.1:8765/callback";
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = Account::public("my-program").redirect_uri(back);
    let sandbox = runtime
        .block_on(Sandbox::builder().account(account).start())
        .unwrap();
    let builder = Asynchronous::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url());
    let client = builder
        .sign_in(SignIn::new("my-program").redirect_uri(back))
        .build()
        .unwrap();
    let client = Client::new(client).unwrap();
    assert!(
        client
            .items()
            .list()
            .send()
            .unwrap_err()
            .is_sign_in_required()
    );

    let attempt = client.identity().begin_sign_in().unwrap();
    let url = attempt.url().to_owned();
    let address = runtime.block_on(async {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let page = http.get(&url).send().await.unwrap().text().await.unwrap();
        let ticket = page.split("name=\"ticket\" value=\"").nth(1).unwrap();
        let form = [
            ("ticket", ticket.split('"').next().unwrap()),
            ("answer", "yes"),
        ];
        let answer = http
            .post(url.split('?').next().unwrap())
            .form(&form)
            .send()
            .await
            .unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    });
    attempt.finish(&address).unwrap();
    client.items().list().send().unwrap();
    assert!(client.identity().info().unwrap().unwrap().is_person);
    assert!(client.identity().sign_out().unwrap());
    assert!(client.identity().token().unwrap_err().is_sign_in_required());
}
