//! Live delivery: the way of events from the commit to the subscribers who may see them.
//!
//! [`feeds`] keeps each watched feed up to date and divides it into batches; [`authorized_reader`] ends when the user
//! loses access; [`inbox`] merges all feeds of a user; [`shared_execution`] executes a document once for all
//! subscribers with the same document and variables.

pub(crate) mod authorized_reader;
pub(crate) mod feeds;
pub(crate) mod inbox;
pub(crate) mod read_receipt_choices;
pub(crate) mod redis_listener;
pub(crate) mod shared_execution;
