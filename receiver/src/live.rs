//! Live delivery: events from the commit to the subscribers who may see them.
//!
//! [`feeds`] brings each watched feed up to date and cuts it into batches; [`authorized_reader`] ends with the right to
//! read; [`inbox`] merges all feeds of a user; [`shared_execution`] executes a document once for all who sent the same.

pub(crate) mod authorized_reader;
pub(crate) mod feeds;
pub(crate) mod inbox;
pub(crate) mod redis_listener;
pub(crate) mod shared_execution;
