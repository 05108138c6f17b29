//! Appends events to feeds.

use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{Change, Event, FeedRef, UserId};

use crate::db::feed_events;

/// Appends one event to one feed, which stays locked until the transaction ends.
///
/// # Errors
/// When there is no such feed, or Postgres does not answer.
pub async fn append(
    tx: &Transaction<'_>,
    actor: UserId,
    feed: impl Into<FeedRef>,
    change: Change,
) -> Result<Event, Error> {
    let events = append_each(tx, actor, vec![(feed.into(), change)]).await?;
    let event = events.into_iter().next();
    event.ok_or_else(|| Error::internal("append_events returned no row"))
}

/// Appends one event to each of these feeds, which must differ, in one statement. The locks are acquired in the order
/// of the feeds' ids, so that two such statements never wait for each other.
///
/// Not for added messages: the sender numbers those, and appends their events with a statement of their own.
///
/// # Errors
/// When there is no such feed, or Postgres does not answer.
pub async fn append_each(
    tx: &Transaction<'_>,
    actor: UserId,
    changes: Vec<(FeedRef, Change)>,
) -> Result<Vec<Event>, Error> {
    feed_events::append_each(tx, actor, changes).await
}

/// Appends events to one feed, in this order and each with its actor, in one statement. The feed stays locked until the
/// transaction ends.
///
/// Not for added messages: the sender numbers those, and appends their events with a statement of their own.
///
/// # Errors
/// When there is no such feed, or Postgres does not answer.
pub async fn append_all(
    tx: &Transaction<'_>,
    feed: impl Into<FeedRef>,
    changes: Vec<(UserId, Change)>,
) -> Result<Vec<Event>, Error> {
    feed_events::append_all(tx, feed.into(), changes).await
}
