//! The hooks by which the raw bindings are authenticated.

use std::pin::pin;
use std::sync::Arc;

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response};

use super::call::Call;
use super::context::Context;
use super::operation::Operation;
use super::options::CallOptions;
use super::{attempt, body, path, raw};
use crate::deadline::in_time;
use crate::error::{Error, Result};

/// The bindings as users get them: authenticated and guarded, nothing else.
pub(crate) fn bare(context: &Arc<Context>, options: &Arc<CallOptions>) -> raw::Client {
    raw::Client {
        baseurl: context.base_url.as_str().trim_end_matches('/').to_owned(),
        client: context.http.clone(),
        inner: Call {
            context: Arc::clone(context),
            options: Arc::clone(options),
        },
    }
}

impl ClientHooks<Call> for raw::Client {
    async fn pre<E>(
        &self,
        request: &mut Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let Call { context, options } = &self.inner;
        authorize(context, options, info.operation_id, request)
            .await
            .map_err(|error| progenitor_client::Error::InvalidRequest(error.to_string()))
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        attempt::once(&self.inner.context, request).await
    }
}

/// Makes a request of a user's bindings one that may be sent.
async fn authorize(
    context: &Context,
    options: &CallOptions,
    operation: &str,
    request: &mut Request,
) -> Result<()> {
    let operation = Operation::of_id(operation)
        .ok_or_else(|| Error::input(format!("{operation} is no operation of the document")))?;
    path::guard(operation, context.base_url.path(), request.url())?;
    body::guard(request)?;
    let time_left = options.deadline.unwrap_or(context.defaults.deadline);
    let bearer = pin!(context.identity.tokens.bearer(|| time_left));
    let bearer = in_time(|| time_left, bearer, "waiting for a token").await??;
    attempt::prepare(request, context, options, None, &bearer);
    Ok(())
}
