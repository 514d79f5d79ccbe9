//! Faults on purpose, set in process and over HTTP.

use std::io::ErrorKind;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

use crate::support::{Api, item_xml, section_body};

const SECTION: &str = "/assessment-tests/t/test-parts/p/sections/s";
const SECTIONS: &str = "/assessment-tests/t/test-parts/p/sections";

/// The statuses of so many reads of a section; 0 for a connection that was reset.
async fn statuses(api: &Api, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        let answer = api.request(Method::GET, SECTION).send().await;
        statuses.push(answer.map_or(0, |response| response.status().as_u16()));
    }
    statuses
}

/// The connection of a create of a section is reset.
async fn assert_create_is_reset(api: &Api, identifier: &str) {
    let create = api.request(Method::POST, SECTIONS);
    let answer = create.json(&section_body(identifier)).send().await;
    let error = answer.unwrap_err();
    assert_eq!(
        io_kind(&error),
        Some(ErrorKind::ConnectionReset),
        "{error:?}"
    );
}

/// The kind of the input/output error behind an error.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

#[tokio::test]
async fn a_status_comes_with_its_body_and_its_retry_after() {
    let api = Api::with_test().await;
    let busy = Effect::status(429)
        .retry_after("2")
        .body(json!({"error": "Slow down"}));
    api.sandbox
        .set_faults([FaultRule::new(busy).on("getSection").times(1)])
        .unwrap();
    let response = api.request(Method::GET, SECTION).send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "2")
    );
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({"error": "Slow down"})
    );
    assert_eq!(statuses(&api, 2).await, [200, 200]);

    api.sandbox
        .set_faults([FaultRule::new(Effect::status(503).body("<h1>Down</h1>"))])
        .unwrap();
    let response = api.request(Method::GET, SECTION).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(response.text().await.unwrap(), "<h1>Down</h1>");
}

