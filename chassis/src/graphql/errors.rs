//! The one place where errors get the shape that clients see.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError, Value};
use serde_json::json;
use shared_schema::ErrorCode;

use super::answer_budget;
use crate::{
    error::{Error, chain},
    telemetry::trace_id,
};

/// Gives every error its `code`, `field`, `reason`, `arguments`, `retryAfterMs` and `traceId`, hides internal details
/// and logs them once. A response that was completed before stays as it is.
#[must_use]
pub fn into_client_response(mut response: Response) -> Response {
    for error in &mut response.errors {
        if code(error).is_none() {
            shape(error);
        }
    }
    response
}

/// The finished response to a request that failed before its execution.
#[must_use]
pub fn error_response(error: &Error) -> Response {
    log(error);
    let mut shaped = ServerError::new(error.to_string(), None);
    shaped.extensions = Some(extensions(error.code(), Some(error)));
    Response::from_errors(vec![shaped])
}

/// What a client gets whose answer is above the limit.
#[must_use]
pub fn too_large() -> Response {
    error_response(&answer_budget::overdrawn())
}

/// `ok`, or the code with which the root field of this response key failed.
pub(super) fn outcome<'a>(response: &'a Response, key: &str) -> &'a str {
    response
        .errors
        .iter()
        .find(|error| match error.path.first() {
            Some(PathSegment::Field(field)) => field == key,
            _ => true,
        })
        .map_or("ok", |error| code(error).unwrap_or("INTERNAL"))
}

/// The `extensions.code` of a finished error.
pub(super) fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn shape(error: &mut ServerError) {
    // Data loaders return the same error to all waiting requests, hence the `Arc`.
    let ours = error
        .source::<Error>()
        .or_else(|| error.source::<Arc<Error>>().map(AsRef::as_ref));
    let extensions = match ours {
        Some(cause) => {
            log(cause);
            extensions(cause.code(), Some(cause))
        }
        None if is_the_requests_fault(error) => extensions(ErrorCode::BadUserInput, None),
        None => {
            tracing::error!(error = error.message, path = ?error.path, "a resolver failed");
            error.message = Error::internal("").to_string();
            extensions(ErrorCode::Internal, None)
        }
    };
    error.source = None;
    error.extensions = Some(extensions);
}

/// Errors that async-graphql made itself have no source. Those without a path come from parsing and validation; with a
/// path, only the coercion of an argument is the client's doing, and its text is the only mark it has.
fn is_the_requests_fault(error: &ServerError) -> bool {
    error.source.is_none()
        && (error.path.is_empty()
            || error.message.starts_with("Failed to parse \"")
            || error.message.starts_with("Expected input type \""))
}

fn extensions(code: ErrorCode, error: Option<&Error>) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", code.as_str());
    if let Some(field) = error.and_then(Error::field) {
        values.set("field", field);
    }
    if let Some(reason) = error.and_then(Error::reason) {
        values.set("reason", reason.as_str());
        let arguments = reason.arguments();
        if !arguments.is_empty() {
            values.set(
                "arguments",
                Value::from_json(json!(arguments)).unwrap_or_default(),
            );
        }
    }
    if let Some(after) = error.and_then(Error::retry_after) {
        values.set(
            "retryAfterMs",
            u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
        );
    }
    if let Some(trace) = trace_id() {
        values.set("traceId", trace);
    }
    values
}

fn log(error: &Error) {
    match error {
        Error::Internal { source } => {
            tracing::error!(error = chain(source.as_ref()), "internal error");
        }
        Error::Unavailable { source, .. } => {
            tracing::warn!(error = chain(source.as_ref()), "unavailable");
        }
        refused => tracing::debug!(code = %refused.code(), %refused, "refused"),
    }
}
