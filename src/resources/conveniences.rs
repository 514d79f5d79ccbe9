//! What every entity that is addressed by its caller's identifier can do, told in terms of create, get, update and
//! delete.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::transport::path::is_refused;

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

/// How often an upsert starts again when the entity comes and goes between its two requests.
const UPSERT_ROUNDS: usize = 3;

/// Creates, updates if there is one already, and starts again if that one has gone meanwhile. A conflict is not settled
/// by reading, whoever created what is there: the update makes it what was given.
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
        match create().await.map_err(&mut note) {
            Err(exists) if exists.is_conflict() => {}
            created => return created.map(Upserted::Created),
        }
        match update().await.map_err(&mut note) {
            Err(gone) if gone.is_not_found() && round < UPSERT_ROUNDS => round += 1,
            updated => return updated.map(Upserted::Updated),
        }
    }
}

/// `None` in place of "not found".
pub(super) fn optional<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(entity) => Ok(Some(entity)),
        Err(missing) if missing.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Refuses a body that is about another entity than the one addressed: the service would rename or overwrite.
pub(super) fn check_identifier(addressed: &str, body: &str) -> Result<()> {
    if addressed == body {
        Ok(())
    } else {
        Err(Error::input(format!(
            "the body's identifier {body:?} is not {addressed:?}, the one addressed"
        )))
    }
}

/// Refuses to create what no handle could reach: the identifier must be one that a path can carry.
pub(super) fn check_addressable(identifier: &str) -> Result<()> {
    if is_refused(identifier) {
        Err(Error::input(format!(
            "no path can carry the identifier {identifier:?}: it must not be empty, `.` or `..`, nor hold `\\` or \
             control characters"
        )))
    } else {
        Ok(())
    }
}

/// Gives a handle that has `get` and `delete` their forms for an entity that may not exist.
macro_rules! may_not_exist {
    ($handle:ident, $entity:ident, $what:literal) => {
        impl $handle {
            #[doc = concat!("Reads the ", $what, "; `None` if it, or what it stands in, does not exist.")]
            ///
            /// # Errors
            /// As [`get`](Self::get), without [`NotFound`](crate::ErrorKind::NotFound).
            pub fn get_opt(&self) -> impl Future<Output = Result<Option<$entity>>> + Send + use<> { let this = self.clone(); async move {
                crate::resources::conveniences::optional(this.get().await)
            } }

            #[doc = concat!("Whether the ", $what, " exists. The API has no cheaper way to tell than to read it.")]
            ///
            /// # Errors
            /// As [`get`](Self::get), without [`NotFound`](crate::ErrorKind::NotFound).
            pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> { let this = self.clone(); async move {
                Ok(this.get_opt().await?.is_some())
            } }

            #[doc = concat!("Deletes the ", $what, " if it exists; whether it did.")]
            ///
            /// Where the reply to a delete was lost and its repeat finds nothing, that is `true`: it may have been gone
            /// before as well.
            ///
            /// # Errors
            /// As [`delete`](Self::delete), without [`NotFound`](crate::ErrorKind::NotFound).
            pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> { let this = self.clone(); async move {
                let deleted = crate::resources::conveniences::optional(this.delete().await)?;
                Ok(deleted.is_some())
            } }
        }
    };
}

/// Gives a collection that has `post`, which creates without settling, and `handle` an `upsert`.
macro_rules! upserts {
    ($collection:ident, $input:ident => $entity:ident, $what:literal) => {
        impl $collection {
            #[doc = concat!("Creates the ", $what, ", or replaces the one of its identifier, and says which.")]
            ///
            /// It creates first, so that what another writer does at the same time is noticed: a conflict makes it an
            /// update, and if the entity is gone by then, it starts again, three times at most. Where the reply to the
            /// create is lost, its repeat may find what it has created itself: that is an update then.
            ///
            /// # Errors
            /// As `create` and `update`; [`NotFound`](crate::ErrorKind::NotFound) if what it stands in does not exist.
            pub fn upsert<'a>(&self, input: &'a $input) -> impl Future<Output = Result<crate::resources::Upserted<$entity>>> + Send + use<'a> { let this = self.clone(); async move {
                let handle = this.handle(&input.identifier);
                crate::resources::conveniences::upsert(|| this.post(input), || handle.update(input)).await
            } }
        }
    };
}

pub(super) use {may_not_exist, upserts};
