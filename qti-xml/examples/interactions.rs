//! What an item asks, and its keys: `interactions FILE`.
use std::error::Error;

use qti_xml::ItemView;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: interactions FILE")?;
    let item = ItemView::parse(&std::fs::read_to_string(path)?)?;
    println!("{}: {}", item.identifier, item.title.unwrap_or_default());
    for interaction in &item.interactions {
        let prompt = interaction.prompt.as_ref().map(|prompt| prompt.text());
        println!("- {}: {}", interaction.kind, prompt.unwrap_or_default());
        for choice in &interaction.choices {
            println!("  {}: {}", choice.identifier, choice.content.text());
        }
        let key = item.response_declarations.iter().find(|declaration| {
            Some(declaration.identifier.as_str()) == interaction.response_identifier.as_deref()
        });
        for value in key.into_iter().flat_map(|declaration| &declaration.correct) {
            println!("  key: {}", value.text);
        }
    }
    Ok(())
}
