//! Answers of the API, with any status, headers and body: `500`, headers, an empty line, the body.

use timeback_qti::{Error, ErrorKind};

use super::error::{hides, holds, logged};
use super::service::{Answer, Service, TOKEN};

thread_local! {
    static SERVICE: Service = Service::start();
}

pub fn check(bytes: &[u8]) {
    let answer = Answer::read(bytes);
    SERVICE.with(|service| {
        service.answers(answer.clone(), Answer::default());
        let client = service.client(|builder| builder.static_token(TOKEN));
        let ((got, deleted), log) = logged(|| {
            service.run(async {
                (
                    client.item("i").get().await,
                    client.item("i").delete().await,
                )
            })
        });
        hides(&log, TOKEN);
        for result in [got.map(drop), deleted] {
            match result {
                Ok(()) => assert!((200..300).contains(&answer.status), "{answer:?}"),
                Err(error) => is_right(&error, &answer),
            }
        }
    });
}

fn is_right(error: &Error, answer: &Answer) {
    holds(error, TOKEN);
    let kind = match answer.status {
        // What says that it is compressed and is not cannot be read at all.
        _ if error.kind() == ErrorKind::Transport => ErrorKind::Transport,
        200..=299 => ErrorKind::Decode,
        401 | 403 => ErrorKind::Auth,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimit,
        400..=499 => ErrorKind::Request,
        _ => ErrorKind::Server,
    };
    assert_eq!(error.kind(), kind, "{error}");
    let is_compressed = answer
        .headers
        .iter()
        .any(|(name, _)| name == "content-encoding");
    assert!(
        kind != ErrorKind::Transport || is_compressed || (300..400).contains(&answer.status),
        "{error}"
    );
    if kind != ErrorKind::Transport {
        assert_eq!(error.status(), Some(answer.status));
    }
    // A token that is refused is asked for once more.
    let attempts = if answer.status == 401 { 2 } else { 1 };
    assert_eq!(error.attempts(), attempts, "{error}");
    assert!(error.operation().is_some());
    let is_sent = answer.body.is_empty() || is_compressed || answer.status == 204;
    assert!(
        is_sent || error.body().is_some() || kind == ErrorKind::Transport,
        "{error:?}"
    );
}
