#![doc = include_str!("../README.md")]

mod append;
mod db;
mod pending_events;
mod retry;
mod transaction;

pub use append::{append, append_all, append_each};
pub use pending_events::PendingEvents;
pub use retry::{Retries, is_transient, shared_failure};
pub use transaction::{Outcome, TransactionRunner, commit};
