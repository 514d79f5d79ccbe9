use std::process::Stdio;

use serde_json::json;
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Place, client, pulled, sandbox_of, stimulus_xml};

#[tokio::test]
async fn a_bank_is_pulled_changed_pushed_and_put_back() {
    let sandbox = sandbox_of(2).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let pulled = place.qti(&["pull"]).await.ended_with(0);
    assert_eq!(pulled.out, "2 new\n");
    assert!(place.path("stimuli/italy-0.xml").exists());

    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let status = place.qti(&["status"]).await.ended_with(0);
    assert_eq!(
        status.out,
        "stimulus italy-0: changed here\n1 changed, 1 unchanged\n"
    );
    place.qti(&["status", "--exit-code"]).await.ended_with(3);

    let planned = place.qti(&["push", "--dry-run"]).await.ended_with(0);
    assert_eq!(
        planned.out,
        "replace  stimulus italy-0\n1 to replace, 1 unchanged\n"
    );
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(0);
    assert!(
        pushed.out.ends_with("1 replaced, 1 unchanged\n"),
        "{pushed}"
    );
    let text = async || {
        let stimulus = client(&sandbox).stimulus("italy-0").get().await.unwrap();
        stimulus.raw_xml.unwrap()
    };
    assert!(text().await.contains("Milan"));

    let listed = place.qti(&["restore", "--list"]).await.ended_with(0);
    assert_eq!(listed.out, "push 1: 1 entity\n");
    let unknown = place.qti(&["restore", "7", "--yes"]).await.ended_with(2);
    assert!(unknown.err.contains("no push 7"), "{unknown}");
    let planned = place.qti(&["restore", "--dry-run"]).await.ended_with(0);
    assert_eq!(planned.out, "replace  stimulus italy-0\n1 to replace\n");
    assert!(text().await.contains("Milan"));
    place.qti(&["restore", "--yes"]).await.ended_with(0);
    assert!(text().await.contains("Rome"));

    // A second one restores the same push, and not the restore.
    let again = place.qti(&["restore", "--yes"]).await.ended_with(0);
    assert_eq!(again.out, "1 unchanged\n");
    assert!(text().await.contains("Rome"));
    let listed = place.qti(&["restore", "--list"]).await.ended_with(0);
    let told = "push 1: 1 entity\npush 2: restore of push 1, 1 entity\n";
    assert_eq!(listed.out, told);
    let listed = place
        .qti(&["restore", "--list", "--json"])
        .await
        .ended_with(0);
    assert_eq!(
        listed.events("pushes")[0]["pushes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_restore_in_conflict_advises_to_force_the_restore_and_not_a_push() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    place.qti(&["push", "--yes"]).await.ended_with(0);
    let handle = client(&sandbox);
    let handle = handle.stimulus("italy-0");
    handle
        .edit(|stimulus| stimulus.title = "Italia".into())
        .await
        .unwrap();
    let ran = place.qti(&["restore", "--yes"]).await.ended_with(3);
    assert!(
        ran.out.contains("changed on the service since the push"),
        "{ran}"
    );
    assert!(ran.err.contains("`qti restore 1 --force`"), "{ran}");
    assert!(!ran.err.contains("qti push"), "{ran}");
    let forced = place.qti(&["restore", "1", "--force", "--yes"]).await;
    assert!(forced.ended_with(0).out.contains("1 replaced"));
}

#[tokio::test]
async fn a_push_promises_a_restore_only_of_what_a_restore_takes_back() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    let add = |name: &str| {
        let xml = std::fs::read_to_string(place.path("stimuli/italy-0.xml")).unwrap();
        let xml = xml.replace("italy-0", name);
        std::fs::write(place.path(&format!("stimuli/{name}.xml")), xml).unwrap();
    };
    add("one");
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(0);
    assert!(pushed.out.contains("1 created"), "{pushed}");
    assert!(!pushed.err.contains("restore"), "{pushed}");

    let nothing = place.qti(&["restore", "--yes"]).await.ended_with(0);
    let told = "push 1 has replaced and deleted nothing: what it created stays";
    assert!(nothing.err.contains(told), "{nothing}");

    add("two");
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(0);
    let told = "`qti restore 2` takes it back, but leaves what was created";
    assert!(pushed.err.contains(told), "{pushed}");
    let listed = place.qti(&["restore", "--list"]).await.ended_with(0);
    let told = "push 1: 1 entity, 1 of them created\npush 2: 2 entities, 1 of them created\n";
    assert_eq!(listed.out, told);
}

#[tokio::test]
async fn json_is_one_event_a_line_and_ends_with_the_report() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init", "--json"]).await.ended_with(0);
    let pulled = place.qti(&["pull", "--json"]).await.ended_with(0);
    let key = json!({"kind": "stimulus", "identifier": "italy-0"});
    let told = json!({"event": "entity", "key": key, "outcome": "created", "message": null});
    assert_eq!(pulled.events("entity"), [told]);
    assert_eq!(pulled.events("report")[0]["created"], 1);

    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let pushed = place.qti(&["push", "--yes", "--json"]).await.ended_with(0);
    let step = json!({"kind": "stimulus", "identifier": "italy-0", "action": "replace"});
    assert_eq!(pushed.events("plan")[0]["steps"], json!([step]));
    assert_eq!(pushed.events("report")[0]["replaced"], 1);
}

