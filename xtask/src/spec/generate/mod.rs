//! Generate: the code that the library's build makes of a document, or the place that it cannot be made of.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use super::Document;
use super::error::{Error, Result};
use crate::build;

mod culprit;
mod doubles;
mod endless;
#[cfg(test)]
mod tests;

use self::doubles::refuse_doubles;
use self::endless::refuse_endless;

const WHAT: &str = "generated code";

/// The generated files by name.
pub(crate) fn generate(document: &Document) -> Result<[(&'static str, String); 6]> {
    refuse_endless(document)?;
    let files = attempt(|| build::generate(document)).map_err(|error| {
        let fails = |part: &Document| attempt(|| build::generate(part)).is_err();
        match culprit::find(document, fails) {
            Some(place) => error.within(&place),
            None => error,
        }
    })?;
    for (_, source) in files
        .iter()
        .filter(|(name, _)| ["types.rs", "requests.rs"].contains(name))
    {
        refuse_doubles(source)?;
    }
    Ok(files)
}

/// Runs the generator, and makes an error of a panic: progenitor panics on what it does not know.
fn attempt<T>(
    work: impl FnOnce() -> std::result::Result<T, Box<dyn std::error::Error>>,
) -> Result<T> {
    // The panic hook is one for the process. Of two calls at a time, one could leave the silent hook in place.
    static HOOK: Mutex<()> = Mutex::new(());
    let _guard = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    match outcome {
        Ok(result) => result.map_err(|e| Error::new(WHAT, folded(&e.to_string()))),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            let problem = format!("the generator panics: {}", folded(text));
            Err(Error::new(WHAT, problem))
        }
    }
}

/// The beginning of a text on one line: progenitor shows what it does not take on many.
fn folded(text: &str) -> String {
    const LONGEST: usize = 240;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
