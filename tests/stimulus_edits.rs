//! Edits of stimuli: the content is the body of the XML, and what would be lost is refused.

mod support;

use serde_json::{Value, json};
use support::document::fixture;
use support::holder::{holder, refused, without, written_after};
use timeback_qti::models::CatalogInfo;

#[tokio::test]
async fn a_stimulus_goes_back_with_the_body_of_its_xml_to_the_letter() {
    let mut stimulus = fixture("Stimulus");
    let body = "\n <p>Rome &amp; <i>Milan</i>&#xA0;<![CDATA[<&>]]></p><!-- both -->\n";
    stimulus["rawXml"] = stimulus_xml("", "", body).into();
    let (server, client) = holder(stimulus.clone()).await;
    client
        .stimulus("italy")
        .edit(|stimulus| stimulus.title = "Italia".to_owned())
        .await
        .unwrap();
    let mut expected = without(
        stimulus,
        &["_id", "__v", "createdAt", "updatedAt", "rawXml"],
    );
    expected["title"] = json!("Italia");
    expected["content"] = json!(body);
    assert_eq!(written_after(1, &server), expected);
}

fn stimulus_xml(root: &str, more: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<qti-assessment-stimulus xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" {root} \
         identifier=\"italy\" title=\"Italy\" xml:lang=\"en\"><qti-stylesheet href=\"x.css\" type=\"text/css\"/>{more}\
         <qti-stimulus-body>{body}</qti-stimulus-body><qti-catalog-info><qti-catalog id=\"c-1\"/></qti-catalog-info>\
         </qti-assessment-stimulus>"
    )
}

#[tokio::test]
async fn an_edit_sends_back_the_language_that_only_the_xml_of_a_stimulus_says() {
    for unsaid in [None, Some(Value::Null)] {
        let mut stimulus = fixture("Stimulus");
        stimulus["rawXml"] = stimulus_xml("", "", "<p/>").into();
        stimulus.as_object_mut().unwrap().remove("language");
        if let Some(null) = unsaid {
            stimulus["language"] = null;
        }
        let (server, client) = holder(stimulus).await;
        client
            .stimulus("italy")
            .edit(|stimulus| {
                assert_eq!(stimulus.language.as_deref(), Some("en"));
                stimulus.title = "Italia".to_owned();
            })
            .await
            .unwrap();
        assert_eq!(written_after(1, &server)["language"], "en");
    }
}

#[tokio::test]
async fn a_stimulus_whose_xml_says_more_is_refused() {
    let cases = [
        (
            stimulus_xml(
                "",
                "<qti-stylesheet href=\"y.css\" type=\"text/css\"/>",
                "<p/>",
            ),
            "qti-stylesheet",
        ),
        (
            stimulus_xml("xmlns:m=\"urn:m\"", "", "<m:math/>"),
            "content",
        ),
        (stimulus_xml("class=\"x\"", "", "<p/>"), "@class"),
        (
            stimulus_xml("", "", "<p/>")
                .replace("<qti-stimulus-body>", "<qti-stimulus-body id=\"b\">"),
            "@id",
        ),
        (
            stimulus_xml("", "", "<p/>").replace("qti-stimulus-body", "x"),
            "body",
        ),
    ];
    for (xml, named) in cases {
        let mut stimulus = fixture("Stimulus");
        stimulus["rawXml"] = xml.into();
        let (server, client) = holder(stimulus).await;
        let error = client
            .stimulus("italy")
            .edit(|stimulus| stimulus.title.push('!'))
            .await
            .unwrap_err();
        refused(&error, &server, named);
    }
}

#[tokio::test]
async fn content_that_is_not_well_formed_is_refused_with_its_place() {
    let mut stimulus = fixture("Stimulus");
    stimulus["rawXml"] = stimulus_xml("", "", "<p>x</p>").into();
    let (server, client) = holder(stimulus).await;
    let stimulus = client.stimulus("italy");
    let error = stimulus
        .edit(|stimulus| stimulus.content = "<p>\nfish & chips</p>".to_owned())
        .await
        .unwrap_err();
    refused(&error, &server, "line 2, column 6");

    let mut input = timeback_qti::models::StimulusInput::new("italy", "Italy", "one<br>two");
    input.catalog_info = Some(vec![CatalogInfo::new("c", "spoken")]);
    for error in [
        stimulus.update(&input).await.unwrap_err(),
        client.stimuli().create(&input).await.unwrap_err(),
        client.stimuli().upsert(&input).await.unwrap_err(),
    ] {
        refused(&error, &server, "content: line 1, column");
    }
}
