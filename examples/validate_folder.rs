//! A folder of XML files: those that are not well-formed are found here, the others are validated by the service.
//!
//! `cargo run --example validate_folder -- FOLDER`, or without a folder for three files that it makes itself. It talks to
//! a sandbox of its own, or, with credentials in the environment, to the real service; nothing is stored.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use timeback_qti::models::{BatchValidationInput, ValidationSchema};
use timeback_qti::xml::check_well_formed;

/// How many documents go into one request, so that it stays below a megabyte.
const BATCH: usize = 25;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _sandbox) = support::connect().await?;
    let folder = env::args().nth(1).map(PathBuf::from);
    let files = match &folder {
        Some(folder) => read_folder(folder)?,
        None => made_up(),
    };

    println!("\nChecking {} files.", files.len());
    let mut faults = 0;
    let mut by_schema: Vec<(ValidationSchema, Vec<(String, String)>)> = Vec::new();
    for (name, xml) in files {
        let Some(schema) = schema_of(&xml) else {
            println!("  {name}: neither an item nor a test nor a stimulus");
            faults += 1;
            continue;
        };
        if let Err(problem) = check_well_formed(&xml) {
            println!("  {name}: {problem}");
            faults += 1;
            continue;
        }
        match by_schema.iter_mut().find(|(known, _)| *known == schema) {
            Some((_, files)) => files.push((name, xml)),
            None => by_schema.push((schema, vec![(name, xml)])),
        }
    }

    println!("\nHaving the well-formed ones validated.");
    for (schema, files) in by_schema {
        for batch in files.chunks(BATCH) {
            let xml = batch.iter().map(|(_, xml)| xml.as_str());
            let input = BatchValidationInput::xml(schema.clone(), xml);
            let results = client.validation().validate_batch(&input).await?.results;
            for ((name, _), result) in batch.iter().zip(results) {
                if result.success.is_true() {
                    println!("  {name}: valid");
                    continue;
                }
                faults += 1;
                println!("  {name}: invalid");
                for error in result.validation_errors.unwrap_or_default() {
                    println!("    {error}");
                }
            }
        }
    }
    println!("\n{faults} faults.");
    if folder.is_some() && faults > 0 {
        process::exit(1);
    }
    Ok(())
}

/// The XML files of a folder, by name.
fn read_folder(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((name.into_owned(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn made_up() -> Vec<(String, String)> {
    let item = support::choice_item("item-1", "Capitals");
    let broken = item.replace("</qti-prompt>", "");
    let untitled = item.replace(" title=\"Capitals\"", "");
    [
        ("broken.xml", broken),
        ("good.xml", item),
        ("untitled.xml", untitled),
    ]
    .map(|(name, xml)| (name.to_owned(), xml))
    .into()
}

/// What a document wants to be, by its root, which may not be well-formed.
fn schema_of(xml: &str) -> Option<ValidationSchema> {
    [
        ("<qti-assessment-item", ValidationSchema::Item),
        ("<qti-assessment-test", ValidationSchema::Test),
        ("<qti-assessment-stimulus", ValidationSchema::Stimulus),
    ]
    .into_iter()
    .find(|(root, _)| {
        xml.match_indices(root)
            .any(|(at, root)| xml[at + root.len()..].starts_with([' ', '\n', '\r', '\t', '>', '/']))
    })
    .map(|(_, schema)| schema)
}
