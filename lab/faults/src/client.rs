//! Clients that behave as good clients do, and tell the history everything they do and see.
//!
//! They make the ids of what they create, repeat an unanswered request with the same id and
//! jittered pauses, keep one cursor per feed across connections, and fetch the current state
//! when they are told to.

pub mod account;
pub mod copy;
pub mod deed;
pub mod device;
mod documents;
pub mod position;
pub mod wire;
