//! Who the command is to the service.

use std::process::Stdio;

use timeback_qti::{Client, reqwest};
use timeback_qti_sandbox::{Account, Sandbox};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::support::{Place, sandbox_of};

fn tokens_bought(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let is_token = |operation: &Option<String>| operation.as_deref() == Some("token");
    requests
        .iter()
        .filter(|request| is_token(&request.operation))
        .count()
}

/// How many processes run in a row, and how many at once: `QTI_PROCESSES=200,50` for the whole count.
fn processes() -> (usize, usize) {
    let set = std::env::var("QTI_PROCESSES").unwrap_or_default();
    let numbers: Vec<_> = set
        .split(',')
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers[..] {
        [row, once] => (row, once),
        _ => (10, 10),
    }
}

#[tokio::test]
async fn processes_in_a_row_and_at_once_buy_one_token() {
    let sandbox = sandbox_of(0).await;
    let (place, before) = (Place::with(&sandbox), tokens_bought(&sandbox));
    let (row, once) = processes();
    let begun: Vec<_> = (0..once)
        .map(|_| {
            place
                .command(&["ls"])
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for process in begun {
        let output = process.wait_with_output().await.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    for _ in 0..row {
        place.qti(&["ls"]).await.ended_with(0);
    }
    assert_eq!(tokens_bought(&sandbox) - before, 1);
}

#[tokio::test]
async fn whoami_tells_of_the_token_and_shows_it_nowhere_but_where_it_is_asked_for() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let ran = place.qti(&["whoami"]).await.ended_with(1);
    assert!(ran.err.contains("no token"), "{ran}");
    let token = place.qti(&["token"]).await.ended_with(0).out;
    let token = token.trim_end();
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .static_token(token)
        .build()
        .unwrap();
    client.items().list().send().await.unwrap();

    let before = sandbox.requests().len();
    let ran = place.qti(&["whoami"]).await.ended_with(0);
    assert!(
        ran.out.contains(sandbox.client_id()) && ran.out.contains("for 60 more minutes"),
        "{ran}"
    );
    let told = place.qti(&["whoami", "--json"]).await.ended_with(0);
    let told = &told.events("whoami")[0];
    assert_eq!(
        (&told["person"], &told["renewable"]),
        (&false.into(), &true.into())
    );
    assert_eq!(sandbox.requests().len(), before, "nobody was asked");
    for arguments in [
        &["whoami"][..],
        &["ls", "-vvv"],
        &["get", "item/none", "-vvv"],
        &["token", "--profile", "none"],
    ] {
        let ran = place.qti(arguments).await;
        let all = ran.out + &ran.err;
        assert!(
            !all.contains(token) && !all.contains(sandbox.client_secret()),
            "{all}"
        );
    }
    place.qti(&["logout"]).await.ended_with(0);
    place.qti(&["whoami"]).await.ended_with(1);
}

/// A sandbox where a person signs in as `me`, and a place with a profile for that.
async fn person() -> (Sandbox, Place) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    let account = Account::public("my-program").redirect_uri(&redirect_uri);
    let sandbox = Sandbox::builder().account(account).start().await.unwrap();
    let place = Place::new();
    let folder = place.path(".config/timeback-qti");
    std::fs::create_dir_all(&folder).unwrap();
    let (base, token) = (sandbox.base_url(), sandbox.token_url());
    let profile = format!(
        "[profiles.me]\nbase_url = \"{base}\"\ntoken_url = \"{token}\"\nclient_id = \"my-program\"\nsign_in = true\n\
         redirect_uri = \"{redirect_uri}\"\n"
    );
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    (sandbox, place.and([("TIMEBACK_PROFILE", "me".to_owned())]))
}

/// Says yes on the issuer's page, as a browser would; gives where it sends the browser.
async fn say_yes(url: &str) -> String {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = http.get(url).send().await.unwrap().text().await.unwrap();
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
}

/// The address that a sign-in shows.
async fn shown(lines: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> String {
    loop {
        let mut line = String::new();
        assert!(
            lines.read_line(&mut line).await.unwrap() > 0,
            "no address is shown"
        );
        if line.trim().starts_with("http") {
            return line.trim().to_owned();
        }
    }
}

#[tokio::test]
async fn a_person_signs_in_lists_and_signs_out() {
    let (sandbox, place) = person().await;
    let ran = place.qti(&["ls"]).await.ended_with(4);
    assert!(ran.err.contains("qti login"), "{ran}");

    let mut command = place.command(&["login", "--no-browser"]);
    let mut login = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let url = shown(&mut BufReader::new(login.stderr.take().unwrap())).await;
    let back = say_yes(&url).await;
    let page = reqwest::get(&back).await.unwrap().text().await.unwrap();
    assert!(page.contains("Signed in"), "{page}");
    let output = login.wait_with_output().await.unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"signed in at "));

    place.qti(&["ls"]).await.ended_with(0);
    let ran = place.qti(&["whoami"]).await.ended_with(0);
    assert!(
        ran.out.contains("a person, by the client my-program"),
        "{ran}"
    );
    let before = sandbox.requests().len();
    let ran = place.qti(&["logout"]).await.ended_with(0);
    assert!(ran.out.starts_with("signed out"), "{ran}");
    let asked = sandbox.requests().split_off(before);
    assert!(
        asked
            .iter()
            .any(|request| request.operation.as_deref() == Some("revoke"))
    );
    place.qti(&["ls"]).await.ended_with(4);
}

#[tokio::test]
async fn a_person_pastes_the_address_where_the_browser_is_elsewhere() {
    let (_sandbox, place) = person().await;
    let mut command = place.command(&["login", "--paste"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut login = command.spawn().unwrap();
    let url = shown(&mut BufReader::new(login.stderr.take().unwrap())).await;
    let back = say_yes(&url).await;
    let mut input = login.stdin.take().unwrap();
    input
        .write_all(format!("{back}\n").as_bytes())
        .await
        .unwrap();
    drop(input);
    assert!(login.wait_with_output().await.unwrap().status.success());
    place.qti(&["ls"]).await.ended_with(0);

    // What is no such address signs nobody in.
    let mut login = place
        .command(&["login", "--paste"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    login
        .stdin
        .take()
        .unwrap()
        .write_all(b"https://example.org/\n")
        .await
        .unwrap();
    assert_eq!(
        login.wait_with_output().await.unwrap().status.code(),
        Some(1)
    );
}

#[tokio::test]
async fn a_client_with_a_secret_of_its_own_has_nobody_to_sign_in() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let ran = place.qti(&["login", "--no-browser"]).await.ended_with(2);
    assert!(
        ran.err.contains("not set up for people to sign in")
            && ran.err.contains("hint: a profile with"),
        "{ran}"
    );
}
