//! QTI 3.0 content packages: a bank as a zip that other programs read, and theirs as a bank.
//!
//! | what | in a package |
//! | --- | --- |
//! | an entity's XML | a file, byte for byte; the manifest names it with its type |
//! | what the XML does not hold | a second file of the same resource, `NAME.xml.json`: a bank reads it, others pass it over |
//! | media, style sheets and whatever else there is | files, kept below `media/` in a bank: the service has no place for them |
//! | names, order, dependencies and metadata of the manifest | kept in the bank's `qti-package.json`, so that they go out again |
//!
//! Identifiers are those of the entities' XML, whatever a manifest calls its resources. References of an unpacked test lead by
//! their identifiers, as on the service; where a package means another item by the `href`, the report says so. Other programs go by
//! the `href`: an entity that came from no package is packed where the references to it lead, and the report tells of the
//! references that cannot be met so, such as those with a URL of the API. No content is changed for it.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let place = |name: &str| folder.path().join(name);
//! use timeback_qti_bank::package::{PackOptions, UnpackOptions};
//! use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Settings, unobserved};
//!
//! let bank = Bank::init(place("bank"), Settings::default())?;
//! let key = Key::new(Kind::Item, Identifier::new("rain")?);
//! let xml = "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"rain\"/>";
//! bank.write(&Entity::new(key.clone(), xml))?;
//! bank.pack(&place("rain.zip"), &PackOptions::default(), &unobserved)?;
//!
//! let copy = Bank::init(place("copy"), Settings::default())?;
//! let report = copy.unpack(&place("rain.zip"), &UnpackOptions::default(), &unobserved)?;
//! assert_eq!(report.created, 1);
//! assert_eq!(copy.read(&key)?.unwrap().xml, xml);
//! # Ok(()) }
//! ```

mod archive;
mod contents;
mod links;
mod manifest;
mod media;
mod name;
mod names;
mod pack;
mod packing;
mod places;
mod record;
mod resource_type;
mod unpack;

use std::path::{Path, PathBuf};

pub use pack::PackOptions;
pub use packing::PackReport;
pub use unpack::{UnpackOptions, UnpackReport};

use crate::error::{Error, PackageProblem, Result};

/// The manifest, at the root of a package.
const MANIFEST: &str = "imsmanifest.xml";
/// What stands after the name of an entity's file where it holds what the XML does not.
const BESIDE: &str = ".json";

/// For `map_err`: a package cannot be read.
fn refused(path: &Path) -> impl Fn(PackageProblem) -> Error {
    let path = PathBuf::from(path);
    move |problem| Error::Package {
        path: path.clone(),
        problem,
    }
}

fn at<T>(path: &Path, result: Result<T, PackageProblem>) -> Result<T> {
    result.map_err(refused(path))
}
