//! Tokens that processes share through files.
#![cfg(feature = "file-store")]

mod support;

use std::fs;
use std::path::Path;

use support::processes::{join, start, told};
use timeback_qti::{Client, ClientBuilder, FileTokenStore, TokenKey};
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

fn builder(sandbox: &Sandbox, folder: &Path) -> ClientBuilder {
    Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret())
        .token_store(FileTokenStore::at(folder))
}

fn client(sandbox: &Sandbox, folder: &Path) -> Client {
    builder(sandbox, folder).build().unwrap()
}

fn token_file(sandbox: &Sandbox, folder: &Path) -> std::path::PathBuf {
    let none: [&str; 0] = [];
    FileTokenStore::at(folder).path(&TokenKey::new(
        sandbox.token_url(),
        sandbox.client_id(),
        none,
    ))
}

fn tokens_bought(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let is_token = |operation: &Option<String>| operation.as_deref() == Some("token");
    requests
        .iter()
        .filter(|request| is_token(&request.operation))
        .count()
}

async fn list(client: &Client) {
    client.items().list().page(1).send().await.unwrap();
}

/// What the tests below start in processes of their own: a client that lists items.
#[tokio::test]
#[ignore = "started by other tests"]
async fn worker() {
    let client = Client::builder()
        .base_url(told("SANDBOX_BASE_URL"))
        .token_url(told("SANDBOX_TOKEN_URL"))
        .credentials("sandbox-client", "sandbox-secret")
        .token_store(FileTokenStore::at(told("TOKEN_FOLDER")))
        .build()
        .unwrap();
    list(&client).await;
}

fn variables<'a>(urls: &'a (String, String), folder: &'a Path) -> [(&'static str, &'a str); 3] {
    [
        ("SANDBOX_BASE_URL", &urls.0),
        ("SANDBOX_TOKEN_URL", &urls.1),
        ("TOKEN_FOLDER", folder.to_str().unwrap()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_processes_at_once_and_two_hundred_in_a_row_buy_one_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let urls = (sandbox.base_url(), sandbox.token_url());
    let variables = variables(&urls, folder.path());
    // A slow issuer, so that all of them meet.
    sandbox
        .set_faults([FaultRule::new(Effect::Latency { millis: 300 }).on("token")])
        .unwrap();
    tokio::task::block_in_place(|| {
        join((0..50).map(|_| start("worker", &variables)).collect());
        for _ in 0..200 {
            join(vec![start("worker", &variables)]);
        }
    });
    assert_eq!(tokens_bought(&sandbox), 1);
    assert_eq!(sandbox.requests().len(), 251);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_renews_leaves_the_others_to_renew_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let urls = (sandbox.base_url(), sandbox.token_url());
    let variables = variables(&urls, folder.path());
    let stuck = FaultRule::new(Effect::Latency { millis: 600_000 });
    sandbox.set_faults([stuck.on("token").times(1)]).unwrap();
    let mut holder = start("worker", &variables);
    while tokens_bought(&sandbox) == 0 {
        tokio::task::yield_now().await;
    }
    let others = (0..5).map(|_| start("worker", &variables)).collect();
    holder.kill().unwrap();
    holder.wait().unwrap();
    tokio::task::block_in_place(|| join(others));
    // The one that came to nothing, and the one for all others.
    assert_eq!(tokens_bought(&sandbox), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all_who_share_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (
        client(&sandbox, folder.path()),
        client(&sandbox, folder.path()),
    );
    list(&one).await;
    list(&other).await;
    sandbox.revoke_tokens();
    tokio::join!(list(&one), list(&other));
    list(&client(&sandbox, folder.path())).await;
    assert_eq!(tokens_bought(&sandbox), 2);
}

#[tokio::test]
async fn what_is_no_token_file_is_set_aside_and_a_new_token_bought() {
    let whole = {
        let (sandbox, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        list(&client(&sandbox, folder.path())).await;
        fs::read(token_file(&sandbox, folder.path())).unwrap()
    };
    // The last is that of another issuer.
    for content in [
        &b""[..],
        b"\xff\xfe",
        b"my notes",
        b"{}",
        b"null",
        &whole[..whole.len() / 2],
        &whole,
    ] {
        let (sandbox, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let file = token_file(&sandbox, folder.path());
        write_private(&file, content);
        let told = client(&sandbox, folder.path())
            .identity()
            .info()
            .await
            .unwrap_err();
        assert!(told.to_string().contains(file.to_str().unwrap()), "{told}");
        for _ in 0..2 {
            list(&client(&sandbox, folder.path())).await;
        }
        assert_eq!(tokens_bought(&sandbox), 1);
        assert_eq!(
            fs::read(file.with_extension("0.unreadable")).unwrap(),
            content
        );
    }
}

fn write_private(file: &Path, content: &[u8]) {
    fs::write(file, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_file_is_for_its_owner_alone_and_not_used_otherwise() {
    use std::os::unix::fs::PermissionsExt;
    let (sandbox, folder) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let file = token_file(&sandbox, folder.path());
    list(&client(&sandbox, folder.path())).await;
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    for open in [0o644, 0o640, 0o604, 0o660] {
        fs::set_permissions(&file, PermissionsExt::from_mode(open)).unwrap();
        let before = tokens_bought(&sandbox);
        let told = client(&sandbox, folder.path())
            .identity()
            .info()
            .await
            .unwrap_err();
        assert!(told.to_string().contains("chmod"), "{told}");
        list(&client(&sandbox, folder.path())).await;
        assert_eq!(
            (tokens_bought(&sandbox), mode()),
            (before + 1, 0o600),
            "{open:o}"
        );
    }
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    list(&client(&sandbox, folder.path())).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_had_stops_no_call() {
    let (sandbox, folder) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let client = client(&sandbox, &file.join("below"));
    list(&client).await;
    list(&client).await;
    assert_eq!(tokens_bought(&sandbox), 1);
}

#[tokio::test]
async fn a_stored_token_is_told_of_without_its_secret_and_forgotten_when_asked() {
    let (sandbox, folder) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let client = builder(&sandbox, folder.path())
        .scopes([timeback_qti_sandbox::Scope::Readonly.uri()])
        .build()
        .unwrap();
    assert_eq!(client.identity().info().await.unwrap(), None);
    let token = client.identity().token().await.unwrap();
    let info = client.identity().info().await.unwrap().unwrap();
    assert!(info.left.unwrap().as_secs() > 3500 && !info.is_person && info.renewable);
    assert_eq!(
        info.scopes,
        ["https://purl.imsglobal.org/spec/qti/v3/scope/readonly"]
    );
    assert!(!format!("{info:?} {client:?}").contains(&token));
    assert!(
        !client.identity().sign_out().await.unwrap(),
        "nothing to revoke"
    );
    assert_eq!(client.identity().info().await.unwrap(), None);
    assert_ne!(client.identity().token().await.unwrap(), token);
}

#[test]
fn a_source_that_does_not_say_whose_tokens_it_gives_takes_no_store() {
    struct Nameless;
    impl timeback_qti::TokenSource for Nameless {
        fn fetch(&self) -> timeback_qti::TokenFuture<'_> {
            Box::pin(async { Ok(timeback_qti::Token::new("t")) })
        }
    }
    let built = Client::builder()
        .token_source(Nameless)
        .token_store(FileTokenStore::at("unused"))
        .build();
    assert!(built.unwrap_err().to_string().contains("TokenSource::key"));
}
