//! `messages`: pages by number, and single ones by id.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, Message, MessageId, Number, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

pub(super) fn message(row: &Row) -> Message {
    Message {
        id: MessageId(row.get("id")),
        chat_id: ChatId(row.get("chat_id")),
        number: row.get("number"),
        seq: row.get("seq"),
        revision: row.get("revision"),
        sender_id: UserId(row.get("sender_id")),
        sender_username: row.get("sender_username"),
        content: row.get("content"),
        reply_to_id: row.get::<_, Option<Uuid>>("reply_to_id").map(MessageId),
        created_at: Instant(row.get("created_at")),
        edited_at: row.get::<_, Option<_>>("edited_at").map(Instant),
        removed_at: row.get::<_, Option<_>>("removed_at").map(Instant),
    }
}

/// Messages with `after < number < before`, lowest numbers first, at most `limit`.
pub async fn oldest_between(
    pool: &Pool,
    chat: ChatId,
    after: Number,
    before: Number,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let rows = rows(
        pool,
        "SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                created_at, edited_at, removed_at
         FROM messages
         WHERE chat_id = $1 AND number > $2 AND number < $3
         ORDER BY number
         LIMIT $4",
        &[&chat.0, &after, &before, &limit],
    )
    .await?;
    Ok(rows.iter().map(message).collect())
}

/// Messages with `after < number < before`, highest numbers first, at most `limit`.
pub async fn newest_between(
    pool: &Pool,
    chat: ChatId,
    after: Number,
    before: Number,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let rows = rows(
        pool,
        "SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                created_at, edited_at, removed_at
         FROM messages
         WHERE chat_id = $1 AND number > $2 AND number < $3
         ORDER BY number DESC
         LIMIT $4",
        &[&chat.0, &after, &before, &limit],
    )
    .await?;
    Ok(rows.iter().map(message).collect())
}

/// These messages, in no order; those that do not exist are absent.
pub async fn by_id(pool: &Pool, ids: &[(ChatId, MessageId)]) -> Result<Vec<Message>, Error> {
    let (chats, messages): (Vec<Uuid>, Vec<Uuid>) = ids
        .iter()
        .map(|(chat, message)| (chat.0, message.0))
        .unzip();
    let rows = rows(
        pool,
        // By its key, whatever the planner believes about the size of chats.
        "SELECT m.*
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, id)
         CROSS JOIN LATERAL (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    created_at, edited_at, removed_at
             FROM messages
             WHERE chat_id = wanted.chat_id AND id = wanted.id
             OFFSET 0
         ) m",
        &[&chats, &messages],
    )
    .await?;
    Ok(rows.iter().map(message).collect())
}

/// The newest message of each of these chats; a chat without messages is absent.
pub async fn newest_of(pool: &Pool, chats: &[ChatId]) -> Result<Vec<Message>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        "SELECT m.id, m.chat_id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content,
                m.reply_to_id, m.created_at, m.edited_at, m.removed_at
         FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    created_at, edited_at, removed_at
             FROM messages
             WHERE chat_id = wanted.chat_id
             ORDER BY number DESC
             LIMIT 1
         ) m",
        &[&ids],
    )
    .await?;
    Ok(rows.iter().map(message).collect())
}
