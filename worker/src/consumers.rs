//! The consumers of feeds: one file each. What they have in common is in `consumer`.

mod erasure;

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::db::feed_events::FeedEvent;

/// A consumer of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consumer {
    /// Enqueues the erasing of what removed chats and closed accounts held.
    Erasure,
}

impl Consumer {
    /// All consumers.
    pub(crate) const ALL: [Self; 1] = [Self::Erasure];

    /// The name under which its positions are stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Erasure => "erasure",
        }
    }

    /// The kinds of events that concern it.
    pub(crate) fn kinds(self) -> Vec<String> {
        match self {
            Self::Erasure => erasure::kinds(),
        }
    }

    /// Handles one event in the transaction that moves the position. Work that takes long or has effects outside the
    /// database is enqueued as a job, with a key that is the same each time.
    pub(crate) async fn handle(self, tx: &Transaction<'_>, event: &FeedEvent) -> Result<(), Error> {
        match self {
            Self::Erasure => erasure::handle(tx, event).await,
        }
    }
}
