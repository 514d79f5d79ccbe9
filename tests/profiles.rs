//! Named settings in a file.
#![cfg(feature = "profiles")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::processes::{join, start};
use timeback_qti::{Client, ErrorKind, Profiles};
use timeback_qti_sandbox::Sandbox;

/// A file of profiles, which only its owner can read.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    set_mode(&path, 0o600);
    (folder, path)
}

fn set_mode(path: &std::path::Path, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// A profile for the sandbox, with its secret from here.
fn profile(sandbox: &Sandbox, secret: &str) -> String {
    format!(
        "[profiles.box]\nbase_url = \"{}\"\ntoken_url = \"{}\"\nclient_id = \"{}\"\nsecret = {secret}\ntoken_store = \"none\"\n",
        sandbox.base_url(),
        sandbox.token_url(),
        sandbox.client_id()
    )
}

fn error_of(text: &str, name: &str) -> timeback_qti::Error {
    let (_folder, path) = file(text);
    let profiles = Profiles::read(path);
    let error = profiles
        .and_then(|profiles| profiles.builder(name)?.build())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error
}

#[tokio::test]
async fn a_secret_comes_from_a_file_a_command_or_the_profile_itself() {
    let sandbox = Sandbox::start().await.unwrap();
    let (folder, path) = file("");
    fs::write(folder.path().join("secret"), "sandbox-secret\r\n").unwrap();
    for secret in [
        r#"{ file = "secret" }"#,
        r#"{ command = ["echo", "sandbox-secret"] }"#,
        r#"{ value = "sandbox-secret" }"#,
    ] {
        fs::write(&path, profile(&sandbox, secret)).unwrap();
        let client = Profiles::read(&path)
            .unwrap()
            .builder("box")
            .unwrap()
            .build()
            .unwrap();
        client.items().list().page(1).send().await.unwrap();
    }
}

#[test]
fn a_secret_that_cannot_be_had_is_told_of_by_where_it_should_be() {
    for (secret, told) in [
        (r#"{ file = "nowhere" }"#, "nowhere"),
        (r#"{ command = [] }"#, "command"),
        (r#"{ command = ["/no/such/program"] }"#, "/no/such/program"),
        (r#"{ command = ["false"] }"#, "false"),
        (r#"{ command = ["true"] }"#, "empty"),
        (r#"{ command = ["printf", " x"] }"#, "white space"),
        (
            r#"{ variable = "TIMEBACK_TEST_UNSET" }"#,
            "TIMEBACK_TEST_UNSET",
        ),
        (r#"{ keyring = "timeback-test" }"#, "keyring"),
    ] {
        let text =
            format!("[profiles.p]\nclient_id = \"c\"\ntoken_store = \"none\"\nsecret = {secret}\n");
        let error = error_of(&text, "p");
        assert!(error.to_string().contains(told), "{told}: {error}");
    }
}

/// In a process of its own: the store is that of a whole process.
#[cfg(feature = "keyring")]
#[tokio::test]
#[ignore = "started by another test"]
async fn child_with_a_keyring() {
    keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
    let sandbox = Sandbox::start().await.unwrap();
    let entry = keyring_core::Entry::new("timeback", sandbox.client_id()).unwrap();
    let build = || {
        let (_folder, path) = file(&profile(&sandbox, r#"{ keyring = "timeback" }"#));
        Profiles::read(path).unwrap().builder("box")?.build()
    };
    let told = build().unwrap_err();
    assert_eq!(told.kind(), ErrorKind::Config);
    let names = |word| told.message().contains(word);
    assert!(
        names("\"timeback\"") && names(sandbox.client_id()),
        "{told}"
    );

    entry.set_password("sandbox-secret\n").unwrap();
    let client = build().unwrap();
    client.items().list().page(1).send().await.unwrap();

    // What is no text may be the secret all the same.
    let secret = b"hunter2\xff";
    entry.set_secret(secret).unwrap();
    let told = build().unwrap_err();
    let shown = format!("{told:?} {told}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("104, 117, 110"),
        "{shown}"
    );
    assert!(told.message().contains("timeback"));
}

#[cfg(feature = "keyring")]
#[test]
fn a_secret_comes_from_a_keyring_and_is_not_shown() {
    join(vec![start("child_with_a_keyring", &[])]);
}

#[cfg(unix)]
#[test]
fn a_secret_in_a_file_that_others_can_read_is_refused() {
    let (_folder, path) = file(
        "[profiles.p]\nclient_id = \"c\"\nsecret = { value = \"hunter2\" }\n[profiles.q]\nclient_id = \"c\"\nsecret = { command = [\"echo\", \"x\"] }\n",
    );
    for mode in [0o644, 0o640, 0o602] {
        set_mode(&path, mode);
        let profiles = Profiles::read(&path).unwrap();
        let error = profiles.builder("p").unwrap_err();
        assert!(error.to_string().contains("chmod"), "{error}");
        assert!(!format!("{error:?} {profiles:?}").contains("hunter2"));
        let _ = profiles.builder("q").unwrap();
    }
    set_mode(&path, 0o600);
    let _ = Profiles::read(&path).unwrap().builder("p").unwrap();
}

#[test]
fn a_profile_that_is_wrong_is_told_of_by_its_line_and_without_its_text() {
    for (text, told) in [
        (
            "[profiles.p]\nclient_id = \"c\"\nbase-url = \"hunter2\"\n",
            "line 3",
        ),
        (
            "[profiles.p]\nclient_id = \"c\"\nsecret = \"hunter2\"\n",
            "line 3",
        ),
        (
            "[profiles.p]\nsecret = { value = \"hunter2\" }\n",
            "client_id",
        ),
        ("[profile.p]\nclient_id = \"hunter2\"\n", "line 1"),
        ("[profiles.p]\nclient_id = \"hunter2\n", "line 2"),
        (
            "[profiles.p]\nclient_id = \"c\"\nenvironment = \"prd\"\n",
            "prd",
        ),
        ("[profiles.q]\nclient_id = \"c\"\n", "there are: q"),
    ] {
        let error = error_of(text, "p");
        assert!(error.to_string().contains(told), "{told}: {error}");
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Profiles::read("/nowhere/config.toml").unwrap_err();
    assert!(error.to_string().contains("/nowhere/config.toml"));
}

/// What the test below starts with variables of its own.
#[tokio::test]
#[ignore = "started by another test"]
async fn worker() {
    for client in [Client::from_env(), Client::from_profile("box")] {
        client.unwrap().items().list().page(1).send().await.unwrap();
    }
}

#[test]
fn where_a_service_is_can_be_told_without_reading_a_secret() {
    let (_folder, path) = file(
        "[profiles.p]\nclient_id = \"c\"\nsecret = { command = [\"no-such-program\"] }\nenvironment = \"staging\"\n\
         [profiles.q]\nclient_id = \"c\"\ntoken_url = \"https://me:hunter2@host/token\"\n",
    );
    let profiles = Profiles::read(path).unwrap();
    assert!(profiles.builder("p").is_err());
    let urls = profiles.without_credentials("p").unwrap().urls().unwrap();
    let staging = timeback_qti::Environment::Staging;
    assert_eq!(urls.base_url, staging.base_url());
    assert_eq!(urls.token_url, staging.token_url());
    let refused = profiles.without_credentials("q").unwrap().urls();
    assert!(!format!("{:?}", refused.unwrap_err()).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_variables_choose_a_profile_and_go_before_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_folder, path) = file(&profile(
        &sandbox,
        r#"{ variable = "TIMEBACK_TEST_SECRET" }"#,
    ));
    let path = path.to_str().unwrap();
    let base = [("TIMEBACK_CONFIG", path), ("TIMEBACK_PROFILE", "box")];
    let plain = [&base[..], &[("TIMEBACK_TEST_SECRET", "sandbox-secret")]].concat();
    let over = [
        &base[..],
        &[
            ("TIMEBACK_TEST_SECRET", "wrong"),
            ("TIMEBACK_CLIENT_SECRET", "sandbox-secret"),
        ],
    ]
    .concat();
    tokio::task::block_in_place(|| {
        join(vec![start("worker", &plain)]);
        join(vec![start("worker", &over)]);
    });
    let (_folder, path) = file(
        "[profiles.p]\nclient_id = \"c\"\nsecret = { value = \"s\" }\nenvironment = \"staging\"\n",
    );
    let client = Profiles::read(path)
        .unwrap()
        .builder("p")
        .unwrap()
        .build()
        .unwrap();
    let staging = timeback_qti::Environment::Staging.base_url();
    assert_eq!(client.base_url(), staging);
}

#[cfg(feature = "redis")]
#[test]
fn tokens_are_kept_in_redis_where_a_profile_says_so_and_its_password_is_never_shown() {
    let profile = |store: &str| {
        format!(
            "[profiles.fleet]\nclient_id = \"c\"\nsecret = {{ command = [\"echo\", \"s\"] }}\ntoken_store = {store}\n"
        )
    };
    let (_folder, path) = file("");
    for store in [
        r#"{ redis = "redis://127.0.0.1:6379" }"#,
        r#"{ redis = "redis://:pass-word@127.0.0.1" }"#,
        r#"{ redis = { command = ["echo", "redis://:pass-word@127.0.0.1"] } }"#,
    ] {
        fs::write(&path, profile(store)).unwrap();
        let profiles = Profiles::read(&path).unwrap();
        assert!(!format!("{profiles:?}").contains("pass-word"));
        profiles.builder("fleet").unwrap().build().unwrap();
    }
    // Whoever can read the file could read the tokens.
    set_mode(&path, 0o644);
    fs::write(
        &path,
        profile(r#"{ redis = "redis://:pass-word@127.0.0.1" }"#),
    )
    .unwrap();
    if cfg!(unix) {
        let error = Profiles::read(&path).unwrap().builder("fleet").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("can be read or written by others"),
            "{error}"
        );
    }
    for wrong in [
        r#"{ redis = "http://:pass-word@127.0.0.1" }"#,
        r#"{ redis = { variable = "NO_SUCH_VARIABLE" } }"#,
    ] {
        let error = error_of(&profile(wrong), "fleet");
        assert!(error.to_string().contains("fleet"), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("pass-word"),
            "{error:?}"
        );
    }
}
