//! The sender over HTTP, on a real Postgres and Redis: one file per operation, then one per promise.
//!
//! Tests that guard against a known defect of earlier implementations carry its number.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]

mod app;
mod mutations;

mod add_participant;
mod add_participants;
mod add_reaction;
mod change_participant_role;
mod create_chat;
mod create_message;
mod follow_thread;
mod join_chat;
mod leave_chat;
mod mark_as_delivered;
mod mark_as_read;
mod mark_thread_as_read;
mod remove_chat;
mod remove_message;
mod remove_participant;
mod remove_reaction;
mod service_info;
mod set_typing;
mod unfollow_thread;
mod update_chat;
mod update_chat_settings;
mod update_draft;
mod update_message;

mod authorization;
mod concurrency;
mod conformance;
mod cost;
mod ended_sessions;
mod events;
mod group_commit;
mod lifecycle;
mod limits;
mod mentions;
mod pinned_messages;
mod publishing;
mod reactions;
mod threads;
mod transactions;
