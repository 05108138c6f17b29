//! Which Postgres a request reads from.
//!
//! Live delivery reads from the primary: feeds must not lag. Queries read from a replica where there is one, and go to
//! the primary when the replica is away, too far behind ([`replica`]), or behind what the caller has seen (`atLeast`).

pub(crate) mod database;
pub(crate) mod loaders;
pub(crate) mod position_waits;
pub(crate) mod read_at_least;
pub(crate) mod read_target;
pub(crate) mod replica;
