//! GraphQL over server-sent events, in the mode of one connection per operation.

/// The media type that a client accepts.
pub const MEDIA_TYPE: &str = "text/event-stream";

/// Keeps a connection in which nothing happens from being taken for a dead one.
pub const KEEP_ALIVE: &str = ":\n\n";

/// The operation has ended. If a connection ends without this event, the client reconnects.
pub const COMPLETE: &str = "event: complete\ndata:\n\n";

/// An answer. JSON as we write it has no line breaks, which would end the event.
#[must_use]
pub fn next(payload: &str) -> String {
    format!("event: next\ndata: {payload}\n\n")
}
