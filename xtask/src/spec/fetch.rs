//! Fetch: upstream's bytes, from a URL or a file.

use std::io::Read;
use std::time::Duration;

use super::error::{Error, Result};

/// Larger than any API document by far; a server that sends more is not sending one.
const LIMIT: u64 = 64 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the document at `from`, an `http(s)://` URL or the path of a file.
pub(crate) fn fetch(from: &str) -> Result<String> {
    let bytes = if is_url(from) {
        download(from)?
    } else {
        std::fs::read(from).map_err(|e| Error::new(from, e))?
    };
    String::from_utf8(bytes).map_err(|_| Error::new(from, "is not UTF-8 text"))
}

/// Whether `from` is fetched over HTTP rather than read from disk.
pub(crate) fn is_url(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

fn download(url: &str) -> Result<Vec<u8>> {
    let client = reqwest::blocking::Client::builder()
        .timeout(TIMEOUT)
        .build()
        .map_err(|e| Error::new(url, e))?;
    let response = client
        .get(url)
        .send()
        .map_err(|e| Error::new(url, cause(&e)))?;
    if !response.status().is_success() {
        return Err(Error::new(
            url,
            format!("the server answered {}", response.status()),
        ));
    }
    let mut bytes = Vec::new();
    response
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::new(url, e))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::new(url, format!("is larger than {LIMIT} bytes")));
    }
    Ok(bytes)
}

/// The innermost cause: reqwest's own text only repeats the URL.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}
