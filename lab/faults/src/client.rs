//! Clients that follow the rules of the API and record everything they do and receive.
//!
//! They generate the ids of what they create, repeat unanswered requests with the same id after pauses with jitter, keep one
//! cursor per feed across connections, and load the current state after a reset.

pub mod cursor;
pub mod device;
mod documents;
pub mod local_state;
pub mod mutation;
mod own_state;
mod receipts;
pub mod test_user;
pub mod ws_connection;
