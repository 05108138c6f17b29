//! The only SQL of this service, one file per table, and `message_batches` for the transaction that writes many messages at
//! once. Rules live with the mutations.
//!
//! A function's name says whether it writes: `add…`, `advance…`, `append…`, `create`, `describe`, `edit`, `insert…`, `leave…`,
//! `mark…`, `remove`, `set…`, `skip…`, `update…` and `write…` do, and `lock…` takes row locks; `prepare…` only prepares such a statement.
//! They take a `Transaction`, except for the statements of the batch (`message_batches`, and what ends in `_each` or was
//! prepared before), which run on a client whose transaction the batch has begun. All others only read.

pub mod chat_settings;
pub mod chats;
pub mod clock;
pub mod drafts;
pub mod ended_sessions;
pub mod feeds;
pub mod message_batches;
pub mod message_mentions;
pub mod messages;
pub mod participants;
pub mod pinned_messages;
pub mod probes;
pub mod profiles;
pub mod reactions;
pub mod thread_follows;
pub mod threads;

/// The newest migration that this code needs.
pub const SCHEMA_VERSION: u32 = 18;
