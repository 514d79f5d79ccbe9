//! Text of others that a terminal would take for orders.

use serde_json::json;
use timeback_qti::models::StimulusInput;
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

use crate::support::{self, Place, Ran, client, sandbox_of, stimulus_xml};

/// Sets the title of a terminal's window, and a colour; the last is the eight-bit form, the only one that XML can hold.
const ORDERS: &str = "\u{1b}]0;owned\u{7}\u{7f}\u{9b}31m";
const IN_XML: &str = "\u{9b}31m\u{7f}";

/// Fails where anything but our own colours could be an order.
fn assert_obeys_nobody(what: &[&str], ran: &Ran) {
    let mut told = format!("{}{}", ran.out, ran.err);
    for colour in ["[31m", "[32m", "[33m", "[2m", "[0m"] {
        told = told.replace(&format!("\u{1b}{colour}"), "");
    }
    let order = told
        .chars()
        .find(|order| order.is_control() && !matches!(order, '\n' | '\t'));
    assert_eq!(order, None, "{what:?}: {:?}", ran.to_string());
}

/// A pulled bank of a stimulus whose title, content and metadata are orders, and a place to look at it.
async fn pulled() -> (Sandbox, Place) {
    let sandbox = sandbox_of(0).await;
    let mut stimulus = StimulusInput::new("red", IN_XML, format!("<p>{IN_XML}</p>"));
    let metadata = json!({"orders": ORDERS, ORDERS: [ORDERS]});
    stimulus.metadata = Some(metadata.as_object().unwrap().clone());
    client(&sandbox).stimuli().create(&stimulus).await.unwrap();
    let place = support::pulled(&sandbox).await;
    (sandbox, place)
}

#[tokio::test]
async fn a_terminal_gets_no_orders_from_the_content_of_any_entity() {
    let (sandbox, place) = pulled().await;
    place.change("stimuli/red.xml", "<p>", "<p>new ");
    place.change("stimuli/red.json", "orders", "ordered");
    std::fs::write(
        place.path("stimuli/new.xml"),
        stimulus_xml("new").replace("Rome", IN_XML),
    )
    .unwrap();
    std::fs::create_dir_all(place.path("items")).unwrap();
    let item = format!(
        "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"i\" title=\"I\" \
         adaptive=\"false\" time-dependent=\"false\"><qti-item-body><img src=\"{IN_XML}.png\" alt=\"\"/>\
         <p class=\"{IN_XML}\"><{IN_XML}/></p></qti-item-body></qti-assessment-item>"
    );
    std::fs::write(place.path("items/broken.xml"), &item).unwrap();
    let item = item
        .replace(&format!("<{IN_XML}/>"), "")
        .replace("\"i\"", "\"shown\"");
    std::fs::write(place.path("items/shown.xml"), item).unwrap();
    for arguments in [
        &["ls", "stimuli"][..],
        &[
            "ls",
            "stimuli",
            "--columns",
            "title,metadata.orders,metadata",
        ],
        &["status"],
        &["diff"],
        &["diff", "--places"],
        &["audit"],
        &["validate", "items/broken.xml", "--offline"],
        &["put", "items/broken.xml"],
        &["push", "--dry-run"],
        &["push", "--yes"],
        &["restore", "--dry-run"],
        &["pack", "all.zip", "item/shown"],
        &["get", "item/\u{9b}31m"],
        &["rm", "stimulus/red", "\u{1b}[31m", "--yes"],
    ] {
        let coloured = [arguments, &["--color", "always"]].concat();
        assert_obeys_nobody(arguments, &place.qti(&coloured).await);
    }
    drop(sandbox);
}

#[cfg(unix)]
#[tokio::test]
async fn a_terminal_gets_no_orders_from_a_package() {
    let place = Place::new();
    for bank in ["one", "other"] {
        place.qti(&["init", bank]).await.ended_with(0);
        std::fs::create_dir(place.path(bank).join("media")).unwrap();
        let media = place.path(bank).join(format!("media/{IN_XML}.svg"));
        std::fs::write(media, format!("<svg id='{bank}'/>")).unwrap();
    }
    let pack = ["pack", "one.zip", "--bank", "one", "--color", "always"];
    let refused = place.qti(&pack).await.ended_with(1);
    assert!(refused.err.contains(".svg"), "{refused}");
    assert_obeys_nobody(&pack, &refused);
    // Other programs pack such a name.
    let harmless = "z".repeat(IN_XML.len());
    let media = place.path("one/media");
    let names = [IN_XML, &harmless].map(|name| media.join(format!("{name}.svg")));
    std::fs::rename(&names[0], &names[1]).unwrap();
    place.qti(&pack).await.ended_with(0);
    let mut package = std::fs::read(place.path("one.zip")).unwrap();
    for at in 0..package.len() - harmless.len() {
        if package[at..].starts_with(harmless.as_bytes()) {
            package[at..at + harmless.len()].copy_from_slice(IN_XML.as_bytes());
        }
    }
    std::fs::write(place.path("one.zip"), package).unwrap();
    for bank in ["one", "other"] {
        let arguments = ["unpack", "one.zip", "--bank", bank, "--color", "always"];
        let ran = place.qti(&arguments).await;
        assert!(ran.err.contains(".svg"), "{ran}");
        assert_obeys_nobody(&arguments, &ran);
    }
}

