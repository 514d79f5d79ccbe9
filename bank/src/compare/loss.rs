//! What the service does not hold of what was written.

use serde_json::{Map, Value};

use super::{Difference, differences};
use crate::entity::Entity;

/// The first place where the service holds something else than what was written, and that nothing excuses.
pub(crate) fn first_difference(
    written: &Entity,
    found: &Entity,
    is_excused: impl Fn(&Difference) -> bool,
) -> Option<String> {
    let places = match differences(written, found) {
        Err(problem) => return Some(problem.to_string()),
        Ok(places) => places,
    };
    let mut places = places.into_iter();
    let place = places.find(|place| !is_excused(place));
    place.map(|place| place.to_string())
}

/// Whether a difference is a field beside the XML that was neither written nor there before: the service may have added
/// it. What was to be cleared must be gone.
pub(crate) fn is_addition(place: &Difference, before: Option<&Entity>) -> bool {
    let is_beside = !place.place.starts_with('/');
    is_beside
        && place.expected.is_none()
        && !before.is_some_and(|before| has_field(&before.beside, &place.place))
}

/// Whether there is a field at a place such as `metadata.subject`. A name may hold a dot itself.
fn has_field(fields: &Map<String, Value>, place: &str) -> bool {
    fields.iter().any(|(name, value)| {
        let rest = place.strip_prefix(name.as_str());
        rest.is_some_and(|rest| match rest.strip_prefix('.') {
            Some(below) => value
                .as_object()
                .is_some_and(|fields| has_field(fields, below)),
            None => rest.is_empty() && !value.is_null(),
        })
    })
}
