//! Create, or update what is there.

use serde::Serialize;

use crate::error::{Error, Result};

/// What an upsert did.
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::Upserted;
/// use timeback_qti::models::StimulusInput;
///
/// let input = StimulusInput::new("italy", "Italy", "<p>Rome</p>");
/// match client.stimuli().upsert(&input).await? {
///     Upserted::Created(stimulus) => println!("created {}", stimulus.identifier),
///     Upserted::Updated(stimulus) => println!("updated {}", stimulus.identifier),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upserted<T> {
    /// There was none of this identifier: it was created.
    Created(T),
    /// There was one: it was replaced.
    Updated(T),
}

impl<T> Upserted<T> {
    /// The entity, as the service answered it.
    pub fn into_inner(self) -> T {
        match self {
            Self::Created(entity) | Self::Updated(entity) => entity,
        }
    }

    /// Whether it was created.
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

/// How many times an upsert creates at most, when the entity comes and goes between its two requests.
const UPSERT_ROUNDS: usize = 3;

/// Creates the entity, updates it if it exists, and starts again if it is gone by then. A conflict needs no reading
/// back: whoever created the entity, the update replaces it.
pub(super) async fn upsert<T, C, U>(
    create: impl Fn() -> C,
    update: impl Fn() -> U,
) -> Result<Upserted<T>>
where
    C: Future<Output = Result<T>>,
    U: Future<Output = Result<T>>,
{
    let mut round = 1;
    let mut applied = false;
    let mut note = |error: Error| {
        applied |= error.may_have_been_applied();
        error.with_may_have_been_applied(applied)
    };
    loop {
        let exists = match create().await.map_err(&mut note) {
            Err(exists) if exists.is_conflict() => exists,
            created => return created.map(Upserted::Created),
        };
        match update().await.map_err(&mut note) {
            Err(gone) if gone.is_not_found() && round < UPSERT_ROUNDS => round += 1,
            // The identifier may be taken in another place, which only the conflict's words tell.
            Err(gone) if gone.is_not_found() => {
                let context = format!(
                    "the create found it taken ({}), and the update did not find it",
                    exists.message()
                );
                return Err(gone.with_context(context).with_source(exists));
            }
            updated => return updated.map(Upserted::Updated),
        }
    }
}
