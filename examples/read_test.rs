//! A whole test with its items: parts, sections, prompts, correct answers.
//!
//! `cargo run --example read_test` makes a test in a sandbox of its own, and reads it. With credentials in the
//! environment it reads from the real service the test that the first argument names.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use std::collections::HashMap;
use std::error::Error;

use timeback_qti::models::{AssessmentItem, AssessmentTestInput, ItemRef, Section, TestPart};
use timeback_qti::xml::{ItemView, SectionChild, SectionView};
use timeback_qti::{Client, MetadataWrite, Result};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (client, sandbox) = support::connect().await?;
    let identifier = match (std::env::args().nth(1), sandbox.is_some()) {
        (Some(identifier), _) => identifier,
        (None, true) => make_test(&client).await?,
        (None, false) => return Err("name the test to read".into()),
    };

    let test = client.test(&identifier);
    let view = test.get().await?.view()?;
    println!("\nThe test {:?}", view.title.unwrap_or(identifier.clone()));

    println!("\nReading its items, all at once.");
    let questions = test.questions().await?.questions;
    let items: HashMap<_, _> = questions
        .into_iter()
        .filter_map(|question| Some((question.reference.identifier, question.question?)))
        .collect();
    println!("  {}", items.len());

    for part in &view.parts {
        println!("\nPart {}", part.identifier);
        for child in &part.children {
            if let SectionChild::Section(section) = child {
                print_section(section, &items)?;
            }
        }
    }
    Ok(())
}

fn print_section(section: &SectionView, items: &HashMap<String, AssessmentItem>) -> Result<()> {
    println!(
        "  Section {:?}",
        section.title.as_deref().unwrap_or_default()
    );
    for child in &section.children {
        match child {
            SectionChild::ItemRef(reference) => match items.get(&reference.identifier) {
                Some(item) => print_item(&item.view()?),
                None => println!("    {} leads nowhere", reference.identifier),
            },
            SectionChild::Section(section) => print_section(section, items)?,
            _ => println!("    (a section in a document of its own)"),
        }
    }
    Ok(())
}

fn print_item(item: &ItemView) {
    for prompt in &item.prompts {
        println!("    {prompt}");
    }
    for declaration in &item.response_declarations {
        let correct = declaration.correct.iter();
        let correct: Vec<_> = correct.map(|value| value.text.as_str()).collect();
        println!("      {}: {}", declaration.identifier, correct.join(", "));
    }
}

async fn make_test(client: &Client) -> Result<String> {
    println!("\nMaking a test of three references, one of which leads nowhere.");
    let mut section = Section::new("section-001", "Warm-up");
    for identifier in ["item-1", "item-2"] {
        let xml = support::choice_item(identifier, "Capitals");
        client.items().upsert_xml(&xml, MetadataWrite::Keep).await?;
    }
    let references = ["item-1", "item-2", "item-3"].map(ItemRef::new);
    section.qti_assessment_item_ref = Some(references.into());
    let part = TestPart::new("part-001", "linear", "individual", [section]);
    let test = AssessmentTestInput::new("read-test", "Geography", [part]);
    client.tests().upsert(&test).await?;
    Ok(test.identifier)
}
