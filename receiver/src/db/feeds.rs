//! `feeds`: how far each feed has come.

use std::collections::HashMap;

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, EventId, FeedRef, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

/// Reads the cursor of a chat's feed out of the columns `feed_id`, `last_seq` and `head_id`.
pub(crate) fn head(row: &Row) -> Result<Cursor, Error> {
    let chat = ChatId(row.try_get("feed_id")?);
    Ok(cursor(
        chat.into(),
        row.try_get("last_seq")?,
        row.try_get("head_id")?,
    ))
}

/// The position of a feed that is at this event, or that has none.
pub(crate) fn cursor(feed: FeedRef, seq: Seq, event: Option<Uuid>) -> Cursor {
    Cursor {
        feed,
        seq,
        event: event.map_or(EventId::NIL, EventId),
    }
}

/// The heads of these feeds; one that does not exist is absent.
pub(crate) async fn heads(
    pool: &Pool,
    feeds: &[FeedRef],
) -> Result<HashMap<FeedRef, Cursor>, Error> {
    let of: HashMap<Uuid, FeedRef> = feeds.iter().map(|&feed| (feed.id(), feed)).collect();
    let ids: Vec<Uuid> = of.keys().copied().collect();
    let rows = rows(
        pool,
        "SELECT id AS feed_id, last_seq, head_id FROM feeds WHERE id = ANY ($1)",
        &[&ids],
    )
    .await?;
    let mut found = HashMap::new();
    for row in &rows {
        if let Some(&feed) = of.get(&row.try_get("feed_id")?) {
            let head = cursor(feed, row.try_get("last_seq")?, row.try_get("head_id")?);
            found.insert(feed, head);
        }
    }
    Ok(found)
}

/// How far this user may know that a feed has come: their own, that of a public chat or of a chat they take part in to
/// its head, that of a chat they took part in to where they left. None if it is not theirs or does not exist.
pub(crate) async fn seen_by(
    pool: &Pool,
    user: UserId,
    feed: FeedRef,
) -> Result<Option<Seq>, Error> {
    let rows = rows(
        pool,
        "SELECT CASE WHEN c.kind = 'PUBLIC' THEN f.last_seq ELSE least(f.last_seq, p.left_seq) END AS seq
         FROM feeds f
         LEFT JOIN participants p ON p.chat_id = f.id AND p.user_id = $2
         LEFT JOIN chats c ON c.id = f.id
         WHERE f.id = $1 AND (f.id = $2 OR p.user_id IS NOT NULL OR c.kind = 'PUBLIC')",
        &[&feed.id(), &user.0],
    )
    .await?;
    Ok(rows.first().map(|row| row.try_get("seq")).transpose()?)
}
