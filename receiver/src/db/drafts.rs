//! `drafts`: what users have begun to write. The chat's own id stands for the place that is in no thread.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Draft, Instant, MessageId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

/// Where a user writes: in a chat, or in the thread of a message.
pub(crate) type DraftPlace = (ChatId, Option<MessageId>);

fn draft(row: &Row) -> Result<Draft, Error> {
    let chat_id: Uuid = row.try_get("chat_id")?;
    let root_id: Uuid = row.try_get("root_id")?;
    Ok(Draft {
        chat_id: ChatId(chat_id),
        thread_root_id: (root_id != chat_id).then_some(MessageId(root_id)),
        content: row.try_get("content")?,
        updated_at: Instant(row.try_get("updated_at")?),
    })
}

/// What `user` has begun to write in the chats that they take part in, newest first, at most `limit` drafts.
pub(crate) async fn of_user(pool: &Pool, user: UserId, limit: i64) -> Result<Vec<Draft>, Error> {
    let rows = rows(
        pool,
        "SELECT d.chat_id, d.root_id, d.content, d.updated_at
         FROM drafts d
         CROSS JOIN LATERAL (
             SELECT FROM participants WHERE chat_id = d.chat_id AND user_id = $1 AND left_seq IS NULL OFFSET 0
         ) p
         WHERE d.user_id = $1
         ORDER BY d.updated_at DESC, d.chat_id, d.root_id
         LIMIT $2",
        &[&user.0, &limit],
    )
    .await?;
    rows.iter().map(draft).collect()
}

/// What `user` has begun to write in these places, as far as they take part in the chats.
pub(crate) async fn at(
    pool: &Pool,
    user: UserId,
    places: &[DraftPlace],
) -> Result<Vec<Draft>, Error> {
    let chats: Vec<Uuid> = places.iter().map(|(chat, _)| chat.0).collect();
    let roots: Vec<Uuid> = places
        .iter()
        .map(|(chat, root)| root.map_or(chat.0, |root| root.0))
        .collect();
    let rows = rows(
        pool,
        "SELECT d.chat_id, d.root_id, d.content, d.updated_at
         FROM unnest($2::uuid[], $3::uuid[]) AS wanted (chat_id, root_id)
         CROSS JOIN LATERAL (
             SELECT FROM participants WHERE chat_id = wanted.chat_id AND user_id = $1 AND left_seq IS NULL OFFSET 0
         ) p
         CROSS JOIN LATERAL (
             SELECT chat_id, root_id, content, updated_at FROM drafts
             WHERE user_id = $1 AND chat_id = wanted.chat_id AND root_id = wanted.root_id
             OFFSET 0
         ) d",
        &[&user.0, &chats, &roots],
    )
    .await?;
    rows.iter().map(draft).collect()
}
