//! What a pull leaves alone, and how it says to settle that.

use timeback_qti::models::StimulusInput;

use crate::support::{client, pulled, sandbox_of};

#[tokio::test]
async fn a_conflict_is_left_alone_and_is_an_exit_code_of_its_own() {
    let sandbox = sandbox_of(1).await;
    let place = pulled(&sandbox).await;
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let handle = client(&sandbox);
    let handle = handle.stimulus("italy-0");
    handle
        .edit(|stimulus| stimulus.title = "Italia".into())
        .await
        .unwrap();
    for arguments in [&["pull"][..], &["push", "--yes"], &["push", "--dry-run"]] {
        let ran = place.qti(arguments).await.ended_with(3);
        let told = ran.err.contains("conflict stimulus italy-0: ");
        let planned = ran.out.contains("conflict stimulus italy-0: ");
        assert!(told || planned, "{ran}");
        assert!(ran.out.ends_with("1 in conflict\n"), "{ran}");
    }
    // Nobody is told to take a file away.
    let pulled = place.qti(&["pull"]).await.ended_with(3);
    let hint = "`qti pull --theirs stimulus/italy-0` takes what the service has";
    assert!(pulled.err.contains(hint), "{pulled}");
    let pushed = place.qti(&["push", "--yes", "--force"]).await;
    assert!(pushed.ended_with(0).out.contains("1 replaced"));
}

/// What a hint says is typed as it stands, whatever the identifiers.
#[tokio::test]
async fn the_hint_of_a_conflict_ends_it() {
    let sandbox = sandbox_of(0).await;
    let there = client(&sandbox);
    let names = ["it's a $(river)", "b", "c", "d", "e"];
    for name in names {
        let stimulus = StimulusInput::new(name, "Italy", "<p>Rome</p>");
        there.stimuli().create(&stimulus).await.unwrap();
    }
    let place = pulled(&sandbox).await;
    std::fs::remove_dir_all(place.path("stimuli")).unwrap();
    for name in names {
        let handle = there.stimulus(name);
        let edited = handle.edit(|stimulus| stimulus.title = "Italia".into());
        edited.await.unwrap();
    }
    for left in [5, 2] {
        let pulled = place.qti(&["pull"]).await.ended_with(3);
        assert!(
            pulled.out.starts_with(&format!("{left} in conflict")),
            "{pulled}"
        );
        let more = pulled.err.contains("(and so on for 2 more)");
        assert_eq!(more, left == 5, "{pulled}");
        let hint = pulled
            .err
            .split('`')
            .find(|text| text.starts_with("qti pull"));
        let words = shlex::split(hint.unwrap()).unwrap();
        let words: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
        place.qti(&words).await.ended_with(0);
    }
    let pulled = place.qti(&["pull"]).await.ended_with(0);
    assert_eq!(pulled.out, "5 unchanged\n");
    for wrong in ["italy", "section/a/b/c"] {
        place.qti(&["pull", "--theirs", wrong]).await.ended_with(2);
    }
    let both = ["pull", "--theirs", "stimulus/b", "--prune"];
    place.qti(&both).await.ended_with(2);
}

#[tokio::test]
async fn a_service_that_lists_nothing_empties_the_bank_only_with_prune() {
    let sandbox = sandbox_of(2).await;
    let place = pulled(&sandbox).await;
    for name in ["italy-0", "italy-1"] {
        client(&sandbox).stimulus(name).delete().await.unwrap();
    }
    let pulled = place.qti(&["pull"]).await.ended_with(3);
    assert_eq!(pulled.out, "2 in conflict\n");
    let hint = "the service lists no stimuli: if that is meant, and it is the right service, `qti pull --prune`";
    assert!(pulled.err.contains(hint), "{pulled}");
    assert!(!pulled.err.contains("--theirs"), "{pulled}");
    assert!(place.path("stimuli/italy-0.xml").exists());
    let pulled = place.qti(&["pull", "--prune"]).await.ended_with(0);
    assert_eq!(pulled.out, "2 deleted\n");
    assert!(!place.path("stimuli/italy-0.xml").exists());
}
