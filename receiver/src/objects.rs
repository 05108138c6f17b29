//! GraphQL objects that several operations share, and the arguments of lists.

pub(crate) mod chat;
pub(crate) mod events;
pub(crate) mod feed_batch;
pub(crate) mod followed_thread;
pub(crate) mod list_keys;
pub(crate) mod mention;
pub(crate) mod message;
pub(crate) mod message_revision;
pub(crate) mod message_search;
pub(crate) mod numbers;
pub(crate) mod own_message;
pub(crate) mod pagination;
pub(crate) mod participant;
pub(crate) mod participant_search;
pub(crate) mod pinned_message;
pub(crate) mod reaction;
pub(crate) mod receipt;
pub(crate) mod replies;
pub(crate) mod signal;
pub(crate) mod unread_count;
