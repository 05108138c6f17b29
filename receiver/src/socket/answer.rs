//! What an operation's answer becomes on the wire.

use async_graphql::{Response, ServerError, Value};
use axum::extract::ws::Message;
use chassis::{Error, graphql::failure};
use shared_schema::ErrorCode;

use super::{MAX_ANSWER, protocol::Outgoing};

/// The frame for an answer, and whether it is the operation's last.
pub(super) fn frame(id: &str, answer: Option<&Response>) -> (Message, bool) {
    match answer {
        None => (Outgoing::Complete { id }.frame(), true),
        // An answer with an error in it is not one that a cursor may be moved past: `error` ends the operation.
        Some(response) if !response.errors.is_empty() => (
            Outgoing::Error {
                id,
                payload: &response.errors,
            }
            .frame(),
            true,
        ),
        Some(payload) => {
            let frame = Outgoing::Next { id, payload }.frame();
            if size(&frame) <= MAX_ANSWER {
                return (frame, false);
            }
            // It could never be sent, and a client that resumes would ask for it again and again.
            let refusal = failure(&Error::bad_request(
                "the answer is too large: ask for fewer fields",
            ));
            let payload = &refusal.errors;
            (Outgoing::Error { id, payload }.frame(), true)
        }
    }
}

/// Whether this answer is one of a running operation that would be whole at another time: the database was away while
/// it was put together. A client takes `error` as final, but after 1013 it comes back with the cursor before this answer.
pub(super) fn is_interrupted(answer: &Response) -> bool {
    let unavailable = Value::from(ErrorCode::Unavailable.as_str());
    let code = |error: &ServerError| error.extensions.as_ref()?.get("code").cloned();
    answer.data != Value::Null
        && answer
            .errors
            .iter()
            .any(|error| code(error) == Some(unavailable.clone()))
}

/// The bytes of a frame's text.
pub(super) fn size(frame: &Message) -> usize {
    frame.to_text().map_or(0, str::len)
}
