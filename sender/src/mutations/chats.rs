//! Mutations of chats.

pub mod create_chat;
pub mod remove_chat;
pub mod update_chat;
