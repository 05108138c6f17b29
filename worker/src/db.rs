//! All SQL of this service, one file per table.
//!
//! Locks are taken in the order job or shard first, then what it is about. Every time is the database's: instances whose
//! clocks differ do the same.

pub(crate) mod accounts;
pub(crate) mod chats;
pub(crate) mod consumer_positions;
pub(crate) mod consumer_shards;
pub(crate) mod feed_events;
pub(crate) mod feeds;
pub(crate) mod jobs;
pub(crate) mod refresh_tokens;
pub(crate) mod reserved_usernames;
pub(crate) mod sessions;

/// The newest migration whose tables this build uses.
pub(crate) const SCHEMA_VERSION: u32 = 8;
