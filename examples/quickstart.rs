//! The main job: the sections of a test, created, read, changed, hidden, reordered and deleted.
//!
//! `cargo run --example quickstart` talks to a sandbox of its own. With `TIMEBACK_CLIENT_ID` and
//! `TIMEBACK_CLIENT_SECRET` set it talks to the real service, under an identifier of its own. It cleans up, unless it is
//! told to `--keep` what it made.

mod support;

use std::error::Error;

use timeback_qti::models::{
    AssessmentTestInput, NavigationMode, Section, SubmissionMode, TestPart,
};
use timeback_qti::resources::PartHandle;
use timeback_qti::{Client, ErrorKind, Result};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (client, _sandbox) = support::connect().await?;
    let test = support::unique("quickstart");

    println!("\nCreating the test {test} with one part.");
    let part = TestPart::new(
        "part-001",
        NavigationMode::Linear,
        SubmissionMode::Individual,
        [],
    );
    client
        .tests()
        .create(&AssessmentTestInput::new(&test, "Quickstart", [part]))
        .await?;

    let part = client.test(&test).part("part-001");
    let outcome = sections(&part).await;
    if std::env::args().any(|argument| argument == "--keep") {
        println!("\nKeeping the test {test}.");
        return Ok(outcome?);
    }

    // Whatever happened to the sections, the test goes away again.
    println!("\nDeleting the first section, and then the test.");
    let deleted = part.section("section-001").delete().await;
    let deleted = deleted.and(client.test(&test).delete().await);
    outcome.and(deleted)?;
    missing(&client, &test).await?;
    println!("\nDone.");
    Ok(())
}

async fn sections(part: &PartHandle) -> Result<()> {
    println!("\nCreating two sections.");
    for (identifier, title) in [("section-001", "Warm-up"), ("section-002", "Main part")] {
        let section = part
            .sections()
            .create(&Section::new(identifier, title))
            .await?;
        println!("  {}: {:?}", section.identifier, section.title);
    }

    println!("\nListing them.");
    let mut sections = part.sections().list().stream();
    while let Some(section) = sections.next().await {
        println!("  {}", section?.identifier);
    }

    println!("\nHiding the first: edit reads it, changes one field and writes it back.");
    let section = part.section("section-001");
    let hidden = section.edit(|section| section.visible = false).await?;
    println!("  visible: {}", hidden.visible);

    println!("\nReferring to three items, and putting them into another order.");
    for item in ["item-1", "item-2", "item-3"] {
        section.items().add(item).await?;
    }
    let ordered = section
        .items()
        .reorder(["item-3", "item-1", "item-2"])
        .await?;
    for item in ordered.qti_assessment_item_ref.iter().flatten() {
        println!("  {}", item.identifier);
    }
    Ok(())
}

async fn missing(client: &Client, test: &str) -> Result<()> {
    println!("\nReading a section of the deleted test gives an error that says so:");
    match client
        .test(test)
        .part("part-001")
        .section("section-001")
        .get()
        .await
    {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("  {error}"),
        Err(error) => return Err(error),
        Ok(section) => println!("  it is still there: {}", section.identifier),
    }
    Ok(())
}
