//! Against a server of raw bytes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::auth::endpoint::MAX_ANSWER_BYTES;
use crate::error::Error;
use crate::error::ErrorKind;

/// A token endpoint that gives the same bytes to each connection, and keeps the requests. Ends with its handle.
struct Endpoint {
    url: Url,
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Endpoint {
    async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/oauth2/token", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, bytes) = (Arc::clone(&requests), bytes.into());
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                kept.lock().unwrap().push(request);
                let _ = stream.write_all(&bytes).await;
            }
        });
        Self {
            url,
            requests,
            server,
        }
    }

    fn credentials(&self) -> ClientCredentials {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        ClientCredentials::new(
            http,
            self.url.clone(),
            "the-id",
            SecretString::from("hunter2+/="),
        )
    }

    fn only_request(&self) -> String {
        let requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

fn http(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

const TOKEN: &str = r#"{"access_token":"t-1","token_type":"Bearer","expires_in":3600}"#;

async fn error_of(answer: impl Into<Vec<u8>>) -> Error {
    let error = Endpoint::answering(answer)
        .await
        .credentials()
        .fetch()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
    error
}

#[tokio::test]
async fn credentials_and_scopes_go_in_the_form_body() {
    let endpoint = Endpoint::answering(http("200 OK", TOKEN)).await;
    let scopes = [
        "https://scope/readonly".to_owned(),
        "https://scope/delete".to_owned(),
    ];
    let token = endpoint
        .credentials()
        .scopes(&scopes)
        .fetch()
        .await
        .unwrap();
    assert_eq!(
        (token.secret.expose_secret(), token.expires_in),
        ("t-1", Some(Duration::from_secs(3600)))
    );
    let request = endpoint.only_request();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /oauth2/token HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded"),
        "{head}"
    );
    assert!(
        !head.to_ascii_lowercase().contains("authorization"),
        "{head}"
    );
    assert_eq!(
        body,
        "grant_type=client_credentials&scope=https%3A%2F%2Fscope%2Freadonly+https%3A%2F%2Fscope%2Fdelete\
         &client_id=the-id&client_secret=hunter2%2B%2F%3D"
    );
}

#[tokio::test]
async fn credentials_go_as_http_basic_on_request_and_as_they_are() {
    let endpoint = Endpoint::answering(http("200 OK", TOKEN)).await;
    endpoint
        .credentials()
        .placement(CredentialsPlacement::BasicHeader)
        .fetch()
        .await
        .unwrap();
    let request = endpoint.only_request();
    // base64 of the-id:hunter2+/=
    assert!(
        request.contains("authorization: Basic dGhlLWlkOmh1bnRlcjIrLz0=\r\n"),
        "{request}"
    );
    assert!(
        request.ends_with("\r\n\r\ngrant_type=client_credentials"),
        "{request}"
    );
}

#[tokio::test]
async fn a_refusal_is_final_and_has_the_providers_code() {
    let error = error_of(http("400 Bad Request", r#"{"error":"invalid_client"}"#)).await;
    assert_eq!(
        (error.code(), error.is_retryable()),
        (Some("invalid_client"), false)
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Endpoint::answering(http("200 OK", TOKEN)).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let error = error_of(format!(
            "HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            other.url
        ))
        .await;
        assert!(!error.is_retryable(), "{status}");
    }
    assert!(other.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn broken_answers_are_errors_that_pass() {
    let cut = http("200 OK", TOKEN).into_bytes();
    let endless = "x".repeat(MAX_ANSWER_BYTES + 1);
    for answer in [
        Vec::new(),
        b"\xff\xfe\x00".to_vec(),
        cut[..20].to_vec(),
        cut[..cut.len() - 5].to_vec(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"acc".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope".to_vec(),
        http("200 OK", "").into_bytes(),
        http("200 OK", "<html>maintenance</html>").into_bytes(),
        http("200 OK", &endless).into_bytes(),
        http("503 Service Unavailable", "<html>").into_bytes(),
    ] {
        let start = String::from_utf8_lossy(&answer[..answer.len().min(60)]).into_owned();
        assert!(error_of(answer).await.is_retryable(), "{start}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_an_error_that_passes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(listener);
    let error = ClientCredentials::new(reqwest::Client::new(), url, "id", "hunter2")
        .fetch()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Auth, true)
    );
    assert!(error.to_string().contains("no connection"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_hangs_is_given_up_after_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let start = tokio::time::Instant::now();
    let credentials = ClientCredentials::new(reqwest::Client::new(), url, "id", "hunter2");
    let fetched = tokio::time::timeout(Duration::from_secs(60), credentials.fetch()).await;
    let error = fetched.expect("the request has no timeout").unwrap_err();
    assert!(
        error.is_retryable() && error.to_string().contains("within 5 s"),
        "{error}"
    );
    assert_eq!(start.elapsed().as_secs(), 5);
    drop(listener);
}

#[test]
fn debug_does_not_show_the_secret() {
    let url = "https://host/token".parse().unwrap();
    let credentials = ClientCredentials::new(reqwest::Client::new(), url, "the-id", "hunter2");
    assert!(!format!("{credentials:?}").contains("hunter2"));
}
