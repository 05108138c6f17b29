//! Mutations of messages, and of how far a participant has read them.

pub mod create_message;
pub mod mark_as_read;
pub mod remove_message;
pub mod update_message;
