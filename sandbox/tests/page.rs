//! The pages for a person in a browser.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod token;

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;
use timeback_qti_sandbox::Sandbox;

use token::token;

const HOSTILE: &str = "</title><script>document.title='taken over'</script>";

/// A sandbox whose test, section, item and stimulus try to bring in scripts.
async fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    let http = reqwest::Client::new();
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let token = token(&sandbox.token_url(), id, secret).await;
    let section = json!({"identifier": "s/1", "title": HOSTILE, "visible": false, "qti-assessment-item-ref": [{"identifier": "i?1"}, {"identifier": "absent"}]});
    let part = json!({"identifier": "p", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [section]});
    let item = json!({
        "identifier": "i?1",
        "title": HOSTILE,
        "type": "choice",
        "preInteraction": "<p onclick=\"alert(1)\">Read on</p><script>document.title='taken over'</script>",
        "interaction": {"type": "choice", "responseIdentifier": "R", "questionStructure": {
            "prompt": "The capital of <b>France</b>?",
            "choices": [{"identifier": "A", "content": "Paris"}, {"identifier": "B", "content": "&lt;img src=x onerror=alert(1)&gt;"}],
        }},
        "responseDeclarations": [{"identifier": "R", "cardinality": "single", "baseType": "identifier", "correctResponse": {"value": ["A"]}}],
    });
    for (path, body) in [
        (
            "/assessment-tests",
            json!({"identifier": "t", "title": HOSTILE, "qti-test-part": [part]}),
        ),
        ("/assessment-items", item),
        (
            "/stimuli",
            json!({"identifier": "st", "title": HOSTILE, "content": "<p>Once upon a time</p>"}),
        ),
    ] {
        let create = http
            .post(format!("{}{path}", sandbox.base_url()))
            .bearer_auth(&token);
        create
            .json(&body)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }
    sandbox
}

async fn page(sandbox: &Sandbox, path: &str) -> String {
    let page = reqwest::get(format!("{}{path}", sandbox.page_url())).await;
    page.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_front_page_shows_the_tree_and_the_requests() {
    let sandbox = sandbox().await;
    let page = page(&sandbox, "").await;
    for piece in [
        "<code>p</code> <small>linear, individual</small>",
        "<code>s/1</code> <small>hidden</small>",
        "<a href=\"/items/i%3F1\">",
        "<code>absent</code> <small>no such item</small>",
        "<a href=\"/stimuli/st\">",
        "POST /api/assessment-tests",
        "<td>createAssessmentItem</td><td>201</td>",
    ] {
        assert!(page.contains(piece), "{piece} in {page}");
    }
}

#[tokio::test]
async fn an_item_is_shown_as_text_with_its_choices_and_its_xml() {
    let sandbox = sandbox().await;
    let page = page(&sandbox, "items/i%3F1").await;
    for piece in [
        "<p>Read on</p>",
        "<p>The capital of France? <small>choice</small></p>",
        "<li><code>A</code> Paris <strong>correct</strong></li>",
        "<li><code>B</code> &lt;img src=x onerror=alert(1)&gt;</li>",
        "&lt;qti-choice-interaction",
    ] {
        assert!(page.contains(piece), "{piece} in {page}");
    }
}

#[tokio::test]
async fn no_page_lets_a_script_in() {
    let sandbox = sandbox().await;
    for path in [
        "",
        "items/i%3F1",
        "tests/t",
        "stimuli/st",
        "requests",
        "items/%3Cscript%3E",
        "style.css",
    ] {
        let response = reqwest::get(format!("{}{path}", sandbox.page_url()))
            .await
            .unwrap();
        assert_eq!(
            response.status().as_u16(),
            if path.contains("script") { 404 } else { 200 },
            "{path}"
        );
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'")
                && !policy.contains("script-src")
                && !policy.contains("unsafe")
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let page = response.text().await.unwrap();
        for hostile in ["<script", "<img", "<b>France", "<p onclick"] {
            assert!(!page.contains(hostile), "{hostile} in {path}: {page}");
        }
    }
}

/// A Chromium on the path.
fn chromium() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    std::env::split_paths(&paths)
        .flat_map(|path| names.map(|name| path.join(name)))
        .find(|candidate| candidate.is_file())
}

#[tokio::test]
async fn a_browser_shows_the_pages_and_runs_nothing() {
    let Some(chromium) = chromium() else {
        eprintln!("skipped: no Chromium on the path");
        return;
    };
    let sandbox = sandbox().await;
    for (path, shown) in [
        ("", "no such item"),
        ("items/i%3F1", "The capital of France?"),
    ] {
        let profile = tempfile::tempdir().unwrap();
        let dump = tokio::process::Command::new(&chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--timeout=10000",
                "--dump-dom",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("{}{path}", sandbox.page_url()))
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let dom = String::from_utf8(dump.stdout).unwrap();
        assert!(dom.contains(shown), "{shown} in {dom}");
        assert!(!dom.contains("<script") && !dom.contains("<img"), "{dom}");
        let title = dom
            .split("<title>")
            .nth(1)
            .and_then(|rest| rest.split("</title>").next())
            .unwrap();
        assert!(title.ends_with("Timeback QTI sandbox"), "{title}");
    }
}
