//! What a subscription to a feed delivers.

use async_graphql::{Enum, SimpleObject};
use shared_schema::{Cursor, FeedRef};

use super::{events::FeedEvent, signal::Signal};
use crate::live::feeds::batch::{self, EventBatch};

/// Consecutive events of one feed, since the previous batch. Usually one event; several if the client is catching up or
/// the chat is very active. Nothing is missing between two batches unless `reset` is set.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct FeedBatch {
    /// The id of the feed: the chat's id, or the caller's user id for the caller's own feed.
    feed_id: FeedRef,
    /// The events in their order, oldest first.
    events: Vec<FeedEvent>,
    /// Live signals, which are not part of the history.
    signals: Vec<Signal>,
    /// The position after these events. Keep the newest cursor of each feed and resume with it.
    cursor: Cursor,
    /// Whether this batch reached the end of the feed as it was when the batch was made.
    caught_up: bool,
    /// If set, the events since your last cursor cannot be delivered: fetch the current state, then continue from
    /// `cursor`.
    reset: Option<ResetReason>,
}

/// Why a client must fetch the current state instead of applying events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "batch::ResetReason")]
pub(crate) enum ResetReason {
    /// The client missed more events than the server replays.
    GapTooLarge,
    /// The history of the feed was replaced. Events that the client has received may no longer exist.
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
