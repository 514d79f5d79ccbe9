//! What holds for every error, whatever the answer.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use timeback_qti::Error;

/// How much of the start of a secret tells it.
const TELLING: usize = 12;

/// An error says one bounded line, and no text of it shows the secret.
pub(crate) fn holds(error: &Error, secret: &str) {
    let shown = error.to_string();
    assert!(!shown.contains(char::is_control), "{shown:?}");
    let debug = [format!("{error:?}"), format!("{error:#?}")];
    for text in [&shown, &debug[0], &debug[1]] {
        assert!(text.len() <= 2048, "{} bytes: {text}", text.len());
        hides(text, secret);
    }
    assert!(error.body().unwrap_or_default().len() <= 2048);
    let words = [
        error.body(),
        error.code(),
        error.event_id(),
        error.request_id(),
        error.server_request_id(),
    ];
    for text in words.into_iter().flatten().chain([error.message()]) {
        hides(text, secret);
        if let Ok(value) = serde_json::from_str(text) {
            value_hides(&value, secret);
        }
    }
    if let Some(details) = error.details() {
        value_hides(details, secret);
    }
    for issue in error.issues() {
        hides(&issue.message, secret);
        hides(issue.field.as_deref().unwrap_or_default(), secret);
        hides(issue.code.as_deref().unwrap_or_default(), secret);
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        hides(&cause.to_string(), secret);
        source = cause.source();
    }
}

/// A text does not show the secret, nor as much of its start as tells it, in any of the ways to write it.
pub(crate) fn hides(text: &str, secret: &str) {
    assert!(!text.contains(&secret[..TELLING]), "{text}");
    let json = Value::from(secret).to_string();
    assert!(!text.contains(json.trim_matches('"')), "{text}");
    for encoded in [percent(secret), percent(secret).to_ascii_lowercase()] {
        assert!(!text.contains(&encoded), "{text}");
    }
}

fn value_hides(value: &Value, secret: &str) {
    match value {
        Value::String(text) => hides(text, secret),
        Value::Array(values) => values.iter().for_each(|value| value_hides(value, secret)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            hides(name, secret);
            value_hides(value, secret);
        }),
        _ => {}
    }
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// What is logged meanwhile.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> (T, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let outcome = tracing::subscriber::with_default(subscriber, work);
    let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner);
    (outcome, String::from_utf8_lossy(&bytes).into_owned())
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
