//! Names that the generated code would have twice in one place, where the document has names that Rust writes alike.

use std::collections::BTreeSet;

use syn::{FnArg, ImplItem, Item, Pat};

use crate::spec::error::{Error, Result};

const WAY_OUT: &str = "an action of overlay.yaml must remove one of them";

/// Refuses code in which a type has two fields of one name, or a function two parameters.
pub(crate) fn refuse_doubles(source: &str) -> Result<()> {
    let file = syn::parse_file(source).map_err(|e| Error::new(super::WHAT, e))?;
    for item in file.items {
        match item {
            Item::Struct(item) => {
                let fields = item.fields.iter().filter_map(|field| field.ident.as_ref());
                refuse("fields", &item.ident.to_string(), fields)?;
            }
            Item::Impl(item) => {
                for item in item.items {
                    let ImplItem::Fn(function) = item else {
                        continue;
                    };
                    let parameters = function.sig.inputs.iter().filter_map(|input| match input {
                        FnArg::Typed(input) => match input.pat.as_ref() {
                            Pat::Ident(name) => Some(&name.ident),
                            _ => None,
                        },
                        FnArg::Receiver(_) => None,
                    });
                    refuse("parameters", &function.sig.ident.to_string(), parameters)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse<'a>(what: &str, of: &str, mut names: impl Iterator<Item = &'a syn::Ident>) -> Result<()> {
    let mut seen = BTreeSet::new();
    names
        .find(|name| !seen.insert(name.to_string()))
        .map_or(Ok(()), |name| {
            let problem = format!("`{of}` would have two {what} `{name}`; {WAY_OUT}");
            Err(Error::new(super::WHAT, problem))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::error;

    #[test]
    fn two_of_one_name_are_refused() {
        for (source, problem) in [
            (
                "struct A { a: (), b: (), a: () }",
                "`A` would have two fields `a`",
            ),
            (
                "impl A { fn f(&self, q: u8, q: u8) {} }",
                "`f` would have two parameters `q`",
            ),
        ] {
            assert_eq!(
                error(refuse_doubles(source)),
                format!("generated code: {problem}; {WAY_OUT}")
            );
        }
        let source =
            "struct A { a: () } struct B { a: () } impl A { fn f(&self, q: u8) {} fn g(q: u8) {} }";
        refuse_doubles(source).unwrap();
    }
}
