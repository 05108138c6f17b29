//! All SQL of this service, one file per table.
//!
//! Locks are always taken in the order `users`, `sessions`, `feeds`, so that two requests cannot wait for each other.
//! A transaction that changes several sessions of a user holds the lock of the user's row.

pub(crate) mod ended_sessions;
pub(crate) mod feeds;
pub(crate) mod probes;
pub(crate) mod public_profiles;
pub(crate) mod refresh_tokens;
pub(crate) mod reserved_usernames;
pub(crate) mod sessions;
pub(crate) mod users;

/// The newest migration whose tables this build uses.
pub(crate) const SCHEMA_VERSION: u32 = 14;
