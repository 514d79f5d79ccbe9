//! A service that keeps one entity.

use serde_json::{Value, json};
use timeback_qti::Client;
use timeback_qti::models::Metadata;

use super::once;
use super::server::{Server, json as answer};

pub const ITEM: &str = "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"i\" title=\"Salt &amp; pepper\">\
    <qti-item-body><p class=\"a\">One <b>two</b></p></qti-item-body></qti-assessment-item>";
pub const TEST: &str = "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"t\" title=\"T\"><qti-test-part identifier=\"p\"/></qti-assessment-test>";

pub fn metadata() -> Metadata {
    Metadata::from_iter([("grade".to_owned(), json!(5))])
}

/// A service that keeps what it is sent, changed by `alter`.
pub async fn keeper(
    identifier: &'static str,
    raw_xml: &str,
    alter: fn(&mut Value),
) -> (Server, Client) {
    let stored = json!({"identifier": identifier, "rawXml": raw_xml, "metadata": {"grade": 5}});
    let stored = std::sync::Mutex::new(stored);
    let server = Server::start(move |request, _| {
        let mut stored = stored.lock().unwrap();
        if request.method == "PUT" {
            if request.header("content-type") == Some("application/xml") {
                stored["rawXml"] = String::from_utf8(request.body.clone()).unwrap().into();
                stored["metadata"] = json!({});
            } else if let Some(xml) = request.json().get("xml") {
                stored["rawXml"] = xml.clone();
                stored["metadata"] = request.json()["metadata"].clone();
            } else {
                stored["metadata"] = request.json()["metadata"].clone();
            }
            alter(&mut stored);
        }
        answer(200, &stored)
    })
    .await;
    let client = once(&server.url);
    (server, client)
}
