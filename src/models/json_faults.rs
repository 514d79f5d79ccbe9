//! What is wrong with JSON that was written: it nests too deep to be read back, or says a field twice.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Result};

/// How deep a body may nest. `serde_json` reads 127 levels, and what is written as an item reference stands 8 levels
/// deeper in a page of tests: nowhere does more stand around what was written.
pub(crate) const MAX_DEPTH: usize = 127 - 8;

/// Refuses JSON in which a field of `extra` has the name of one that the model has itself: only one of them would be
/// kept.
pub(crate) fn refuse_repeated_fields(json: &str) -> Result<()> {
    Faults::of(json.as_bytes()).refuse_repeated()
}

/// The faults of a JSON text.
#[derive(Default)]
pub(crate) struct Faults {
    repeated: Option<String>,
    pub(crate) is_too_deep: bool,
}

impl Faults {
    pub(crate) fn of(json: &[u8]) -> Self {
        let mut faults = Self::default();
        let scan = Scan {
            faults: &mut faults,
            depth: 0,
        };
        // serde_json wrote the text, so an error of the scan (a number out of range, say) is no fault of the text.
        let _ = scan.deserialize(&mut serde_json::Deserializer::from_slice(json));
        faults
    }

    pub(crate) fn refuse_repeated(&self) -> Result<()> {
        match &self.repeated {
            Some(name) => Err(Error::input(format!(
                "`{name}` is given twice, by the field itself and in `extra`: one of them would be lost"
            ))),
            None => Ok(()),
        }
    }
}

/// Goes through a value that stands inside of `depth` others.
struct Scan<'f> {
    faults: &'f mut Faults,
    depth: usize,
}

impl Scan<'_> {
    /// The scan of the values inside; `None` where they are too deep to go on.
    fn inside(&mut self) -> Option<Scan<'_>> {
        let depth = self.depth + 1;
        self.faults.is_too_deep |= depth > MAX_DEPTH;
        (depth <= MAX_DEPTH).then_some(Scan {
            faults: self.faults,
            depth,
        })
    }
}

/// The name of a field, copied only where it has escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Name<'j>(#[serde(borrow)] Cow<'j, str>);

impl<'j> DeserializeSeed<'j> for Scan<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'j>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'j> Visitor<'j> for Scan<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'j>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<Name<'j>>()? {
            if names.contains(&name) {
                self.faults.repeated.get_or_insert(name.0.into_owned());
            } else {
                names.insert(name);
            }
            match self.inside() {
                Some(scan) => map.next_value_seed(scan)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'j>>(mut self, mut list: A) -> Result<(), A::Error> {
        loop {
            let more = match self.inside() {
                Some(scan) => list.next_element_seed(scan)?.is_some(),
                None => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                return Ok(());
            }
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!(
            "{}1{}",
            "{\"a\":[".repeat(depth / 2),
            "]}".repeat(depth / 2)
        )
    }

    #[test]
    fn depth_is_that_of_objects_and_lists() {
        assert!(!Faults::of(nested(MAX_DEPTH - 1).as_bytes()).is_too_deep);
        assert!(!Faults::of(format!("[{}]", nested(MAX_DEPTH - 1)).as_bytes()).is_too_deep);
        assert!(Faults::of(format!("[[{}]]", nested(MAX_DEPTH - 1)).as_bytes()).is_too_deep);
        assert!(Faults::of(nested(1_000_000).as_bytes()).is_too_deep);
    }

    #[test]
    fn a_repeated_field_is_found_wherever_it_stands() {
        for json in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"b": [{"x": null}, {"a": 1.5, "c": {}, "\u0061": 2}]}"#,
            &format!(r#"{{"deep": {}, "a": 1, "a": 2}}"#, nested(1_000)),
        ] {
            assert_eq!(Faults::of(json.as_bytes()).repeated.as_deref(), Some("a"));
        }
        let twice = br#"{"a": {"a": true}, "b": [{"a": -1}, {"a": 18446744073709551615}]}"#;
        assert_eq!(Faults::of(twice).repeated, None);
    }
}
