//! Changes progenitor's types and client, where progenitor has no setting for it.

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, File, Item, parse_quote};

use super::Result;

/// Moves the types out of the bindings and adapts them. Removes `Debug` from the client, because it would show the
/// headers that a user has set.
pub(super) fn take(bindings: &mut File) -> Result<File> {
    let mut hidden = 0;
    let mut types = None;
    for item in &mut bindings.items {
        match item {
            Item::Struct(client) if client.ident == "Client" => {
                for attribute in &mut client.attrs {
                    if quote!(#attribute).to_string() == "# [derive (Clone , Debug)]" {
                        *attribute = parse_quote!(#[derive(Clone)]);
                        hidden += 1;
                    }
                }
            }
            Item::Mod(found) if found.ident == "types" => {
                LooseDefaults.visit_item_mod_mut(found);
                types = found.content.take();
            }
            _ => {}
        }
    }
    bindings
        .items
        .retain(|item| !matches!(item, Item::Mod(found) if found.ident == "types"));
    let (_, items) = types.ok_or("progenitor no longer writes a module `types`")?;
    match hidden {
        1 => Ok(File {
            shebang: None,
            attrs: Vec::new(),
            items,
        }),
        _ => Err("progenitor no longer derives `Clone, Debug` for its client".into()),
    }
}

/// Gives a field that has a default this default also where the service sends null.
struct LooseDefaults;

impl VisitMut for LooseDefaults {
    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        visit_mut::visit_attribute_mut(self, attribute);
        match quote!(#attribute).to_string().as_str() {
            "# [serde (default)]" => {
                *attribute = parse_quote!(#[serde(default, deserialize_with = "crate::models::loose::text")]);
            }
            "# [serde (default = \"defaults::default_bool::<true>\")]" => {
                *attribute = parse_quote!(#[serde(
                    default = "defaults::default_bool::<true>",
                    deserialize_with = "crate::models::loose::yes"
                )]);
            }
            _ => {}
        }
    }
}
