//! The sender over HTTP, on a real Postgres and Redis: one file per operation, and one per promise.
#![allow(clippy::unwrap_used, missing_docs)]

mod contract;
mod create_message;
mod stage;