#[tokio::test]
async fn rules_count_the_requests_that_they_apply_to() {
    let api = Api::with_test().await;
    let rule = |status: u16| FaultRule::new(Effect::status(status)).on("getSection");
    for (rules, wanted) in [
        (vec![rule(500).nth(3)], [200, 200, 500, 200, 200]),
        (vec![rule(500).nth(2).times(3)], [200, 500, 500, 500, 200]),
        (vec![rule(500).times(2)], [500, 500, 200, 200, 200]),
        (
            vec![rule(500).nth(2), rule(502).nth(2), rule(503).nth(4)],
            [200, 500, 502, 503, 200],
        ),
        (vec![rule(500).on("updateSection")], [200; 5]),
        (vec![FaultRule::new(Effect::status(500))], [500; 5]),
        (vec![], [200; 5]),
    ] {
        api.sandbox.set_faults(rules.clone()).unwrap();
        assert_eq!(statuses(&api, 5).await, wanted, "{rules:?}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_faults() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let api = Api::with(Sandbox::builder().seed(seed)).await;
        let rule = |status: u16| FaultRule::new(Effect::status(status)).probability(0.3);
        api.sandbox.set_faults([rule(500), rule(503)]).unwrap();
        runs.push(statuses(&api, 40).await);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    for status in [404, 500, 503] {
        assert!(runs[0].contains(&status), "{status} in {:?}", runs[0]);
    }
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_before_the_operation() {
    let api = Api::with_test().await;
    api.sandbox
        .set_faults([FaultRule::new(Effect::Reset).on("createSection").times(1)])
        .unwrap();
    assert_create_is_reset(&api, "new").await;
    api.get(&format!("{SECTIONS}/new")).await.expect(404);
    api.post(SECTIONS, &section_body("new")).await.expect(201);
}

#[tokio::test]
async fn a_lost_reply_leaves_the_write_applied() {
    let api = Api::with_test().await;
    let rule = |status| {
        FaultRule::new(Effect::LoseReply { status })
            .on("createSection")
            .times(1)
    };
    api.sandbox.set_faults([rule(None)]).unwrap();
    assert_create_is_reset(&api, "one").await;
    assert_eq!(
        api.post(SECTIONS, &section_body("one")).await.error(409),
        "Section already exists"
    );

    api.sandbox.set_faults([rule(Some(502))]).unwrap();
    let page = api.post(SECTIONS, &section_body("two")).await.expect(502);
    assert!(page.as_str().unwrap().starts_with("<html>"));
    api.get(&format!("{SECTIONS}/two")).await.expect(200);
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_in_its_body() {
    let api = Api::with_test().await;
    api.sandbox
        .set_faults([FaultRule::new(Effect::Truncate).times(2)])
        .unwrap();
    let mut response = api.request(Method::GET, SECTION).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let announced = response.content_length().unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!(first.len() as u64, announced / 2);
    response.chunk().await.unwrap_err();
    // An answer without a body is lost whole.
    api.request(Method::DELETE, &format!("{SECTION}/items/i1"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        api.get(SECTION).await.expect(200)["qti-assessment-item-ref"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_stalled_request_never_ends_and_latency_only_delays() {
    let api = Api::with_test().await;
    let rules = [
        FaultRule::new(Effect::Stall).times(1),
        FaultRule::new(Effect::Latency { millis: 5 }).nth(2),
    ];
    api.sandbox.set_faults(rules).unwrap();
    let stalled = api
        .request(Method::GET, SECTION)
        .timeout(Duration::from_millis(100))
        .send()
        .await
        .unwrap_err();
    assert!(stalled.is_timeout());
    api.get(SECTION).await.expect(200);
    let seen: Vec<_> = api
        .sandbox
        .requests()
        .into_iter()
        .rev()
        .take(2)
        .map(|request| (request.fault, request.status))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("latency 5 ms".to_owned()), Some(200)),
            (Some("stall".to_owned()), None)
        ]
    );
}

#[tokio::test]
async fn a_token_can_expire_or_be_revoked_under_way() {
    for (effect, field) in [
        (Effect::ExpiredToken, "imsx_description"),
        (Effect::RevokedToken, "error"),
    ] {
        let api = Api::with_test().await;
        api.sandbox
            .set_faults([FaultRule::new(effect).on("getSection").nth(2)])
            .unwrap();
        api.get(SECTION).await.expect(200);
        assert!(api.get(SECTION).await.expect(401)[field].is_string());
        api.get("/assessment-tests").await.expect(401);
    }
}

#[tokio::test]
async fn the_token_endpoint_can_go_wrong_too() {
    let api = Api::start().await;
    api.sandbox
        .set_faults([FaultRule::new(Effect::status(500)).on("token").times(1)])
        .unwrap();
    let ask = || {
        api.http
            .post(api.sandbox.token_url())
            .form(&[("grant_type", "client_credentials")])
    };
    assert_eq!(ask().send().await.unwrap().status(), 500);
    assert_eq!(ask().send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn an_update_from_xml_can_leave_the_fields_as_they_were() {
    let api = Api::start().await;
    let path = "/assessment-items/i";
    let form = |xml: &str| json!({"format": "xml", "xml": xml});
    let before = item_xml("i");
    let after = before
        .replace("max-choices=\"1\"", "max-choices=\"2\" shuffle=\"true\"")
        .replace(
            "single\" base-type=\"identifier",
            "multiple\" base-type=\"identifier",
        );
    api.post("/assessment-items", &form(&before))
        .await
        .expect(201);
    let stale = FaultRule::new(Effect::StaleFields)
        .on("updateAssessmentItem")
        .times(2);
    api.sandbox.set_faults([stale]).unwrap();
    for _ in 0..2 {
        let updated = api.put(path, &form(&after)).await.expect(200);
        assert_eq!(updated["rawXml"], after);
        assert_eq!(updated["responseDeclarations"][0]["cardinality"], "single");
        assert_eq!(
            updated["interaction"],
            json!({"type": "choice", "responseIdentifier": "RESPONSE", "shuffle": false, "maxChoices": 1})
        );
        assert_eq!(api.get(path).await.expect(200), updated);
    }
    let fresh = api.put(path, &form(&after)).await.expect(200);
    assert_eq!(fresh["responseDeclarations"][0]["cardinality"], "multiple");
    assert_eq!(fresh.get("interaction"), None);
}

#[tokio::test]
async fn faults_requests_and_a_fresh_start_are_there_over_http() {
    let api = Api::with_test().await;
    let own = |path: &str| {
        format!(
            "{}/_sandbox/{path}",
            api.sandbox.base_url().trim_end_matches("/api")
        )
    };
    let rules = json!([
        {"operation": "getSection", "nth": 1, "effect": {"status": {"status": 503, "retryAfter": "1", "body": {"error": "x"}}}},
        {"probability": 0.0, "effect": "reset", "times": 3},
        {"effect": {"loseReply": {"status": 502}}, "operation": "deleteSection"},
        {"effect": {"latency": {"millis": 1}}, "operation": "searchSections"},
        {"effect": "expiredToken", "operation": "searchStimuli"},
    ]);
    let set = async |rules: &Value| api.send(api.http.put(own("faults")).json(rules)).await;
    set(&rules).await.expect(204);
    assert_eq!(statuses(&api, 2).await, [503, 200]);
    let shown = api.send(api.http.get(own("faults"))).await.expect(200);
    assert_eq!(
        (&shown[0]["rule"], &shown[0]["seen"], &shown[0]["fired"]),
        (&rules[0], &json!(2), &json!(1))
    );

    for wrong in [
        json!([{"effect": "explode"}]),
        json!([{"effect": "reset", "operation": "noSuchOperation"}]),
        json!([{"effect": "reset", "probability": 1.5}]),
        json!([{"effect": "reset", "nth": 0}]),
        json!([{"effect": {"status": {"status": 999}}}]),
        json!([{"effect": "reset", "colour": "red"}]),
        json!([{"effect": "staleFields"}]),
        json!([{"effect": "staleFields", "operation": "updateStimulus"}]),
        json!({}),
    ] {
        set(&wrong).await.expect(400);
    }

    let requests = api.send(api.http.get(own("requests"))).await.expect(200);
    let kept: Vec<_> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|request| {
            (
                request["operation"].as_str().unwrap(),
                request["status"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        kept,
        [
            ("token", Some(200)),
            ("createAssessmentTest", Some(201)),
            ("getSection", Some(503)),
            ("getSection", Some(200))
        ]
    );
    assert_eq!(requests[2]["fault"], "status 503");
    assert!(requests[1]["body"].as_str().unwrap().contains("Warm-up"));

    api.send(api.http.post(own("reset"))).await.expect(204);
    assert_eq!(
        api.send(api.http.get(own("requests"))).await.expect(200),
        json!([])
    );
    assert_eq!(
        api.send(api.http.get(own("faults"))).await.expect(200),
        json!([])
    );
    assert_eq!(statuses(&api, 1).await, [404]);
}