#[tokio::test]
async fn a_diff_shows_what_each_side_has_changed() {
    let sandbox = sandbox_of(3).await;
    let place = pulled(&sandbox).await;
    assert_eq!(
        place.qti(&["diff", "--exit-code"]).await.ended_with(0).out,
        ""
    );
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    place.change("stimuli/italy-1.xml", "<p>Rome</p>", "<p>Rome</p>\n");
    let there = client(&sandbox);
    let handle = there.stimulus("italy-2");
    let edited = handle.edit(|stimulus| stimulus.title = "Italia".into());
    edited.await.unwrap();

    let diff = place.qti(&["diff", "--exit-code"]).await.ended_with(3).out;
    let head = "stimulus italy-0: changed here\n--- stimuli/italy-0.xml (last seen)\n";
    assert!(diff.starts_with(head), "{diff}");
    let line = |text: &str| format!("<qti-stimulus-body><p>{text}</p></qti-stimulus-body>\n");
    let change = format!("\n-  {}+  {}", line("Rome"), line("Milan"));
    assert!(diff.contains(&change), "{diff}");
    assert!(
        diff.contains("stimulus italy-2: changed on the service\n"),
        "{diff}"
    );
    assert!(!diff.contains("italy-1"), "{diff}");

    let places = place
        .qti(&["diff", "--places", "--offline"])
        .await
        .ended_with(0)
        .out;
    assert!(places.ends_with(": Rome -> Milan\n"), "{places}");
    let json = place
        .qti(&["diff", "--json", "stimulus/italy-2"])
        .await
        .ended_with(0);
    let entities = &json.events("diff")[0]["entities"];
    assert_eq!(
        (&entities[0]["identifier"], &entities[1]),
        (&json!("italy-2"), &json!(null))
    );
    assert_eq!(
        entities[0]["service"]["differences"][0]["found"],
        "\"Italia\""
    );

    let unknown = place.qti(&["diff", "item/nobody"]).await.ended_with(2);
    assert!(unknown.err.contains("no item nobody"), "{unknown}");
    for wrong in ["italy-0", "lesson/italy-0", "item/.."] {
        place.qti(&["diff", wrong]).await.ended_with(2);
    }
}

/// The real thing: a process that is killed, with no chance to say good-bye.
#[tokio::test]
async fn a_push_that_is_killed_goes_on_and_does_nothing_twice() {
    const ALL: usize = 80;
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    std::fs::create_dir(place.path("stimuli")).unwrap();
    for number in 0..ALL {
        let identifier = format!("s{number}");
        let path = place.path(&format!("stimuli/{identifier}.xml"));
        std::fs::write(path, stimulus_xml(&identifier)).unwrap();
    }
    let faults = [
        FaultRule::new(Effect::LoseReply { status: None }).probability(0.03),
        FaultRule::new(Effect::status(503)).probability(0.02),
    ];
    sandbox.set_faults(faults).unwrap();
    let created = || {
        let requests = sandbox.requests();
        let is_created = |status: Option<u16>| status == Some(201);
        let created = requests.iter().filter(|request| {
            request.operation.as_deref() == Some("createStimulus") && is_created(request.status)
        });
        created.count()
    };
    for kill in 1..=6 {
        let mut push = place.command(&["push", "--yes"]);
        let mut push = push
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while created() < 10 * kill {
            assert!(push.try_wait().unwrap().is_none(), "it ended by itself");
            tokio::task::yield_now().await;
        }
        push.kill().await.unwrap();
    }
    sandbox.set_faults([]).unwrap();
    let before = created();
    assert!(before < ALL, "{before}");
    let report = place.qti(&["push", "--yes", "--json"]).await.ended_with(0);
    let report = &report.events("report")[0];
    let done = report["created"].as_u64().unwrap() + report["unchanged"].as_u64().unwrap();
    assert_eq!(done, ALL as u64, "{report}");
    let list = client(&sandbox).stimuli().list();
    assert_eq!(list.collect().await.unwrap().len(), ALL);
    let again = place.qti(&["push", "--yes"]).await.ended_with(0);
    assert_eq!(again.out, format!("{ALL} unchanged\n"));
}

