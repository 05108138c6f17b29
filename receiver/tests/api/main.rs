//! The receiver over HTTP and WebSocket, on a real Postgres and Redis: one file per operation, then one per promise.
//!
//! Tests that guard against a known defect of earlier implementations name its number in REQUIREMENTS.md section 3.
#![allow(clippy::unwrap_used, missing_docs)]

mod documents;
mod stage;

mod bounds;
mod protocol;
mod sabotage;
mod sessions;
mod signals;

mod chat_events;
mod inbox;

mod sequencer;
