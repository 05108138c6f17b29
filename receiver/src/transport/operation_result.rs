//! A result of an operation, and how it is written: as a WebSocket frame or as server-sent events.

use std::sync::Arc;

use async_graphql::{Response, ServerError, Value};
use axum::extract::ws::Message;
use chassis::graphql::{encode, sse, too_large};
use shared_schema::ErrorCode;

use super::websocket::protocol::{Outgoing, next};
use crate::live::feeds::payload_cache::EncodedPayloads;

/// Maximum bytes of one result.
pub(crate) const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A result of an operation, or its end.
pub(crate) enum OperationResult {
    /// The payload of this index, which other subscribers receive as well.
    Shared(Arc<EncodedPayloads>, usize),
    /// A response executed for this subscriber.
    Individual(Box<Response>),
    /// The operation has ended.
    Complete,
}

impl OperationResult {
    /// The frame of this result, and whether it is the operation's last.
    pub(crate) fn frame(&self, id: &str) -> (Message, bool) {
        match self {
            Self::Complete => (Outgoing::Complete { id }.frame(), true),
            Self::Shared(payloads, index) => (next(id, &payloads.texts[*index]), false),
            Self::Individual(response) => frame(id, response),
        }
    }

    /// The server-sent events of this result, and whether they are the operation's last.
    pub(crate) fn event(&self) -> (String, bool) {
        match self {
            Self::Complete => (sse::COMPLETE.to_owned(), true),
            Self::Shared(payloads, index) => (sse::next(&payloads.texts[*index]), false),
            Self::Individual(response) => event(response),
        }
    }
}

fn event(payload: &Response) -> (String, bool) {
    if payload.errors.is_empty()
        && let Some(text) = encode(payload, MAX_ANSWER_BYTES)
    {
        return (sse::next(&text), false);
    }
    let too_large_to_send = too_large_to_send(payload);
    let text =
        serde_json::to_string(too_large_to_send.as_ref().unwrap_or(payload)).unwrap_or_default();
    (sse::next(&text) + sse::COMPLETE, true)
}

fn frame(id: &str, payload: &Response) -> (Message, bool) {
    // A client must not move its cursor past a result with an error: `error` ends the operation.
    if payload.errors.is_empty()
        && let Some(text) = encode(payload, MAX_ANSWER_BYTES)
    {
        return (next(id, &text), false);
    }
    let too_large_to_send = too_large_to_send(payload);
    let payload = &too_large_to_send.as_ref().unwrap_or(payload).errors;
    (Outgoing::Error { id, payload }.frame(), true)
}

/// The error to send instead of a response that is too large. Without it, a client that resumes would ask for the same
/// response again and again.
fn too_large_to_send(payload: &Response) -> Option<Response> {
    payload.errors.is_empty().then(too_large)
}

/// Whether this result of a running operation is incomplete only because the database did not answer. A client treats
/// `error` as final, but after 1013 it reconnects with the cursor before this result.
pub(crate) fn is_interrupted(answer: &OperationResult) -> bool {
    let OperationResult::Individual(answer) = answer else {
        return false;
    };
    let unavailable = Value::from(ErrorCode::Unavailable.as_str());
    let code = |error: &ServerError| error.extensions.as_ref()?.get("code").cloned();
    answer.data != Value::Null
        && answer
            .errors
            .iter()
            .any(|error| code(error) == Some(unavailable.clone()))
}

/// The bytes of a frame's text.
pub(crate) fn size(frame: &Message) -> usize {
    frame.to_text().map_or(0, str::len)
}
