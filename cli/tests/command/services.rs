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
async fn the_flag_goes_before_all_variables_and_these_before_the_bank() {
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

    // The other variables go before a profile that nobody has typed.
    let place = place.and(variables(&bank));
    assert!(
        pulled(&place, &["--bank", "named"])
            .await
            .ends_with(of_bank)
    );
    let place = place.and([("TIMEBACK_PROFILE", "ours".to_owned())]);
    assert!(pulled(&place, &[]).await.ends_with(of_bank));
    let place = place.and([("TIMEBACK_ENVIRONMENT", "staging".to_owned())]);
    assert!(
        pulled(&place, &["--profile", "ours"])
            .await
            .ends_with(of_profile)
    );
}

#[tokio::test]
async fn a_profile_that_names_no_secret_has_that_of_the_environment() {
    let (profile, bank) = (sandbox_of(1).await, sandbox_of(0).await);
    let place = place(&profile, &bank).await;
    let file = ".config/timeback-qti/config.toml";
    place.change(
        file,
        "secret = { variable = \"TIMEBACK_CLIENT_SECRET\" }\n",
        "",
    );
    let ls = ["ls", "stimuli", "--profile", "ours"];
    let listed = place.qti(&ls).await.ended_with(0);
    assert!(listed.out.starts_with("italy-0\t"), "{listed}");
}

#[tokio::test]
async fn a_comparison_without_the_service_needs_no_credentials_and_no_network() {
    let (profile, bank) = (sandbox_of(1).await, sandbox_of(2).await);
    let place = place(&profile, &bank).await;
    place.qti(&["pull"]).await.ended_with(0);
    place
        .qti(&["init", "named", "--profile", "ours"])
        .await
        .ended_with(0);
    place.qti(&["pull", "--bank", "named"]).await.ended_with(0);
    place.change("stimuli/italy-0.xml", "Rome", "Milan");
    place.change("named/stimuli/italy-0.xml", "Rome", "Milan");
    bank.stop().await;
    profile.stop().await;

    // The secret's own program would ask a person for a passphrase.
    let secret = "variable = \"TIMEBACK_CLIENT_SECRET\"";
    let file = ".config/timeback-qti/config.toml";
    place.change(file, secret, "command = [\"no-such-program\"]");
    let nobody = ["TIMEBACK_CLIENT_ID", "TIMEBACK_CLIENT_SECRET"];
    let place = place.and(nobody.map(|name| (name, String::new())));
    for (bank, unchanged) in [(".", 1), ("named", 0)] {
        let status = ["status", "--offline", "--bank", bank];
        let status = place.qti(&status).await.ended_with(0);
        let told = format!("stimulus italy-0: changed here\n1 changed, {unchanged} unchanged\n");
        assert_eq!(status.out, told);
        let diff = ["diff", "--offline", "--places", "--bank", bank];
        let diff = place.qti(&diff).await.ended_with(0);
        assert!(diff.out.ends_with(": Rome -> Milan\n"), "{diff}");
        place.qti(&["status", "--bank", bank]).await.ended_with(2);
    }
}

#[tokio::test]
async fn a_url_with_a_password_is_neither_stored_nor_shown() {
    let place = Place::new();
    for option in ["--base-url", "--token-url"] {
        let init = ["init", option, "https://me:hunter2@host/api"];
        let ran = place.qti(&init).await.ended_with(2);
        assert!(
            ran.err.contains("a password") && !ran.err.contains("hunter2"),
            "{ran}"
        );
        assert!(!place.path("qti.toml").exists() && !place.path(".qti").exists());
        let ran = place.qti(&["init", option, "http://host/api"]).await;
        assert!(ran.ended_with(2).err.contains("plain http"));
    }
    let lines = [
        "base-url = \"https://me:hunter2@host/api\"",
        "client-secret = \"hunter2\"",
        "base-url = \"hunter2",
    ];
    for line in lines {
        std::fs::write(place.path("qti.toml"), line).unwrap();
        for verb in [
            &["status"][..],
            &["audit"],
            &["ls"],
            &["push", "-vvv", "--json"],
        ] {
            let ran = place.qti(verb).await.ended_with(2);
            assert!(!ran.to_string().contains("hunter2"), "{ran}");
        }
    }
    std::fs::write(place.path("qti.toml"), "").unwrap();
    let account = ["TIMEBACK_CLIENT_ID", "TIMEBACK_CLIENT_SECRET"];
    let place = place.and(account.map(|name| (name, "x".to_owned())));
    let get = ["get", "https://me:hunter2@host/api/stimuli/italy"];
    let ran = place.qti(&get).await.ended_with(2);
    assert!(!ran.to_string().contains("hunter2"), "{ran}");
    let place = place.and([("QTI_BASE_URL", "https://me:hunter2@host/api".to_owned())]);
    let ran = place.qti(&["ls"]).await.ended_with(2);
    assert!(!ran.to_string().contains("hunter2"), "{ran}");
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
