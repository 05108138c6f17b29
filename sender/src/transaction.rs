//! Runs the rule of a mutation in one transaction and publishes its events after the commit. The protocol itself is in
//! `feed_log`; this module limits it to a few concurrent transactions per chat.

pub mod chat_permits;
pub mod runner;
