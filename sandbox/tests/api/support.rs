//! A plain HTTP client for the sandbox, and the bodies that tests start from.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use timeback_qti_sandbox::{Sandbox, SandboxBuilder};

use crate::token::token;

/// A sandbox and a client with a token for it.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
}

/// An answer: the status and the body as JSON, or as text where it is none.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    /// The body, if the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The text of the error body's `error`, if the status is this one.
    #[track_caller]
    pub(crate) fn error(self, status: u16) -> String {
        self.expect(status)["error"]
            .as_str()
            .expect("an error body has an error")
            .to_owned()
    }

    /// The fields that a 400 complains of.
    #[track_caller]
    pub(crate) fn refused_fields(self) -> Vec<String> {
        let body = self.expect(400);
        assert!(body["details"].is_string(), "{body:#}");
        let issues = body["meta"]["issues"]
            .as_array()
            .expect("a 400 lists its issues");
        issues
            .iter()
            .map(|issue| issue["field"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Api {
    pub(crate) async fn start() -> Api {
        Api::with(Sandbox::builder()).await
    }

    pub(crate) async fn with(builder: SandboxBuilder) -> Api {
        let sandbox = builder.start().await.unwrap();
        let http = reqwest::Client::new();
        let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
        let token = token(&sandbox.token_url(), id, secret).await;
        Api {
            sandbox,
            http,
            token,
        }
    }

    /// A sandbox with the test `t`, in it the part `p`, in it the section `s` with the items `i1`, `i2` and `i3`.
    pub(crate) async fn with_test() -> Api {
        let api = Api::start().await;
        api.post("/assessment-tests", &test_body("t"))
            .await
            .expect(201);
        api
    }

    /// Creates stimuli of these identifiers.
    pub(crate) async fn with_stimuli(&self, identifiers: &[&str]) {
        for identifier in identifiers {
            let body =
                json!({"identifier": identifier, "title": "Passage", "content": "<p>Text</p>"});
            self.post("/stimuli", &body).await.expect(201);
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.sandbox.base_url()))
            .bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn send_xml(&self, method: Method, path: &str, xml: &str) -> Answer {
        self.send(
            self.request(method, path)
                .header("content-type", "application/xml")
                .body(xml.to_owned()),
        )
        .await
    }

    /// The identifiers on a page, in its order.
    pub(crate) async fn listed(&self, path: &str) -> Vec<String> {
        let page = self.get(path).await.expect(200);
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["identifier"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The XML of the test `t`.
    pub(crate) async fn test_xml(&self) -> String {
        self.get("/assessment-tests/t").await.expect(200)["rawXml"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

pub(crate) fn section_body(identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "title": "Warm-up",
        "visible": true,
        "sequence": 1,
        "qti-assessment-item-ref": [{"identifier": "i1"}, {"identifier": "i2"}, {"identifier": "i3"}],
    })
}

pub(crate) fn part_body(identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "navigationMode": "linear",
        "submissionMode": "individual",
        "qti-assessment-section": [section_body("s")],
    })
}

pub(crate) fn test_body(identifier: &str) -> Value {
    json!({"identifier": identifier, "title": "Algebra", "qti-test-part": [part_body("p")]})
}

/// An item with one choice interaction, whose correct answer is `A`.
pub(crate) fn item_xml(identifier: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}" title="Capitals" adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>A</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-assessment-stimulus-ref identifier="passage" href="stimuli/passage"/>
  <qti-item-body>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
      <qti-prompt>Which is the capital of <b>France</b>?</qti-prompt>
      <qti-simple-choice identifier="A">Paris</qti-simple-choice>
      <qti-simple-choice identifier="B">Lyon</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"#
    )
}

/// The same item in the JSON authoring form.
pub(crate) fn item_body(identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "title": "Capitals",
        "type": "choice",
        "interaction": {
            "type": "choice",
            "responseIdentifier": "RESPONSE",
            "shuffle": true,
            "maxChoices": 1,
            "questionStructure": {
                "prompt": "Which is the capital of <b>France</b>?",
                "choices": [
                    {"identifier": "A", "content": "Paris", "feedbackInline": "Yes.", "feedbackOutcomeIdentifier": "HINT"},
                    {"identifier": "B", "content": "Lyon"},
                ],
            },
        },
        "responseDeclarations": [
            {"identifier": "RESPONSE", "cardinality": "single", "baseType": "identifier", "correctResponse": {"value": ["A"]}},
        ],
        "outcomeDeclarations": [
            {"identifier": "FEEDBACK", "cardinality": "single", "baseType": "identifier"},
            {"identifier": "HINT", "cardinality": "single", "baseType": "identifier"},
        ],
        "responseProcessing": {
            "templateType": "match_correct",
            "responseDeclarationIdentifier": "RESPONSE",
            "outcomeIdentifier": "FEEDBACK",
            "correctResponseIdentifier": "RIGHT",
            "incorrectResponseIdentifier": "WRONG",
            "inlineFeedback": {"outcomeIdentifier": "HINT", "variableIdentifier": "RESPONSE"},
        },
    })
}
