//! The events of a feed as Postgres holds them.

use serde_json::Value;
use shared_schema::Instant;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

/// One row of `feed_events`.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its position in the feed.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// The id of the event before it.
    pub prev: Option<Uuid>,
    /// What it tells.
    pub kind: String,
    /// When it was appended.
    pub at: Instant,
    /// Who caused it.
    pub actor: Option<Uuid>,
    /// The message that it is about.
    pub message: Option<Uuid>,
    /// Everything else.
    pub data: Option<Value>,
}

/// All events of a feed, after checking what is true of every feed: seqs are dense from 1, each event names the one before
/// it, times strictly grow, and the feed's own row is at the last of them.
///
/// # Errors
/// When Postgres has gone.
///
/// # Panics
/// When one of these is not true.
pub async fn stored_events(owner: &Client, feed: Uuid) -> Result<Vec<StoredEvent>, Error> {
    let sql = "SELECT seq, id, prev_id, kind, at, actor_id, message_id, data FROM feed_events
               WHERE feed_id = $1 ORDER BY seq";
    let mut events: Vec<StoredEvent> = vec![];
    for row in owner.query(sql, &[&feed]).await? {
        events.push(StoredEvent {
            seq: row.try_get("seq")?,
            id: row.try_get("id")?,
            prev: row.try_get("prev_id")?,
            kind: row.try_get("kind")?,
            at: Instant(row.try_get("at")?),
            actor: row.try_get("actor_id")?,
            message: row.try_get("message_id")?,
            data: row.try_get("data")?,
        });
    }
    for (before, event) in events.iter().zip(events.iter().skip(1)) {
        assert!(event.at.0 > before.at.0, "in time: {events:?}");
    }
    let mut head = (0, None);
    for event in &events {
        assert_eq!(event.seq, head.0 + 1, "dense: {events:?}");
        assert_eq!(event.prev, head.1, "a chain: {events:?}");
        head = (event.seq, Some(event.id));
    }
    let sql = "SELECT last_seq, head_id FROM feeds WHERE id = $1";
    let row = owner.query_one(sql, &[&feed]).await?;
    assert_eq!((row.try_get("last_seq")?, row.try_get("head_id")?), head);
    Ok(events)
}