#[tokio::test]
async fn a_failure_is_told_with_its_entity_and_stops_only_what_refers_to_it() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    std::fs::create_dir(place.path("stimuli")).unwrap();
    std::fs::create_dir(place.path("items")).unwrap();
    std::fs::write(place.path("stimuli/bad.xml"), stimulus_xml("bad")).unwrap();
    std::fs::write(place.path("items/broken.xml"), "<qti-assessment-item").unwrap();
    let item = "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"of-bad\" \
                title=\"T\" adaptive=\"false\" time-dependent=\"false\">\
                <qti-assessment-stimulus-ref identifier=\"bad\" href=\"bad.xml\"/>\
                <qti-item-body><p>Rome</p></qti-item-body></qti-assessment-item>";
    std::fs::write(place.path("items/of-bad.xml"), item).unwrap();
    let refused = FaultRule::new(Effect::status(422)).on("createStimulus");
    sandbox.set_faults([refused.times(2)]).unwrap();

    let planned = place.qti(&["push", "--dry-run"]).await.ended_with(1);
    assert!(planned.out.contains("refuse   item broken: "), "{planned}");
    let few = ["push", "--yes", "--max-failures", "1"];
    let pushed = place.qti(&few).await.ended_with(1);
    assert!(pushed.err.contains("ended after the failures"), "{pushed}");
    assert!(pushed.out.ends_with("\n1 failed\n"), "{pushed}");
    place
        .qti(&["push", "--max-failures", "0"])
        .await
        .ended_with(2);

    let pushed = place.qti(&["push", "--yes"]).await.ended_with(1);
    for told in [
        "failed stimulus bad: createStimulus: 422",
        "failed item broken: line 1, column 1",
        "skipped item of-bad: stimulus bad has failed",
    ] {
        assert!(pushed.err.contains(told), "{told}: {pushed}");
    }
    assert!(pushed.out.ends_with("\n2 failed, 1 skipped\n"), "{pushed}");
    let pushed = place.qti(&["push", "--yes"]).await.ended_with(1);
    assert!(pushed.out.ends_with("\n1 failed, 2 created\n"), "{pushed}");
}

#[tokio::test]
async fn an_entity_that_cannot_be_read_is_told_with_its_file_and_by_the_exit_code() {
    let sandbox = sandbox_of(2).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    std::fs::write(place.path("stimuli/italy-1.json"), "{").unwrap();
    for (verb, code) in [
        (&["status"][..], 1),
        (&["diff"], 1),
        (&["diff", "--exit-code"], 1),
        (&["diff", "stimulus/italy-1"], 1),
        (&["diff", "stimulus/italy-0"], 0),
        (&["audit"], 5),
        (&["push", "--dry-run"], 1),
        (&["push", "--yes"], 1),
        (&["status"], 1),
        (&["pull"], 1),
    ] {
        let ran = place.qti(verb).await.ended_with(code);
        let told = format!("{}{}", ran.out, ran.err);
        let names = told.contains("stimuli/italy-1.json");
        assert_eq!(names, code != 0, "{verb:?}: {ran}");
    }
    let status = place.qti(&["status"]).await.ended_with(1);
    assert_eq!(status.out, "1 failed, 1 unchanged\n");
    std::fs::remove_file(place.path("stimuli/italy-1.json")).unwrap();
    let status = place.qti(&["status"]).await.ended_with(0);
    assert_eq!(status.out, "2 entities unchanged\n");
}

#[tokio::test]
async fn an_entity_that_no_request_can_name_is_told_and_by_the_exit_code() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let item = serde_json::json!({"identifier": "..", "title": "T"});
    let page = serde_json::json!({"items": [item], "total": 1, "page": 1, "pages": 1});
    let listed = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentItems");
    sandbox.set_faults([listed]).unwrap();
    for verb in [&["pull"][..], &["status"], &["pull", "--json"]] {
        let ran = place.qti(verb).await.ended_with(1);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(
            told.contains("unaddressable") && told.contains("\".."),
            "{ran}"
        );
    }
    place.qti(&["audit", "--service"]).await.ended_with(5);
}
