//! The only SQL of this service, one file per table, and `batch` for the transaction that writes many messages at once.
//! Rules live with the mutations.
//!
//! Functions that take a `Transaction` write, or read under a lock that the caller holds; those that take any client
//! only read.

pub mod batch;
pub mod chats;
pub mod clock;
pub mod ended_sessions;
pub mod feeds;
pub mod messages;
pub mod participants;
pub mod profiles;
