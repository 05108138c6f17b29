//! All SQL of this service, one file per table.
//!
//! The lock of a job or shard is taken first, then the locks of the rows that it is about. All times come from the
//! database, so instances whose clocks differ behave alike.

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
pub(crate) mod words;

/// The newest migration whose tables this build uses.
pub(crate) const SCHEMA_VERSION: u32 = 18;
