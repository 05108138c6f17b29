//! Which Postgres a request reads from: the primary, or a replica where there is one.

pub(crate) mod loaders;
pub(crate) mod position_waits;
pub(crate) mod read_target;
pub(crate) mod replica;
