//! `feed_events`, joined with the messages they are about as these are now.

use chassis::{Error, postgres::Pool};
use serde_json::Value;
use shared_schema::{Change, Event, EventId, FeedId, Instant, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{messages, rows};

/// Events from `from` on, that one included, oldest first, at most `limit`.
pub async fn page(pool: &Pool, feed: FeedId, from: Seq, limit: i64) -> Result<Vec<Event>, Error> {
    let rows = rows(
        pool,
        "SELECT e.feed_id, e.seq AS event_seq, e.id AS event_id, e.prev_id, e.kind, e.at, e.actor_id, e.data,
                m.id, m.chat_id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content,
                m.reply_to_id, m.created_at, m.edited_at, m.removed_at
         FROM feed_events e
         LEFT JOIN messages m ON m.chat_id = e.feed_id AND m.id = e.message_id
         WHERE e.feed_id = $1 AND e.seq >= $2
         ORDER BY e.seq
         LIMIT $3",
        &[&feed.0, &from, &limit],
    )
    .await?;
    Ok(rows.iter().map(event).collect())
}

fn event(row: &Row) -> Event {
    let kind: &str = row.get("kind");
    let message = row
        .get::<_, Option<Uuid>>("id")
        .map(|_| messages::message(row));
    Event {
        feed: FeedId(row.get("feed_id")),
        seq: row.get("event_seq"),
        id: EventId(row.get("event_id")),
        prev: row.get::<_, Option<Uuid>>("prev_id").map(EventId),
        at: Instant(row.get("at")),
        actor: row.get::<_, Option<Uuid>>("actor_id").map(UserId),
        change: Change::from_stored(kind, row.get::<_, Option<Value>>("data"), message),
    }
}
