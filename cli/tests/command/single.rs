//! The verbs that are about one entity.

use serde_json::json;

use crate::support::{Place, sandbox_of};

const QTI_3: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

fn item(identifier: &str, body: &str) -> String {
    format!(
        "<qti-assessment-item xmlns=\"{QTI_3}\" identifier=\"{identifier}\" title=\"Capital\" adaptive=\"false\" \
         time-dependent=\"false\"><qti-response-declaration identifier=\"RESPONSE\" cardinality=\"single\" \
         base-type=\"identifier\"><qti-correct-response><qti-value>B</qti-value></qti-correct-response>\
         </qti-response-declaration><qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" \
         base-type=\"float\"/><qti-item-body><qti-choice-interaction response-identifier=\"RESPONSE\">\
         <qti-prompt>{body}</qti-prompt><qti-simple-choice identifier=\"A\">Milan</qti-simple-choice>\
         <qti-simple-choice identifier=\"B\">Rome</qti-simple-choice></qti-choice-interaction></qti-item-body>\
         <qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>\
         </qti-assessment-item>"
    )
}

#[tokio::test]
async fn an_entity_is_put_read_listed_scored_and_deleted_without_a_bank() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let xml = item("capital", "Of Italy?");
    std::fs::write(place.path("capital.xml"), &xml).unwrap();
    let ran = place.qti(&["put", "capital.xml"]).await.ended_with(0);
    assert_eq!(ran.out, "created item capital\n");
    let ran = place.qti(&["put", "capital.xml"]).await.ended_with(0);
    assert_eq!(ran.out, "unchanged item capital\n");
    place.change("capital.xml", "Italy", "Italia");
    let ran = place.qti(&["put", "capital.xml"]).await.ended_with(0);
    assert_eq!(ran.out, "replaced item capital\n");

    let ran = place.qti(&["get", "item/capital"]).await.ended_with(0);
    assert!(
        ran.out.contains("Of Italia?") && ran.out.ends_with("</qti-assessment-item>"),
        "{ran}"
    );
    let url = format!("{}/assessment-items/capital", sandbox.base_url());
    let ran = place
        .qti(&["get", &url, "--output", "copy.xml"])
        .await
        .ended_with(0);
    assert_eq!(ran.out, "");
    assert!(
        std::fs::read_to_string(place.path("copy.xml"))
            .unwrap()
            .contains("Of Italia?")
    );

    let ran = place
        .qti(&["ls", "--columns", "identifier,title,type,none"])
        .await
        .ended_with(0);
    assert_eq!(ran.out, "capital\tCapital\tchoice\t\n");
    let ran = place.qti(&["ls", "--json"]).await.ended_with(0);
    assert_eq!(ran.events("entity")[0]["entity"]["identifier"], "capital");

    for (response, score) in [("B", "1\n"), ("RESPONSE=A", "0\n")] {
        let ran = place.qti(&["score", "item/capital", response]).await;
        assert!(ran.ended_with(0).out.starts_with(score), "{response}");
    }

    let ran = place.qti(&["rm", "item/capital"]).await.ended_with(2);
    assert!(ran.err.contains("--yes"), "{ran}");
    place.qti(&["get", "item/capital"]).await.ended_with(0);
    assert_eq!(
        place
            .qti(&["rm", "item/capital", "--yes"])
            .await
            .ended_with(0)
            .out,
        "deleted item capital\n"
    );
    let ran = place
        .qti(&["rm", "item/capital", "--yes"])
        .await
        .ended_with(1);
    assert!(ran.err.contains("has no item capital"), "{ran}");
    place
        .qti(&["rm", "item/capital", "--yes", "--if-exists"])
        .await
        .ended_with(0);
    place.qti(&["get", "item/capital"]).await.ended_with(1);
}

#[tokio::test]
async fn a_url_of_another_service_is_refused_and_nothing_is_sent() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let before = sandbox.requests().len();
    for address in [
        "https://qti.example.org/api/assessment-items/capital",
        "http://127.0.0.1:1/api/assessment-items/capital",
        "elephant/capital",
        "capital",
        "item/..",
    ] {
        let ran = place.qti(&["rm", address, "--yes"]).await.ended_with(2);
        assert!(ran.err.contains(address), "{ran}");
    }
    assert_eq!(sandbox.requests().len(), before);
}

