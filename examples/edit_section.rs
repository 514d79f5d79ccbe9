//! A section edited safely: what is not touched stays, even what this client does not know.
//!
//! `cargo run --example edit_section` talks to a sandbox of its own. With `TIMEBACK_CLIENT_ID` and
//! `TIMEBACK_CLIENT_SECRET` set it talks to the real service, under an identifier of its own, and cleans up.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use std::error::Error;

use timeback_qti::models::{AssessmentTestInput, ItemRef, Section, TestPart};
use timeback_qti::resources::SectionHandle;
use timeback_qti::{ErrorKind, Result};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (client, _sandbox) = support::connect().await?;
    let identifier = support::unique("edit-section");
    println!("\nCreating the test {identifier} with one section of two items.");
    let mut section = Section::new("section-001", "Warm-up");
    section.sequence = Some(1);
    section.qti_assessment_item_ref = Some(vec![ItemRef::new("item-1"), ItemRef::new("item-2")]);
    let part = TestPart::new("part-001", "linear", "individual", [section]);
    let test = AssessmentTestInput::new(&identifier, "Edit a section", [part]);
    client.tests().create(&test).await?;

    // Whatever happens to the section, the test goes away again.
    let test = client.test(&identifier);
    let outcome = edit(test.part("part-001").section("section-001")).await;
    println!("\nDeleting the test.");
    test.delete().await?;
    outcome?;
    println!("\nDone.");
    Ok(())
}

async fn edit(section: SectionHandle) -> Result<()> {
    println!("\nChanging its title, and nothing else.");
    let edited = section
        .edit(|section| section.title = "Opening".to_owned())
        .await?;
    let items = edited.qti_assessment_item_ref.iter().flatten().count();
    println!("  {:?}, still of {items} items", edited.title);

    println!("\nTaking out all items: an empty list is sent, where none at all would be left out.");
    let edited = section
        .edit(|section| section.qti_assessment_item_ref = Some(Vec::new()))
        .await?;
    let items = edited.qti_assessment_item_ref.iter().flatten().count();
    println!("  {items} items");

    println!("\nA change of the identifier is refused before anything is written:");
    match section.edit(|section| section.identifier.push('x')).await {
        Err(error) if error.kind() == ErrorKind::Input => println!("  {error}"),
        Err(error) => return Err(error),
        Ok(_) => println!("  it was taken"),
    }
    Ok(())
}
