//! `feed_events`, joined with the messages they are about as these are now.

use chassis::{Error, postgres::Pool};
use serde_json::Value;
use shared_schema::{Change, Event, EventId, FeedRef, Instant, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    message_parts::{COLUMNS, message},
    rows,
};

/// Events from `from` on, that one included, oldest first, at most `limit`, and no further ones after
/// more than `text` bytes of messages.
///
/// A feed has no gaps, so the range of seqs gives the number of events. With a LIMIT, the planner would expect a tenth
/// of the feed and sort all of it. Each message is looked up by its key, regardless of the planner's estimates: a plan
/// that was made while a chat was small would read all of the chat's messages for each event of a page.
pub(crate) async fn page(
    pool: &Pool,
    feed: FeedRef,
    from: Seq,
    limit: i64,
    text: i64,
) -> Result<Vec<Event>, Error> {
    let rows = rows(
        pool,
        &format!(
            "SELECT measured.*
             FROM (
                 SELECT e.seq AS event_seq, e.id AS event_id, e.prev_id, e.kind, e.at, e.actor_id, e.data, {COLUMNS},
                        sum(octet_length(m.content)) OVER (ORDER BY e.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                            AS before
                 FROM (
                     SELECT feed_id, seq, id, prev_id, kind, at, actor_id, data, message_id
                     FROM feed_events
                     WHERE feed_id = $1 AND seq >= $2 AND seq < $3
                 ) e
                 LEFT JOIN LATERAL (
                     SELECT {COLUMNS} FROM messages m WHERE m.chat_id = e.feed_id AND m.id = e.message_id OFFSET 0
                 ) m ON true
             ) measured
             WHERE coalesce(before, 0) <= $4
             ORDER BY event_seq"
        ),
        &[&feed.id(), &from, &from.saturating_add(limit), &text],
    )
    .await?;
    rows.iter().map(|row| event(feed, row)).collect()
}

fn event(feed: FeedRef, row: &Row) -> Result<Event, Error> {
    let kind: &str = row.try_get("kind")?;
    let message = row
        .try_get::<_, Option<Uuid>>("id")?
        .map(|_| message(row))
        .transpose()?;
    Ok(Event {
        feed,
        seq: row.try_get("event_seq")?,
        id: EventId(row.try_get("event_id")?),
        prev: row.try_get::<_, Option<Uuid>>("prev_id")?.map(EventId),
        at: Instant(row.try_get("at")?),
        actor: row.try_get::<_, Option<Uuid>>("actor_id")?.map(UserId),
        change: Change::from_stored(kind, row.try_get::<_, Option<Value>>("data")?, message),
    })
}

/// What a range of a feed holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventDigestRow {
    pub(crate) event_count: i64,
    /// Of the seq as eight bytes, most significant first, and the id of each event; in hexadecimal.
    pub(crate) sha256: String,
}

/// The digest of the events with these seqs.
pub(crate) async fn digest(
    pool: &Pool,
    feed: FeedRef,
    from: Seq,
    to: Seq,
) -> Result<EventDigestRow, Error> {
    let rows = rows(
        pool,
        "SELECT count(*) AS event_count,
                encode(sha256(coalesce(string_agg(int8send(seq) || uuid_send(id), '' ORDER BY seq), '')), 'hex') AS sha256
         FROM feed_events
         WHERE feed_id = $1 AND seq BETWEEN $2 AND $3",
        &[&feed.id(), &from, &to],
    )
    .await?;
    let row = rows
        .first()
        .ok_or_else(|| Error::internal("a count without a row"))?;
    Ok(EventDigestRow {
        event_count: row.try_get("event_count")?,
        sha256: row.try_get("sha256")?,
    })
}
