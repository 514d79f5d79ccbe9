//! A headless Chromium that does what a person would, through its WebDriver.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Ends with its driver.
pub struct Browser {
    http: reqwest::Client,
    session: String,
    _driver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A new browser; nothing where there is no `chromedriver`.
    pub async fn start() -> Option<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(driver.stdout.take()?).lines();
        let port = loop {
            let line = lines.next_line().await.ok()??;
            let port = line.split("successfully on port ").nth(1);
            if let Some(Ok(port)) = port.map(|port| port.trim_end_matches('.').parse::<u16>()) {
                break port;
            }
        };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted =
            json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let mut browser = Self {
            http,
            session: format!("http://127.0.0.1:{port}/session"),
            _driver: driver,
            _profile: profile,
        };
        let opened = browser.post("", wanted).await;
        browser.session = format!(
            "{}/{}",
            browser.session,
            opened["sessionId"].as_str().unwrap()
        );
        Some(browser)
    }

    pub async fn open(&self, url: &str) {
        self.post("/url", json!({"url": url})).await;
    }

    pub async fn click(&self, selector: &str) {
        let found = self
            .post(
                "/element",
                json!({"using": "css selector", "value": selector}),
            )
            .await;
        let element = found.as_object().unwrap().values().next().unwrap();
        let element = element.as_str().unwrap();
        self.post(&format!("/element/{element}/click"), json!({}))
            .await;
    }

    pub async fn text(&self) -> String {
        let script = json!({"script": "return document.body.innerText", "args": []});
        self.post("/execute/sync", script)
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The text of the page, once it has these words: a click returns before the next page is there.
    pub async fn text_with(&self, words: &str) -> String {
        let script = json!({"script": "return document.body.innerText", "args": []});
        for _ in 0..1_000 {
            let answer = self.ask("/execute/sync", &script).await;
            match answer["value"].as_str() {
                Some(text) if text.contains(words) => return text.to_owned(),
                _ => tokio::task::yield_now().await,
            }
        }
        panic!("{words:?} never came: {}", self.text().await);
    }

    pub async fn close(self) {
        self.http.delete(&self.session).send().await.unwrap();
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.ask(path, &body).await;
        assert!(answer["value"]["error"].is_null(), "{answer}");
        answer["value"].clone()
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.session));
        let answer = request.json(body).send().await.unwrap();
        answer.json().await.unwrap()
    }
}
