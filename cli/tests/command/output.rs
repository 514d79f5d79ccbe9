//! What is written where, and what never is.

use serde_json::Value;

use crate::support::{Place, sandbox_of, stimulus_xml};

#[tokio::test]
async fn an_output_that_nobody_reads_is_no_failure() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let all = [
        &["pull"][..],
        &["status", "--json"],
        &["audit"],
        &["completions", "zsh"],
        &["man"],
    ];
    for arguments in all {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = place.qti_into(arguments, writer).await;
        assert!(
            ran.code == 0 && !ran.err.contains("panic"),
            "{arguments:?}: {ran}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_output_that_cannot_be_written_is_a_failure() {
    let place = Place::new();
    let full = std::fs::File::create("/dev/full").unwrap();
    let ran = place
        .qti_into(&["completions", "zsh"], full)
        .await
        .ended_with(1);
    assert!(ran.err.contains("standard output"), "{ran}");
}

#[tokio::test]
async fn no_output_shows_a_secret_or_a_token() {
    let sandbox = sandbox_of(2).await;
    let secret = sandbox.client_secret().to_owned();
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let mut told = String::new();
    place.qti(&["pull"]).await.ended_with(0);
    std::fs::write(place.path("stimuli/new.xml"), stimulus_xml("new")).unwrap();
    for arguments in [
        &["status", "-vvv", "--json"][..],
        &["push", "-vvv", "--yes"],
        &["pull", "-vvv"],
    ] {
        let ran = place.qti(arguments).await.ended_with(0);
        assert!(ran.err.contains("timeback_qti.call"), "{ran}");
        told += &ran.to_string();
    }
    // A stored token would do without the secret.
    place.qti(&["logout", "--local"]).await.ended_with(0);
    let place = place.and([("TIMEBACK_CLIENT_SECRET", "another-secret".to_owned())]);
    told += &place.qti(&["pull", "-vvv"]).await.ended_with(4).to_string();
    for secret in [&*secret, "another-secret", "Bearer ", "access_token"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    let settings = std::fs::read_to_string(place.path("qti.toml")).unwrap();
    assert!(!settings.contains("secret"), "{settings}");
}

#[tokio::test]
async fn an_error_is_an_event_for_programs_and_a_line_for_people() {
    let ran = Place::new().qti(&["pull", "--json"]).await.ended_with(2);
    let error = &ran.events("error")[0];
    assert_eq!(error["exitCode"], 2);
    assert!(error["message"].as_str().unwrap().contains("no bank"));
    assert!(error["hint"].as_str().unwrap().contains("qti init"));
    assert!(ran.err.starts_with("error: "), "{ran}");
}

#[tokio::test]
async fn an_unknown_flag_is_told_with_the_one_that_was_meant() {
    let ran = Place::new().qti(&["push", "--forse"]).await.ended_with(2);
    assert!(ran.err.contains("--force"), "{ran}");
    let ran = Place::new().qti(&["psuh"]).await.ended_with(2);
    assert!(ran.err.contains("'push'"), "{ran}");
}

#[tokio::test]
async fn an_audit_is_text_json_or_sarif_and_ends_by_severity_and_baseline() {
    let place = Place::new();
    place.qti(&["init"]).await.ended_with(0);
    std::fs::create_dir(place.path("items")).unwrap();
    let item = "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i1' xml:lang='en'>\n  \
                <qti-assessment-stimulus-ref identifier='italy' href='italy.xml'/></qti-assessment-item>";
    std::fs::write(place.path("items/i1.xml"), item).unwrap();
    let missing =
        "items/i1.xml:2:3: error[reference-missing]: item i1: there is no stimulus \"italy\"\n";
    let text = place.qti(&["audit"]).await.ended_with(5);
    assert!(text.out.contains(missing), "{text}");

    let json = place
        .qti(&["audit", "--format", "json"])
        .await
        .ended_with(5);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["counts"]["items"], 1);
    let event = place.qti(&["audit", "--json"]).await.ended_with(5);
    assert_eq!(event.events("report")[0]["findings"], json["findings"]);
    let sarif = place
        .qti(&["audit", "--format", "sarif"])
        .await
        .ended_with(5);
    let sarif: Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    // A report in two formats at once could be read as neither.
    for format in ["text", "json", "sarif"] {
        for arguments in [
            ["audit", "--json", "--format", format],
            ["--json", "audit", "--format", format],
        ] {
            let both = place.qti(&arguments).await.ended_with(2);
            assert!(both.err.contains("cannot be used together"), "{both}");
            assert_eq!(both.events("error").len(), both.out.lines().count());
        }
    }

    place
        .qti(&["audit", "--fail-on", "never"])
        .await
        .ended_with(0);
    let without = ["audit", "--without", "reference-missing"];
    place.qti(&without).await.ended_with(0);
    place
        .qti(&[&without[..], &["--fail-on", "note"]].concat())
        .await
        .ended_with(5);
    let write = [
        "audit",
        "--write-baseline",
        "known.json",
        "--fail-on",
        "never",
    ];
    place.qti(&write).await.ended_with(0);
    let known = ["audit", "--baseline", "known.json", "--fail-on", "note"];
    place.qti(&known).await.ended_with(0);
    let second = item.replace("i1", "i2").replace("italy", "spain");
    std::fs::write(place.path("items/i2.xml"), second).unwrap();
    place.qti(&known).await.ended_with(5);
    let ran = place
        .qti(&["audit", "--baseline", "items/i1.xml"])
        .await
        .ended_with(2);
    assert!(ran.err.contains("--write-baseline"), "{ran}");
}

#[tokio::test]
async fn there_are_completions_for_each_shell_and_a_page_for_each_verb() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.qti(&["completions", shell]).await.ended_with(0);
        assert!(script.out.contains("push"), "{shell}");
    }
    let page = place.qti(&["man"]).await.ended_with(0);
    assert!(page.out.contains(".TH qti 1"), "{page}");
    place.qti(&["man", "--out", "pages"]).await.ended_with(0);
    let push = std::fs::read_to_string(place.path("pages/qti-push.1")).unwrap();
    assert!(push.contains("qti push \\-\\-dry\\-run"), "{push}");
}

#[tokio::test]
async fn a_long_run_without_a_terminal_says_how_far_it_is() {
    let place = Place::new();
    place.qti(&["init"]).await.ended_with(0);
    std::fs::create_dir(place.path("stimuli")).unwrap();
    for number in 0..1001 {
        let path = place.path(&format!("stimuli/s{number}.xml"));
        std::fs::write(path, stimulus_xml(&format!("s{number}"))).unwrap();
    }
    let ran = place
        .qti(&["audit", "--without", "double-content"])
        .await
        .ended_with(0);
    assert_eq!(ran.err, "1000 of 1001 so far\n");
}

#[tokio::test]
async fn an_audit_asks_the_service_only_when_told() {
    let sandbox = sandbox_of(2).await;
    let place = Place::with(&sandbox);
    // Of the service, without a bank.
    let ran = place.qti(&["audit", "--service"]).await.ended_with(0);
    assert!(
        ran.out.contains("stimulus italy-0") && ran.out.contains("unreferenced"),
        "{ran}"
    );
    place.qti(&["init"]).await.ended_with(0);
    place.qti(&["pull"]).await.ended_with(0);
    let before = sandbox.requests().len();
    place.qti(&["audit"]).await.ended_with(0);
    assert_eq!(sandbox.requests().len(), before);
    place.qti(&["audit", "--score"]).await.ended_with(0);
}
