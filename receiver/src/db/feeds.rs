//! `feeds`: how far each feed has come.

use std::collections::HashMap;

use chassis::{Error, postgres::Pool};
use shared_schema::{Cursor, EventId, FeedId, Seq};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

/// Reads a cursor out of the columns `feed_id`, `last_seq` and `head_id`.
pub(super) fn head(row: &Row) -> Cursor {
    let event: Option<Uuid> = row.get("head_id");
    Cursor {
        feed: FeedId(row.get("feed_id")),
        seq: row.get::<_, Seq>("last_seq"),
        event: event.map_or(EventId::NIL, EventId),
    }
}

/// The heads of these feeds; one that does not exist is absent.
pub async fn heads(pool: &Pool, feeds: &[FeedId]) -> Result<HashMap<FeedId, Cursor>, Error> {
    let ids: Vec<Uuid> = feeds.iter().map(|feed| feed.0).collect();
    let rows = rows(
        pool,
        "SELECT id AS feed_id, last_seq, head_id FROM feeds WHERE id = ANY ($1)",
        &[&ids],
    )
    .await?;
    Ok(rows
        .iter()
        .map(head)
        .map(|cursor| (cursor.feed, cursor))
        .collect())
}
