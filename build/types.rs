//! Changes progenitor's types and client, where progenitor has no setting for it.

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Field, File, Item, ItemStruct, parse_quote};

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
                LooseFields.visit_item_mod_mut(found);
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

/// Lets a field of an answer be read where the service sends null in place of its default, or a number or a boolean as
/// a text. What only goes to the service keeps to its type.
struct LooseFields;

impl VisitMut for LooseFields {
    fn visit_item_struct_mut(&mut self, item: &mut ItemStruct) {
        if !item.ident.to_string().ends_with("Input") {
            visit_mut::visit_item_struct_mut(self, item);
        }
    }

    fn visit_field_mut(&mut self, field: &mut Field) {
        visit_mut::visit_field_mut(self, field);
        let kind = &field.ty;
        match quote!(#kind).to_string().replace(' ', "").as_str() {
            "::std::option::Option<bool>" => field.attrs.push(
                parse_quote!(#[serde(default, deserialize_with = "crate::models::loose::flag")]),
            ),
            "::std::option::Option<i64>" => field.attrs.push(
                parse_quote!(#[serde(default, deserialize_with = "crate::models::loose::integer")]),
            ),
            "::std::option::Option<f64>" => field.attrs.push(
                parse_quote!(#[serde(default, deserialize_with = "crate::models::loose::number")]),
            ),
            "f64" => field.attrs.push(
                parse_quote!(#[serde(deserialize_with = "crate::models::loose::needed_number")]),
            ),
            _ => {}
        }
    }

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
