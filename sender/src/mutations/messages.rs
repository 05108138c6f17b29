//! Mutations of messages and of read marks.

pub mod create_message;
pub mod mark_as_read;
pub mod remove_message;
pub mod update_message;
