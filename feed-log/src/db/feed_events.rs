//! `feed_events`, through the functions that are the only way to write it.

use std::collections::HashMap;

use chassis::Error;
use deadpool_postgres::Transaction;
use jiff::Timestamp;
use serde_json::Value;
use shared_schema::{Change, Event, EventId, FeedRef, Instant, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

/// See [`crate::append_each`].
pub(crate) async fn append_each(
    tx: &Transaction<'_>,
    actor: UserId,
    changes: Vec<(FeedRef, Change)>,
) -> Result<Vec<Event>, Error> {
    let statement = tx
        .prepare_cached(
            "SELECT feed_id, seq, id, prev_id, at FROM append_events($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let feeds: Vec<Uuid> = changes.iter().map(|(feed, _)| feed.id()).collect();
    let ids: Vec<Uuid> = changes.iter().map(|_| EventId::new().0).collect();
    let kinds: Vec<&str> = changes.iter().map(|(_, change)| change.kind()).collect();
    let messages: Vec<Option<Uuid>> = changes
        .iter()
        .map(|(_, change)| change.message_id().map(|id| id.0))
        .collect();
    let datas: Vec<Option<Value>> = changes.iter().map(|(_, change)| change.data()).collect();
    let rows = tx
        .query(
            &statement,
            &[&feeds, &ids, &kinds, &actor.0, &messages, &datas],
        )
        .await?;

    let mut appended: HashMap<Uuid, Row> = HashMap::with_capacity(rows.len());
    for row in rows {
        appended.insert(row.try_get("feed_id")?, row);
    }
    changes
        .into_iter()
        .map(|(feed, change)| {
            // `append_events` skips a feed that does not exist.
            let row = appended
                .remove(&feed.id())
                .ok_or_else(|| Error::internal(format!("the feed {feed} does not exist")))?;
            read(&row, feed, actor, change)
        })
        .collect()
}

/// See [`crate::append_all`].
pub(crate) async fn append_all(
    tx: &Transaction<'_>,
    feed: FeedRef,
    changes: Vec<(UserId, Change)>,
) -> Result<Vec<Event>, Error> {
    let statement = tx
        .prepare_cached("SELECT id, seq, prev_id, at FROM append_to_feed($1, $2, $3, $4, $5)")
        .await?;
    let ids: Vec<Uuid> = changes.iter().map(|_| EventId::new().0).collect();
    let kinds: Vec<&str> = changes.iter().map(|(_, change)| change.kind()).collect();
    let actors: Vec<Uuid> = changes.iter().map(|(actor, _)| actor.0).collect();
    let datas: Vec<Option<Value>> = changes.iter().map(|(_, change)| change.data()).collect();
    let rows = tx
        .query(&statement, &[&feed.id(), &ids, &kinds, &actors, &datas])
        .await?;

    let mut appended: HashMap<Uuid, Row> = HashMap::with_capacity(rows.len());
    for row in rows {
        appended.insert(row.try_get("id")?, row);
    }
    ids.into_iter()
        .zip(changes)
        .map(|(id, (actor, change))| {
            // `append_to_feed` returns nothing if there is no such feed.
            let row = appended
                .remove(&id)
                .ok_or_else(|| Error::internal(format!("the feed {feed} does not exist")))?;
            read(&row, feed, actor, change)
        })
        .collect()
}

fn read(row: &Row, feed: FeedRef, actor: UserId, change: Change) -> Result<Event, Error> {
    let prev: Option<Uuid> = row.try_get("prev_id")?;
    let at: Timestamp = row.try_get("at")?;
    Ok(Event {
        feed,
        seq: row.try_get("seq")?,
        id: EventId(row.try_get("id")?),
        prev: prev.map(EventId),
        at: Instant(at),
        actor: Some(actor),
        change,
    })
}
