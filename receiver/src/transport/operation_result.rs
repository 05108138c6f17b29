//! What an operation's answer becomes on the wire.

use std::sync::Arc;

use async_graphql::{Response, ServerError, Value};
use axum::extract::ws::Message;
use chassis::graphql::{encode, events, too_large};
use shared_schema::ErrorCode;

use super::websocket::protocol::{Outgoing, next};
use crate::live::feeds::payload_cache::EncodedPayloads;

/// Maximum bytes of one result.
pub(crate) const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// What an operation says.
pub(crate) enum OperationResult {
    /// The payload of this index, which others are given as well.
    Shared(Arc<EncodedPayloads>, usize),
    /// Something of its own.
    Individual(Box<Response>),
    /// That it has ended.
    Complete,
}

impl OperationResult {
    /// The frame for this answer, and whether it is the operation's last.
    pub(crate) fn frame(&self, id: &str) -> (Message, bool) {
        match self {
            Self::Complete => (Outgoing::Complete { id }.frame(), true),
            Self::Shared(payloads, index) => (next(id, &payloads.texts[*index]), false),
            Self::Individual(response) => frame(id, response),
        }
    }

    /// The server-sent events for this answer, and whether they are the operation's last.
    pub(crate) fn event(&self) -> (String, bool) {
        match self {
            Self::Complete => (events::COMPLETE.to_owned(), true),
            Self::Shared(payloads, index) => (events::next(&payloads.texts[*index]), false),
            Self::Individual(response) => event(response),
        }
    }
}

fn event(payload: &Response) -> (String, bool) {
    if payload.errors.is_empty()
        && let Some(text) = encode(payload, MAX_ANSWER_BYTES)
    {
        return (events::next(&text), false);
    }
    let too_large_to_send = too_large_to_send(payload);
    let text =
        serde_json::to_string(too_large_to_send.as_ref().unwrap_or(payload)).unwrap_or_default();
    (events::next(&text) + events::COMPLETE, true)
}

fn frame(id: &str, payload: &Response) -> (Message, bool) {
    // An answer with an error in it is not one that a cursor may be moved past: `error` ends the operation.
    if payload.errors.is_empty()
        && let Some(text) = encode(payload, MAX_ANSWER_BYTES)
    {
        return (next(id, &text), false);
    }
    let too_large_to_send = too_large_to_send(payload);
    let payload = &too_large_to_send.as_ref().unwrap_or(payload).errors;
    (Outgoing::Error { id, payload }.frame(), true)
}

/// An answer without an error could never be sent, and a client that resumes would ask for it again and again.
fn too_large_to_send(payload: &Response) -> Option<Response> {
    payload.errors.is_empty().then(too_large)
}

/// Whether this answer is one of a running operation that would be whole at another time: the database was away while
/// it was put together. A client takes `error` as final, but after 1013 it comes back with the cursor before this answer.
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
