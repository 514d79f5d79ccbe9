//! The request of each operation, as a value: `build/` writes one function an operation, with the parameters of its
//! binding.

use std::marker::PhantomData;

use reqwest::{Request, Url};

use super::context::Context;
use super::operation::{self, Operation};
use super::path::encode_segment as encode_path;
use crate::models::types;

/// Makes requests to the API of one client.
#[derive(Clone, Copy)]
pub(crate) struct Requests<'c> {
    client: &'c reqwest::Client,
    context: &'c Context,
}

/// A request that is not sent yet: of an operation, and answered by a `T`.
pub(crate) struct Unsent<T> {
    pub(crate) operation: &'static Operation,
    pub(crate) request: reqwest::Result<Request>,
    answer: PhantomData<fn() -> T>,
}

impl<T> Unsent<T> {
    fn new(operation: &'static Operation, request: reqwest::Result<Request>) -> Self {
        Self {
            operation,
            request,
            answer: PhantomData,
        }
    }
}

impl<'c> Requests<'c> {
    pub(crate) fn new(client: &'c reqwest::Client, context: &'c Context) -> Self {
        Self { client, context }
    }

    /// The URL of a path below the API's base, whatever address the bindings were made with: the token is for no other.
    fn url(&self, path: &str) -> Url {
        self.context.url(path)
    }
}

/// Code as progenitor writes it.
#[allow(clippy::all, unused_mut)]
mod generated {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/requests.rs"));
}
