use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Place, QTI, pulled, sandbox_of};

/// What the error says, which is a line and a hint.
async fn refusal(place: &Place, arguments: &[&str], code: i32) -> String {
    let ran = place.qti(arguments).await.ended_with(code);
    let lines: Vec<_> = ran.err.lines().collect();
    assert!(lines[0].starts_with("error: "), "{ran}");
    assert!(lines.len() == 2 && lines[1].starts_with("hint: "), "{ran}");
    assert_eq!(ran.out, "");
    ran.err
}

#[tokio::test]
async fn what_is_missing_is_told_with_what_to_do() {
    let place = Place::new();
    let told = refusal(&place, &["pull"], 2).await;
    assert!(
        told.contains("no bank") && told.contains("qti init"),
        "{told}"
    );
    place.qti(&["init"]).await.ended_with(0);
    let told = refusal(&place, &["init"], 2).await;
    assert!(told.contains("is a bank already"), "{told}");
    let told = refusal(&place, &["pull"], 2).await;
    assert!(told.contains("TIMEBACK_CLIENT_ID"), "{told}");
    std::fs::write(place.path("item.xml"), "<qti-assessment-item/>").unwrap();
    let told = refusal(&place, &["validate", "item.xml"], 2).await;
    assert!(told.contains("--offline"), "{told}");
    let told = refusal(&place, &["pull", "--profile", "nobody"], 2).await;
    assert!(told.contains("config.toml"), "{told}");
}

#[tokio::test]
async fn a_wrong_url_or_environment_is_told_without_a_word_of_credentials() {
    for (name, value) in [
        ("TIMEBACK_QTI_API_BASE_URL", "nowhere"),
        ("TIMEBACK_TOKEN_URL", "http://example.org/token"),
        ("TIMEBACK_ENVIRONMENT", "prod2"),
    ] {
        let place = Place::new().and([(name, value.to_owned())]);
        let ran = place.qti(&["ls"]).await.ended_with(2);
        assert!(ran.err.starts_with("error: configuration error: "), "{ran}");
        assert!(ran.err.contains(name) && !ran.err.contains("hint"), "{ran}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_or_refuses_the_credentials_is_told() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let item = "<qti-assessment-item identifier='i'><qti-response-declaration identifier='RESPONSE'><qti-correct-response>\
                <qti-value>A</qti-value></qti-correct-response></qti-response-declaration></qti-assessment-item>";
    std::fs::create_dir(place.path("items")).unwrap();
    std::fs::write(place.path("items/i.xml"), item).unwrap();
    let place = place.and([("TIMEBACK_CLIENT_SECRET", "wrong-secret".to_owned())]);
    let verbs: [&[&str]; 2] = [&["pull"], &["audit", "--score"]];
    for verb in verbs {
        let told = refusal(&place, verb, 4).await;
        assert!(!told.contains("wrong-secret"), "{told}");
    }
    sandbox.stop().await;
    for verb in verbs {
        let told = refusal(&place, verb, 4).await;
        assert!(told.contains("TIMEBACK_TOKEN_URL"), "{told}");
    }
}

#[tokio::test]
async fn a_push_without_a_terminal_and_without_yes_writes_nothing() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let before = sandbox.requests().len();
    let ran = place.qti(&["push"]).await.ended_with(2);
    assert!(ran.err.contains("--yes"), "{ran}");
    let host = sandbox.base_url();
    let host = host.trim_start_matches("http://").trim_end_matches("/api");
    assert!(ran.err.contains(host), "{ran}");
    let writes = sandbox.requests().split_off(before);
    assert!(writes.iter().all(|request| request.method != "PUT"));
}

#[tokio::test]
async fn damage_of_what_a_bank_remembers_is_told_and_loses_no_content() {
    let sandbox = sandbox_of(2).await;
    let place = pulled(&sandbox).await;
    let state = std::fs::read_dir(place.path(".qti/state")).unwrap();
    let state = state.last().unwrap().unwrap().path();
    let whole = std::fs::read(&state).unwrap();
    let lengths = [10, 300, 4096, whole.len() / 2, whole.len() - 1];
    let damaged = lengths.map(|length| &whole[..length]);
    for bytes in damaged.into_iter().chain([&b"a letter to a friend"[..]]) {
        std::fs::write(&state, bytes).unwrap();
        let told = refusal(&place, &["pull"], 1).await;
        assert!(told.contains("move this file away"), "{told}");
    }
    std::fs::remove_file(&state).unwrap();
    let pulled = place.qti(&["pull"]).await.ended_with(0);
    assert_eq!(pulled.out, "2 unchanged\n");
}

/// Moved away, it would take with it what is known of writes that a push has begun.
#[cfg(unix)]
#[tokio::test]
async fn nobody_is_told_to_move_away_a_database_that_only_has_no_room() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let told = without_room(&place, "pull").await;
    assert!(told.contains(".redb"), "{told}");
    assert!(told.contains("make room"), "{told}");
    assert!(!told.contains("move"), "{told}");
}

/// What a command says that fails because no file may have any content.
#[cfg(unix)]
async fn without_room(place: &Place, arguments: &str) -> String {
    let script = format!("trap '' XFSZ; ulimit -f 0; exec '{QTI}' {arguments}");
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(place.folder());
    let shell = shell.env_clear().envs(place.environment());
    let output = shell.output().await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    told
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_there_is_no_room_for_leaves_the_one_before_as_it_was() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    place.qti(&["token"]).await.ended_with(0);
    let file = place.path("mine");
    std::fs::write(&file, "before").unwrap();
    std::os::unix::fs::symlink(&file, place.path("link")).unwrap();
    for arguments in [
        "get stimulus/italy-0 --output mine",
        "get stimulus/italy-0 -o link",
        "audit --write-baseline mine",
    ] {
        let told = without_room(&place, arguments).await;
        assert!(told.contains("mine: "), "{told}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "before");
    }
    let left = std::fs::read_dir(place.folder()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.starts_with(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");

    let get = ["get", "stimulus/italy-0", "-o", "link"];
    place.qti(&get).await.ended_with(0);
    assert!(place.path("link").is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().contains("Rome"));
    let get = ["get", "stimulus/italy-0", "-o", "/dev/stdout"];
    assert!(place.qti(&get).await.ended_with(0).out.contains("Rome"));
}

#[tokio::test]
async fn a_package_lacks_nothing_without_a_word() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    std::fs::write(place.path("stimuli/italy-0.json"), "{").unwrap();
    let told = refusal(&place, &["pack", "all.zip"], 1).await;
    assert!(told.contains("stimuli/italy-0.json"), "{told}");
    std::fs::remove_file(place.path("stimuli/italy-0.json")).unwrap();
    std::fs::write(place.path("stimuli/italy-0.xml"), b"\xff\xfe").unwrap();
    let told = refusal(&place, &["pack", "all.zip"], 1).await;
    assert!(told.contains("stimuli/italy-0.xml"), "{told}");
}

#[tokio::test]
async fn two_commands_at_once_on_a_bank_are_told_apart() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    place.qti(&["init"]).await.ended_with(0);
    let slow = FaultRule::new(Effect::Latency { millis: 500 });
    sandbox.set_faults([slow.on("searchStimuli")]).unwrap();
    let (one, other) = tokio::join!(place.qti(&["pull"]), place.qti(&["pull"]));
    let (done, busy) = if one.code == 0 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(done.ended_with(0).out, "1 new\n");
    assert!(
        busy.ended_with(1)
            .err
            .contains("another command works on this bank")
    );
}
