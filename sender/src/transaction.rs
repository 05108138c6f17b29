//! How a mutation's rule runs: in one transaction, whose events are published once it has committed.

pub mod chat_permits;
pub mod pending_events;
pub mod retry;
pub mod runner;
