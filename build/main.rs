//! Generates from the API document what the library knows of the API: the types, the bindings, the request of each
//! operation, the table of operations, the owners of fields, the open enums.
//!
//! `cargo xtask spec refresh` has prepared the document for this script. It runs the functions of the script as well,
//! to check and to count what they generate.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

pub(crate) mod document;
mod enums;
mod generator;
mod operations;
mod owners;
pub(crate) mod requests;
mod types;

const DOCUMENT: &str = "openapi/qti-api.yaml";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[allow(
    clippy::print_stdout,
    reason = "a build script talks to cargo that way"
)]
fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed={DOCUMENT}");
    let document: Value = serde_saphyr::from_str(&fs::read_to_string(DOCUMENT)?)?;
    let out = env::var("OUT_DIR")?;
    for (name, source) in generate(&document)? {
        fs::write(Path::new(&out).join(name), source)?;
    }
    if env::var_os("CARGO_FEATURE_HTTPMOCK").is_some() {
        let mocks = prettyplease::unparse(&generator::mocks(&document)?);
        fs::write(Path::new(&out).join("mock.rs"), mocks)?;
    }
    Ok(())
}

/// The generated files by name, without the mocks. The code is formatted, because editors and documentation show it.
pub(crate) fn generate(document: &Value) -> Result<[(&'static str, String); 6]> {
    let operations = document::operations(document)?;
    let mut bindings = generator::bindings(document)?;
    let types = types::take(&mut bindings)?;
    let (bindings, requests) = requests::split(bindings, &operations)?;
    Ok([
        ("types.rs", prettyplease::unparse(&types)),
        ("raw.rs", prettyplease::unparse(&bindings)),
        ("requests.rs", prettyplease::unparse(&requests)),
        ("operations.rs", operations::table(&operations)),
        ("owners.rs", owners::lists(document)?),
        ("enums.rs", enums::open_enums(document)?),
    ])
}