#[tokio::test]
async fn a_terminal_gets_no_orders_from_what_the_service_says() {
    let (sandbox, place) = pulled().await;
    place.change("stimuli/red.xml", "<p>", "<p>new ");
    std::fs::write(place.path("new.xml"), stimulus_xml("new")).unwrap();
    let told = json!({"error": ORDERS, "message": ORDERS, "details": [{"message": ORDERS, "path": [ORDERS]}]});
    let refused = || FaultRule::new(Effect::status(422).body(told.clone()));
    let invalid = json!({"success": "false", "message": ORDERS, "validationErrors": [ORDERS]});
    let unreadable =
        json!({"items": [{"identifier": ORDERS, "title": 7}], "total": 1, "page": 1, "pages": 1});
    for (operation, rule, verbs) in [
        (
            "updateStimulus",
            refused(),
            &[&["push", "--yes"][..], &["metadata", "stimulus/red", "a=b"]][..],
        ),
        ("createStimulus", refused(), &[&["put", "new.xml"]]),
        (
            "getStimulus",
            refused(),
            &[&["get", "stimulus/red"], &["rm", "stimulus/red", "--yes"]],
        ),
        (
            "deleteStimulus",
            refused(),
            &[&["rm", "stimulus/red", "--yes"]],
        ),
        (
            "searchStimuli",
            refused(),
            &[
                &["pull"],
                &["status"],
                &["ls", "stimuli"],
                &["audit", "--service"],
            ],
        ),
        (
            "searchStimuli",
            FaultRule::new(Effect::status(200).body(unreadable)),
            &[
                &["ls", "stimuli"],
                &["pull"],
                &["status"],
                &["audit", "--service"],
            ],
        ),
        ("processResponse", refused(), &[&["score", "item/i", "B"]]),
        (
            "validateXml",
            FaultRule::new(Effect::status(200).body(invalid)),
            &[&["validate", "new.xml"]],
        ),
    ] {
        sandbox.set_faults([rule.on(operation)]).unwrap();
        for arguments in verbs {
            let coloured = [arguments, &["--color", "always"][..]].concat();
            let ran = place.qti(&coloured).await;
            assert!(
                format!("{}{}", ran.out, ran.err).contains("owned"),
                "{arguments:?}: {ran}"
            );
            assert_obeys_nobody(arguments, &ran);
            let logged = [arguments, &["-vvv"][..]].concat();
            assert_obeys_nobody(&logged, &place.qti(&logged).await);
        }
    }
}

#[tokio::test]
async fn content_goes_to_files_and_pipes_byte_for_byte() {
    let (sandbox, place) = pulled().await;
    let stored = client(&sandbox).stimulus("red").get().await.unwrap();
    let xml = stored.raw_xml.unwrap();
    assert!(xml.contains(IN_XML), "{xml:?}");
    assert_eq!(
        place.qti(&["get", "stimulus/red"]).await.ended_with(0).out,
        xml
    );
    place
        .qti(&["get", "stimulus/red", "--output", "red.xml"])
        .await
        .ended_with(0);
    assert_eq!(std::fs::read_to_string(place.path("red.xml")).unwrap(), xml);
    let told = place
        .qti(&["get", "stimulus/red", "--json"])
        .await
        .ended_with(0);
    assert_eq!(told.events("entity")[0]["xml"], xml);
    let metadata = json!({"orders": ORDERS, ORDERS: [ORDERS]});
    let told = place
        .qti(&["metadata", "stimulus/red"])
        .await
        .ended_with(0)
        .out;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&told).unwrap(),
        metadata
    );
    let told = place.qti(&["ls", "stimuli", "--json"]).await.ended_with(0);
    assert_eq!(told.events("entity")[0]["entity"]["title"], IN_XML);
    assert_eq!(told.events("entity")[0]["entity"]["metadata"], metadata);
}
