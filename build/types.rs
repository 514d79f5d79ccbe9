//! Makes progenitor's types those of the library where it has no setting for it.

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, File, Item, parse_quote};

use super::Result;

/// Adapts the types, and the client, whose `Debug` would show the headers that a user has given it.
pub(super) fn adapt(bindings: &mut File) -> Result<()> {
    let mut hidden = 0;
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
            Item::Mod(types) if types.ident == "types" => LooseDefaults.visit_item_mod_mut(types),
            _ => {}
        }
    }
    match hidden {
        1 => Ok(()),
        _ => Err("progenitor no longer derives `Clone, Debug` for its client".into()),
    }
}

/// Fields with a default have it where they are null, too.
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
