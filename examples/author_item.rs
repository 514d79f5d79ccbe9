//! An item from its XML: checked, created, corrected, scored and deleted.
//!
//! `cargo run --example author_item` talks to a sandbox of its own. With `TIMEBACK_CLIENT_ID` and
//! `TIMEBACK_CLIENT_SECRET` set it talks to the real service, under an identifier of its own, and cleans up.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use std::error::Error;

use serde_json::json;
use timeback_qti::models::{Metadata, ResponseInput};
use timeback_qti::xml::check_well_formed;
use timeback_qti::{Client, Result};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (client, _sandbox) = support::connect().await?;
    let identifier = support::unique("author-item");
    let xml = support::choice_item(&identifier, "Capitals");

    println!("\nA slip in the XML is found before anything is sent:");
    if let Err(problem) = check_well_formed(&xml.replace("</qti-prompt>", "")) {
        println!("  {problem}");
    }

    println!("\nCreating the item {identifier}.");
    let metadata = Metadata::from_iter([("subject".to_owned(), json!("Geography"))]);
    client.items().create_xml(&xml, Some(&metadata)).await?;

    // Whatever happens to the item, it goes away again.
    let outcome = work_on(&client, &identifier).await;
    println!("\nDeleting the item.");
    client.item(&identifier).delete().await?;
    outcome?;
    println!("\nDone.");
    Ok(())
}

async fn work_on(client: &Client, identifier: &str) -> Result<()> {
    let item = client.item(identifier);

    println!("\nCorrecting its XML: what is stored is read back and compared.");
    let edited = item
        .edit_xml(|xml| *xml = xml.replace("Milan", "Milano"))
        .await?;

    println!("\nWhat it says now:");
    let view = edited.view()?;
    for interaction in &view.interactions {
        println!("  {:?}", interaction.kind);
        for choice in &interaction.choices {
            println!("  {}: {}", choice.identifier, choice.content);
        }
    }

    println!("\nScoring two answers.");
    for answer in ["A", "B"] {
        let response = ResponseInput::new("RESPONSE", answer);
        let result = item.process_response(&response).await?;
        println!("  {answer}: {}", result.score);
    }
    Ok(())
}
