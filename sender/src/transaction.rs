//! How a mutation's rule runs: in one transaction, whose events are published once it has committed. The protocol is
//! `feed_log`'s; here is what limits it to a few transactions of one chat at a time.

pub mod chat_permits;
pub mod runner;
