//! `messages`: pages by number, and single ones by id.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, Message, MessageId, Number, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

pub(crate) fn message(row: &Row) -> Result<Message, Error> {
    Ok(Message {
        id: MessageId(row.try_get("id")?),
        chat_id: ChatId(row.try_get("chat_id")?),
        number: row.try_get("number")?,
        seq: row.try_get("seq")?,
        revision: row.try_get("revision")?,
        sender_id: UserId(row.try_get("sender_id")?),
        sender_username: row.try_get("sender_username")?,
        content: row.try_get("content")?,
        reply_to_id: row
            .try_get::<_, Option<Uuid>>("reply_to_id")?
            .map(MessageId),
        thread_root_id: row
            .try_get::<_, Option<Uuid>>("thread_root_id")?
            .map(MessageId),
        thread_ordinal: row.try_get("thread_ordinal")?,
        mentions_all: row.try_get("mentions_all")?,
        mention_count: row.try_get("mention_count")?,
        created_at: Instant(row.try_get("created_at")?),
        edited_at: row.try_get::<_, Option<_>>("edited_at")?.map(Instant),
        removed_at: row.try_get::<_, Option<_>>("removed_at")?.map(Instant),
    })
}

/// A part of a list of messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessagePart {
    /// In the order of the reading.
    pub(crate) messages: Vec<Message>,
    /// The texts of further ones would have been too much.
    pub(crate) is_truncated: bool,
}

/// Which messages of a chat to read: those with `after < number < before`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberRange {
    /// Exclusive.
    pub(crate) after: Number,
    /// Exclusive.
    pub(crate) before: Number,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text at the most, those of the messages that are answered included. The first message is read however
    /// long it is.
    pub(crate) text: i64,
}

/// Lowest numbers first.
pub(crate) async fn oldest_between(
    pool: &Pool,
    chat: ChatId,
    wanted: NumberRange,
) -> Result<MessagePart, Error> {
    between(pool, chat, wanted, "number").await
}

/// Highest numbers first.
pub(crate) async fn newest_between(
    pool: &Pool,
    chat: ChatId,
    wanted: NumberRange,
) -> Result<MessagePart, Error> {
    between(pool, chat, wanted, "number DESC").await
}

async fn between(
    pool: &Pool,
    chat: ChatId,
    wanted: NumberRange,
    order: &'static str,
) -> Result<MessagePart, Error> {
    // The length of a text is stored beside it, so that no text is read that is not shown.
    let sql = format!(
        "SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                thread_root_id, thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at,
                (SELECT count(*) FROM page) AS found
         FROM (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    thread_root_id, thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at,
                    row_number() OVER (ORDER BY {order}) AS place,
                    sum(bytes) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS text
             FROM page
         ) measured
         WHERE text <= $5 OR place = 1
         ORDER BY {order}"
    );
    let page = format!(
        "WITH page AS MATERIALIZED (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    thread_root_id, thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at,
                    coalesce(octet_length(content), 0) + coalesce((
                        SELECT octet_length(content) FROM messages answered
                        WHERE answered.chat_id = $1 AND answered.id = m.reply_to_id), 0) AS bytes
             FROM messages m
             WHERE chat_id = $1 AND number > $2 AND number < $3
             ORDER BY {order}
             LIMIT $4
         ) {sql}"
    );
    let NumberRange {
        after,
        before,
        limit,
        text,
    } = wanted;
    let rows = rows(pool, &page, &[&chat.0, &after, &before, &limit, &text]).await?;
    let found: i64 = match rows.first() {
        Some(row) => row.try_get("found")?,
        None => 0,
    };
    Ok(MessagePart {
        is_truncated: i64::try_from(rows.len()).is_ok_and(|read| read < found),
        messages: rows.iter().map(message).collect::<Result<_, _>>()?,
    })
}

/// These messages, in no order; those that do not exist are absent.
pub(crate) async fn by_id(pool: &Pool, ids: &[(ChatId, MessageId)]) -> Result<Vec<Message>, Error> {
    let (chats, messages): (Vec<Uuid>, Vec<Uuid>) = ids
        .iter()
        .map(|(chat, message)| (chat.0, message.0))
        .unzip();
    let rows = rows(
        pool,
        // By its key, whatever the planner believes about the size of chats.
        "SELECT m.id, m.chat_id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content,
                m.reply_to_id, m.thread_root_id, m.thread_ordinal, m.mention_count, m.mentions_all, m.created_at, m.edited_at, m.removed_at
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, id)
         CROSS JOIN LATERAL (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    thread_root_id, thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at
             FROM messages
             WHERE chat_id = wanted.chat_id AND id = wanted.id
             OFFSET 0
         ) m",
        &[&chats, &messages],
    )
    .await?;
    rows.iter().map(message).collect()
}

/// The newest message of each of these chats; a chat without messages is absent.
pub(crate) async fn newest_of(pool: &Pool, chats: &[ChatId]) -> Result<Vec<Message>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        "SELECT m.id, m.chat_id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content,
                m.reply_to_id, m.thread_root_id, m.thread_ordinal, m.mention_count, m.mentions_all, m.created_at, m.edited_at, m.removed_at
         FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id,
                    thread_root_id, thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at
             FROM messages
             WHERE chat_id = wanted.chat_id
             ORDER BY number DESC
             LIMIT 1
         ) m",
        &[&ids],
    )
    .await?;
    rows.iter().map(message).collect()
}

/// The number of a chat's newest message. None if it has none.
pub(crate) async fn newest_number(pool: &Pool, chat: ChatId) -> Result<Option<Number>, Error> {
    let rows = rows(
        pool,
        "SELECT message_count FROM feeds WHERE id = $1 AND message_count > 0",
        &[&chat.0],
    )
    .await?;
    Ok(rows
        .first()
        .map(|row| row.try_get("message_count"))
        .transpose()?)
}

/// The number of the first message that was sent at this time or later, or else of the newest one. None if the chat has no
/// messages.
pub(crate) async fn number_at(
    pool: &Pool,
    chat: ChatId,
    time: Instant,
) -> Result<Option<Number>, Error> {
    let rows = rows(
        pool,
        "SELECT least(message_number_before(id, $2) + 1, message_count) AS number
         FROM feeds WHERE id = $1 AND message_count > 0",
        &[&chat.0, &time.0],
    )
    .await?;
    Ok(rows.first().map(|row| row.try_get("number")).transpose()?)
}
