//! What a subscription to a feed delivers.

use async_graphql::{Enum, SimpleObject};
use shared_schema::{Cursor, FeedRef};

use super::{events::FeedEvent, signal::Signal};
use crate::live::feeds::batch::{self, EventBatch};

/// Everything that happened in one feed since the batch before: at rest one event, for a client that catches up or a
/// chat that runs hot many. Nothing is left out between two batches unless `reset` is set.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct FeedBatch {
    /// The feed: the id of the chat, or of the caller for their own feed.
    feed_id: FeedRef,
    /// Consecutive events, oldest first.
    events: Vec<FeedEvent>,
    /// Live facts that are no events.
    signals: Vec<Signal>,
    /// The position after these events. Keep the newest one per feed and resume with it.
    cursor: Cursor,
    /// Whether this batch ends where the feed ended when it was made.
    caught_up: bool,
    /// When set, the events since your last cursor cannot be given: fetch the current state, and go on from `cursor`.
    reset: Option<ResetReason>,
}

/// Why a client must fetch the current state anew instead of applying events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "batch::ResetReason")]
pub(crate) enum ResetReason {
    /// More events were missed than are replayed.
    GapTooLarge,
    /// The feed's history was replaced; what you have may contain events that no longer exist.
    Forked,
}

impl From<&EventBatch> for FeedBatch {
    fn from(batch: &EventBatch) -> Self {
        Self {
            feed_id: batch.cursor.feed,
            events: batch
                .events
                .iter()
                .map(|event| FeedEvent::from(event.as_ref()))
                .collect(),
            signals: batch
                .signals
                .iter()
                .cloned()
                .filter_map(Signal::of)
                .collect(),
            cursor: batch.cursor,
            caught_up: batch.caught_up,
            reset: batch.reset.map(ResetReason::from),
        }
    }
}
