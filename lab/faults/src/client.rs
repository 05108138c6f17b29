//! Clients that behave as good clients do, and tell the history everything they do and see.
//!
//! They make the ids of what they create, repeat an unanswered request with the same id and
//! jittered pauses, keep one cursor per feed across connections, and fetch the current state
//! when they are told to.

pub mod cursor;
pub mod device;
mod documents;
pub mod local_state;
pub mod mutation;
pub mod test_user;
pub mod ws_connection;