#[tokio::test]
async fn what_is_no_entity_is_not_put_and_the_file_is_named() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let before = sandbox.requests().len();
    for (xml, told) in [
        ("<p>", "line 1"),
        ("<html/>", "<html>"),
        ("<assessmentItem identifier='i'/>", "<assessmentItem>"),
        (&*item("..", ""), "no path can carry"),
    ] {
        std::fs::write(place.path("wrong.xml"), xml).unwrap();
        let ran = place.qti(&["put", "wrong.xml"]).await.ended_with(1);
        assert!(
            ran.err.contains("wrong.xml: ") && ran.err.contains(told),
            "{ran}"
        );
    }
    let writes = sandbox.requests().split_off(before);
    assert!(
        writes
            .iter()
            .all(|request| request.operation.as_deref() == Some("token"))
    );
    let ran = place.qti(&["put", "none.xml"]).await.ended_with(1);
    assert!(ran.err.contains("none.xml"), "{ran}");
}

#[tokio::test]
async fn metadata_is_changed_by_key_and_the_others_stay() {
    let sandbox = sandbox_of(1).await;
    let place = Place::with(&sandbox);
    std::fs::write(place.path("i.xml"), item("i", "?")).unwrap();
    std::fs::write(
        place.path("m.json"),
        json!({"kept": [1], "gone": true}).to_string(),
    )
    .unwrap();
    place
        .qti(&["put", "i.xml", "--metadata", "m.json"])
        .await
        .ended_with(0);
    let change = [
        "metadata",
        "item/i",
        "grade=5",
        "name=x y",
        "version=1.10",
        "number=123456789012345678901234",
        "code=\"5\"",
        "--unset",
        "gone",
        "--json",
    ];
    let ran = place.qti(&change).await.ended_with(0);
    let expected = json!({
        "kept": [1], "grade": 5, "name": "x y", "version": "1.10", "number": "123456789012345678901234", "code": "5",
    });
    assert_eq!(ran.events("metadata")[0]["metadata"], expected);
    let ran = place
        .qti(&["metadata", "item/i", "--json"])
        .await
        .ended_with(0);
    assert_eq!(ran.events("metadata")[0]["metadata"], expected);
    place.qti(&["metadata", "item/none"]).await.ended_with(1);
    for wrong in ["no-value", "=value", "list=[123456789012345678901234]"] {
        place
            .qti(&["metadata", "item/i", wrong])
            .await
            .ended_with(2);
    }
    for twice in [&["a=1", "a=2"][..], &["a=1", "--unset", "a"]] {
        let arguments = [&["metadata", "item/i"], twice].concat();
        let ran = place.qti(&arguments).await.ended_with(2);
        assert!(ran.err.contains("named twice"), "{ran}");
    }
    for wrong in ["{\"n\": 123456789012345678901234}", "[]", "{"] {
        std::fs::write(place.path("m.json"), wrong).unwrap();
        let put = ["put", "i.xml", "--metadata", "m.json"];
        let ran = place.qti(&put).await.ended_with(2);
        assert!(ran.err.contains("m.json: "), "{ran}");
    }

    // Of each kind.
    let listed = place
        .qti(&["ls", "stimuli", "--columns", "identifier"])
        .await
        .ended_with(0)
        .out;
    let stimulus = format!("stimulus/{}", listed.lines().next().unwrap());
    let ran = place
        .qti(&["metadata", &stimulus, "a=1", "--json"])
        .await
        .ended_with(0);
    assert_eq!(ran.events("metadata")[0]["metadata"]["a"], 1);
}

