//! Fetch: upstream's bytes, from a URL or a file.

use std::io::Read;
use std::time::Duration;

use super::error::{Error, Result};

/// The most bytes that are read, far more than any API document has.
const LIMIT: u64 = 64 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the document at `from`, an `http(s)://` URL or the path of a file.
pub(crate) fn fetch(from: &str) -> Result<String> {
    let bytes = if is_url(from) {
        download(from)?
    } else if let Some((scheme, _)) = from.split_once("://") {
        let problem = format!("`{scheme}` is neither http nor https; a file is given by its path");
        return Err(Error::new(from, problem));
    } else {
        std::fs::read(from).map_err(|e| Error::new(from, e))?
    };
    String::from_utf8(bytes).map_err(|_| Error::new(from, "is not UTF-8 text"))
}

/// Whether `from` is fetched over HTTP rather than read from disk.
pub(crate) fn is_url(from: &str) -> bool {
    from.split_once("://").is_some_and(|(scheme, _)| {
        ["https", "http"]
            .iter()
            .any(|http| scheme.eq_ignore_ascii_case(http))
    })
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::spec::testing::error;

    /// A server that gives one answer and stops.
    fn serve(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        format!("http://{address}/openapi.yaml")
    }

    #[test]
    fn a_url_is_downloaded() {
        let url = serve("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\nopenapi: 3.1.0");
        assert_eq!(fetch(&url).unwrap(), "openapi: 3.1.0");
    }

    #[test]
    fn a_url_is_one_in_capitals_too() {
        let url = serve("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\nopenapi: 3.1.0");
        assert_eq!(
            fetch(&url.replace("http", "HTTP")).unwrap(),
            "openapi: 3.1.0"
        );
    }

    #[test]
    fn a_url_that_is_not_fetched_is_refused_and_not_looked_for_on_disk() {
        assert_eq!(
            error(fetch("file:///api.yaml")),
            "file:///api.yaml: `file` is neither http nor https; a file is given by its path"
        );
    }

    #[test]
    fn a_status_other_than_success_is_an_error_with_the_url() {
        let url = serve("HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nnope.");
        assert_eq!(
            error(fetch(&url)),
            format!("{url}: the server answered 404 Not Found")
        );
    }

    #[test]
    fn a_broken_body_is_an_error_with_the_url() {
        let url = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nopenapi");
        assert!(error(fetch(&url)).starts_with(&url));
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error_with_the_url() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let error = error(fetch(&url));
        assert!(error.starts_with(&url) && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_or_no_text_is_an_error_with_its_name() {
        assert!(error(fetch("no/such/file.yaml")).starts_with("no/such/file.yaml: "));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("binary");
        std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        assert!(error(fetch(path.to_str().unwrap())).ends_with("is not UTF-8 text"));
    }
}
