//! The receiver over HTTP and WebSocket, on a real Postgres and Redis: one file per operation, then one per promise.
//!
//! Tests that guard against a known defect of earlier implementations carry its number.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]

mod app;
mod documents;
mod events;

mod chat;
mod chat_settings;
mod chats;
mod drafts;
mod event_digest;
mod feed;
mod mentions;
mod message;
mod message_revisions;
mod messages;
mod my_messages;
mod pages;
mod pinned_messages;
mod public_chats;
mod reactions;
mod receipts;
mod search_messages;
mod threads;
mod unread_counts;

mod chat_events;
mod inbox;
mod versions;
mod views;

mod bounds;
mod chat_fields;
mod contract;
mod cost;
mod forms;
mod introspection;
mod lifecycle;
mod limits;
mod long_texts;
mod protocol;
mod replica;
mod sabotage;
mod sequencer;
mod sessions;
mod sharing;
mod signals;