#[tokio::test]
async fn a_section_is_reordered_by_an_order_that_names_each_item_once() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    let references: String = ["a", "b", "c"]
        .iter()
        .map(|item| format!("<qti-assessment-item-ref identifier=\"{item}\" href=\"{item}.xml\"/>"))
        .collect();
    let test = |inside: &str| {
        format!(
            "<qti-assessment-test xmlns=\"{QTI_3}\" identifier=\"t\" title=\"T\"><qti-test-part identifier=\"p\" \
             navigation-mode=\"linear\" submission-mode=\"individual\"><qti-assessment-section identifier=\"s\" \
             title=\"S\" visible=\"true\">{inside}{references}</qti-assessment-section></qti-test-part>\
             </qti-assessment-test>"
        )
    };
    std::fs::write(place.path("t.xml"), test("")).unwrap();
    place.qti(&["put", "t.xml"]).await.ended_with(0);
    for (order, told) in [
        (&["c", "a"][..], "\"b\" is missing"),
        (&["c", "a", "b", "d"], "\"d\" is not in the section"),
        (&["c", "a", "b", "a"], "\"a\" is named more often"),
    ] {
        let arguments = [&["reorder", "section/t/p/s"], order].concat();
        let ran = place.qti(&arguments).await.ended_with(1);
        assert!(ran.err.contains(told), "{ran}");
    }
    let ran = place
        .qti(&["reorder", "section/t/p/s", "c", "a", "b"])
        .await
        .ended_with(0);
    assert_eq!(ran.out, "section s of t/p: c, a, b\n");
    let xml = place.qti(&["get", "test/t"]).await.ended_with(0).out;
    let at = |item: &str| xml.find(&format!("identifier=\"{item}\"")).unwrap();
    assert!(at("c") < at("a") && at("a") < at("b"), "{xml}");

    // What the service would drop on that.
    std::fs::write(
        place.path("t.xml"),
        test("<qti-rubric-block view=\"candidate\"/>"),
    )
    .unwrap();
    place.qti(&["put", "t.xml"]).await.ended_with(0);
    let ran = place
        .qti(&["reorder", "section/t/p/s", "b", "a", "c"])
        .await
        .ended_with(1);
    assert!(ran.err.contains("qti-rubric-block"), "{ran}");
    let url = format!(
        "{}/assessment-tests/t/test-parts/p/sections/s",
        sandbox.base_url()
    );
    let ran = place.qti(&["reorder", &url, "a"]).await.ended_with(1);
    assert!(ran.err.contains("each item once"), "{ran}");
    place.qti(&["reorder", "item/a", "a"]).await.ended_with(2);
}

#[tokio::test]
async fn a_file_is_validated_here_and_by_the_service() {
    let sandbox = sandbox_of(0).await;
    let place = Place::with(&sandbox);
    std::fs::write(place.path("good.xml"), item("i", "?")).unwrap();
    std::fs::write(
        place.path("undeclared.xml"),
        item("i", "?").replace(
            "identifier=\"RESPONSE\" cardinality",
            "identifier=\"X\" cardinality",
        ),
    )
    .unwrap();
    std::fs::write(place.path("broken.xml"), "<p>").unwrap();
    std::fs::write(place.path("old.xml"), "<assessmentItem/>").unwrap();
    assert_eq!(
        place.qti(&["validate", "good.xml"]).await.ended_with(0).out,
        "good.xml: valid\n"
    );
    for (file, told) in [
        ("undeclared.xml", "RESPONSE"),
        ("broken.xml", "line 1"),
        ("old.xml", "QTI 2.x"),
    ] {
        let ran = place
            .qti(&["validate", "good.xml", file])
            .await
            .ended_with(1);
        assert!(
            ran.out.starts_with("good.xml: valid\n") && ran.out.contains(told),
            "{ran}"
        );
    }
    // One that cannot be read keeps nobody from the others.
    std::fs::write(place.path("bytes.xml"), b"\xff\xfe").unwrap();
    let several = ["validate", "bytes.xml", "none.xml", ".", "good.xml"];
    let ran = place.qti(&several).await.ended_with(1);
    assert!(ran.out.contains("bytes.xml: invalid: "), "{ran}");
    assert!(ran.out.contains("none.xml: invalid: "), "{ran}");
    assert!(ran.out.ends_with("good.xml: valid\n"), "{ran}");

    let nowhere = Place::new();
    std::fs::write(nowhere.path("good.xml"), item("i", "?")).unwrap();
    nowhere
        .qti(&["validate", "good.xml", "--offline"])
        .await
        .ended_with(0);
    nowhere.qti(&["validate", "good.xml"]).await.ended_with(2);
}
