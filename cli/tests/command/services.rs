//! Which service a command speaks to, and the one that it starts itself.

use std::process::Stdio;

use serde_json::Value;
use timeback_qti_sandbox::Sandbox;
use timeback_qti_sandbox::program::variables;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Place, client, sandbox_of};

/// A place whose profile `ours` is one sandbox, and whose `qti.toml` names another.
async fn place(profile: &Sandbox, bank: &Sandbox) -> Place {
    let [_, _, id, secret] = variables(bank);
    let place = Place::new().and([id, secret.clone()]);
    let folder = place.path(".config/timeback-qti");
    std::fs::create_dir_all(&folder).unwrap();
    let profiles = format!(
        "[profiles.ours]\nbase_url = {:?}\ntoken_url = {:?}\nclient_id = \"sandbox-client\"\n\
         secret = {{ variable = \"{}\" }}\ntoken_store = \"none\"\n",
        profile.base_url(),
        profile.token_url(),
        secret.0,
    );
    std::fs::write(folder.join("config.toml"), profiles).unwrap();
    let urls = [
        "--base-url",
        &bank.base_url(),
        "--token-url",
        &bank.token_url(),
    ];
    place
        .qti(&[&["init"][..], &urls].concat())
        .await
        .ended_with(0);
    place
}

#[tokio::test]
async fn the_flag_goes_before_the_profile_variable_and_that_before_the_bank() {
    let (profile, bank) = (sandbox_of(1).await, sandbox_of(2).await);
    let place = place(&profile, &bank).await;
    let pulled = async |place: &Place, arguments: &[&str]| {
        place
            .qti(&[&["status"], arguments].concat())
            .await
            .ended_with(0)
            .out
    };
    let (of_profile, of_bank) = ("1 changed, 0 unchanged\n", "2 changed, 0 unchanged\n");
    assert!(pulled(&place, &[]).await.ends_with(of_bank));
    assert!(
        pulled(&place, &["--profile", "ours"])
            .await
            .ends_with(of_profile)
    );

    let place = place.and([("TIMEBACK_PROFILE", "ours".to_owned())]);
    assert!(pulled(&place, &[]).await.ends_with(of_profile));
    let place = place.and([("TIMEBACK_PROFILE", "nobody".to_owned())]);
    assert!(
        pulled(&place, &["--profile", "ours"])
            .await
            .ends_with(of_profile)
    );

    let place = place.and([("TIMEBACK_PROFILE", String::new())]);
    place
        .qti(&["init", "named", "--profile", "ours"])
        .await
        .ended_with(0);
    assert!(
        pulled(&place, &["--bank", "named"])
            .await
            .ends_with(of_profile)
    );

    // The variables go before all of them.
    let place = place.and(variables(&bank));
    assert!(
        pulled(&place, &["--profile", "ours"])
            .await
            .ends_with(of_bank)
    );
}

#[tokio::test]
async fn a_question_names_the_profile_and_the_host() {
    let (profile, bank) = (sandbox_of(1).await, sandbox_of(0).await);
    let place = place(&profile, &bank).await;
    place
        .qti(&["pull", "--profile", "ours"])
        .await
        .ended_with(0);
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    let ran = place
        .qti(&["push", "--profile", "ours"])
        .await
        .ended_with(2);
    let host = profile.base_url();
    let host = host.trim_start_matches("http://").trim_end_matches("/api");
    assert!(
        ran.err.contains(&format!("to {host} (profile ours)?")),
        "{ran}"
    );
}

#[tokio::test]
async fn a_sandbox_with_a_bank_serves_one_command_and_ends_with_its_code() {
    let place = Place::new();
    let bank = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bank");
    let script = "qti init pulled >&2 && qti pull --bank pulled && exit 7";
    let ran = place
        .qti(&["sandbox", "--load", bank, "--", "sh", "-c", script])
        .await;
    assert_eq!(ran.ended_with(7).out, "5 new\n");
    assert!(place.path("pulled/tests/italy.xml").exists());
    let ran = place
        .qti(&["sandbox", "--", "no-such-program"])
        .await
        .ended_with(1);
    assert!(ran.err.contains("no-such-program"), "{ran}");
}

#[tokio::test]
async fn a_bank_that_a_sandbox_does_not_take_is_told() {
    let place = Place::new();
    place.qti(&["init"]).await.ended_with(0);
    std::fs::create_dir(place.path("items")).unwrap();
    std::fs::write(place.path("items/i1.xml"), "<qti-assessment-item").unwrap();
    let ran = place
        .qti(&["sandbox", "--load", ".", "--", "true"])
        .await
        .ended_with(1);
    assert!(ran.err.contains("item i1"), "{ran}");
}

#[tokio::test]
async fn a_bank_of_one_service_does_not_pass_for_that_of_another() {
    let (first, second) = (sandbox_of(1).await, sandbox_of(1).await);
    let there = client(&second);
    let handle = there.stimulus("italy-0");
    handle
        .edit(|stimulus| stimulus.title = "Spain".into())
        .await
        .unwrap();
    let place = Place::with(&first);
    place.qti(&["init"]).await.ended_with(0);
    place.qti(&["pull"]).await.ended_with(0);
    let place = place.and(variables(&second));
    let ran = place.qti(&["push", "--yes"]).await.ended_with(3);
    assert!(
        ran.out
            .contains("the service has another one of this identifier"),
        "{ran}"
    );
}

#[tokio::test]
async fn a_sandbox_tells_programs_where_it_is() {
    let place = Place::new();
    let mut command = place.command(&["sandbox", "--json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines.next_line().await.unwrap().unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["event"], "sandbox");
    let variables = told["variables"].as_object().unwrap().iter();
    let variables =
        variables.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    let mut pull = place.command(&["ls", "items"]);
    let listed = pull.envs(variables).output().await.unwrap();
    assert!(listed.status.success(), "{told}");
}
