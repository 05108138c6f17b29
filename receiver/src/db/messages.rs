//! `messages`: pages by number, and single ones by id.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, Message, MessageId, Number};
use uuid::Uuid;

use super::{
    message_parts::{COLUMNS, MEASURED_COLUMNS, MessagePart, message, part, within},
    rows,
};

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
    let sql = format!(
        "WITH page AS MATERIALIZED (
             SELECT {columns}, row_number() OVER (ORDER BY m.{order}) AS place
             FROM messages m
             WHERE m.chat_id = $1 AND m.number > $2 AND m.number < $3
             ORDER BY m.{order}
             LIMIT $4
         )
         {within}",
        columns = *MEASURED_COLUMNS,
        within = within("$5"),
    );
    let NumberRange {
        after,
        before,
        limit,
        text,
    } = wanted;
    let rows = rows(pool, &sql, &[&chat.0, &after, &before, &limit, &text]).await?;
    part(&rows, message)
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
        &format!(
            "SELECT m.*
             FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, id)
             CROSS JOIN LATERAL (
                 SELECT {COLUMNS} FROM messages m WHERE m.chat_id = wanted.chat_id AND m.id = wanted.id OFFSET 0
             ) m"
        ),
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
        &format!(
            "SELECT m.*
             FROM unnest($1::uuid[]) AS wanted (chat_id)
             CROSS JOIN LATERAL (
                 SELECT {COLUMNS} FROM messages m WHERE m.chat_id = wanted.chat_id ORDER BY m.number DESC LIMIT 1
             ) m"
        ),
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
