//! `message_mentions`, and the messages that mention all: who is mentioned in a message, and what mentions a user.

use std::{collections::HashMap, sync::LazyLock};

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Mention, Number, UserId};
use uuid::Uuid;

use super::{
    message_parts::{COLUMNS, MEASURED_COLUMNS, MessagePart, message, part, within},
    message_position::MessagePosition,
    rows,
};

/// A message by its number.
pub(crate) type NumberKey = (ChatId, Number);

/// The places of these messages that mention somebody by name, in no order.
pub(crate) async fn of_messages(
    pool: &Pool,
    keys: &[NumberKey],
) -> Result<Vec<(NumberKey, Mention)>, Error> {
    let (chats, numbers): (Vec<Uuid>, Vec<Number>) =
        keys.iter().map(|(chat, number)| (chat.0, *number)).unzip();
    let rows = rows(
        pool,
        // By the key, whatever the planner believes about how many mentions there are.
        "SELECT n.chat_id, n.number, n.user_id, n.starts, n.length
         FROM unnest($1::uuid[], $2::bigint[]) AS wanted (chat_id, number)
         CROSS JOIN LATERAL (
             SELECT chat_id, number, user_id, starts, length
             FROM message_mentions
             WHERE chat_id = wanted.chat_id AND number = wanted.number
             OFFSET 0
         ) n",
        &[&chats, &numbers],
    )
    .await?;
    let mut places = vec![];
    for row in &rows {
        let key = (ChatId(row.try_get("chat_id")?), row.try_get("number")?);
        let user_id = UserId(row.try_get("user_id")?);
        let length = row.try_get::<_, i16>("length")?.into();
        for start in row.try_get::<_, Vec<i32>>("starts")? {
            let place = Mention {
                user_id,
                start,
                length,
            };
            places.push((key, place));
        }
    }
    Ok(places)
}

/// In each of these chats in which `user` takes part, the numbers of messages above their mark that mention them, lowest
/// first, at most `limit` per chat. Their own do not count, nor do those that were removed; those that mention all count only
/// from their joining on.
pub(crate) async fn above_mark(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
    limit: i64,
) -> Result<HashMap<ChatId, Vec<Number>>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        // Two ranges of two indexes for each chat. A release that knows nothing of mentions may have removed a message and
        // left its rows: hence the look at the message itself.
        "SELECT p.chat_id, mentioning.numbers
         FROM unnest($2::uuid[]) AS wanted (chat_id)
         JOIN participants p ON p.chat_id = wanted.chat_id AND p.user_id = $1 AND p.left_seq IS NULL
         CROSS JOIN LATERAL (SELECT ARRAY (
             (
                 SELECT n.number
                 FROM message_mentions n
                 CROSS JOIN LATERAL (
                     SELECT sender_id, removed_at FROM messages
                     WHERE chat_id = n.chat_id AND number = n.number
                     OFFSET 0
                 ) m
                 WHERE n.user_id = $1 AND n.chat_id = p.chat_id AND n.number > p.last_read_number
                   AND m.sender_id <> $1 AND m.removed_at IS NULL
                 ORDER BY n.number
                 LIMIT $3
             )
             UNION
             (
                 SELECT number
                 FROM messages
                 WHERE chat_id = p.chat_id AND number > greatest(p.last_read_number, p.joined_number) AND mentions_all
                   AND sender_id <> $1 AND removed_at IS NULL
                 ORDER BY number
                 LIMIT $3
             )
             ORDER BY number
             LIMIT $3
         ) AS numbers) mentioning",
        &[&user.0, &ids, &limit],
    )
    .await?;
    rows.iter()
        .map(|row| Ok((ChatId(row.try_get("chat_id")?), row.try_get("numbers")?)))
        .collect()
}

/// Which messages that mention a user to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MentionRange {
    /// Only those after this place.
    pub(crate) after: Option<MessagePosition>,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text at the most, those of the messages that are answered included. The first message is read however long it
    /// is.
    pub(crate) text: i64,
}

/// The messages that mention `user` in the chats that they take part in, newest first.
pub(crate) async fn of_user(
    pool: &Pool,
    user: UserId,
    range: MentionRange,
) -> Result<MessagePart, Error> {
    let MentionRange { after, limit, text } = range;
    let after = after.unwrap_or(MessagePosition::NEWEST);
    let rows = rows(
        pool,
        &MENTIONING,
        &[
            &user.0,
            &after.at,
            &after.chat.0,
            &after.number,
            &limit,
            &text,
        ],
    )
    .await?;
    part(&rows, message)
}

// Those that name the user come from an index in the order of the list, and each is looked at only until the page is full.
// Those that mention all come from every chat, newest first: one in a minute at the most.
static MENTIONING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH named AS MATERIALIZED (
             SELECT n.chat_id, n.number, n.created_at
             FROM message_mentions n
             CROSS JOIN LATERAL (
                 SELECT FROM participants
                 WHERE chat_id = n.chat_id AND user_id = $1 AND left_seq IS NULL
                 OFFSET 0
             ) p
             CROSS JOIN LATERAL (SELECT removed_at FROM chats WHERE id = n.chat_id OFFSET 0) c
             CROSS JOIN LATERAL (
                 SELECT sender_id, removed_at FROM messages WHERE chat_id = n.chat_id AND number = n.number OFFSET 0
             ) m
             WHERE n.user_id = $1 AND c.removed_at IS NULL AND m.sender_id <> $1 AND m.removed_at IS NULL
               AND (n.created_at, n.chat_id, n.number) < ($2, $3, $4)
             ORDER BY n.created_at DESC, n.chat_id DESC, n.number DESC
             LIMIT $5
         ), to_all AS MATERIALIZED (
             SELECT m.chat_id, m.number, m.created_at
             FROM participants p
             CROSS JOIN LATERAL (SELECT removed_at FROM chats WHERE id = p.chat_id OFFSET 0) c
             CROSS JOIN LATERAL (
                 SELECT chat_id, number, created_at
                 FROM messages
                 WHERE chat_id = p.chat_id AND number > p.joined_number AND mentions_all
                   AND sender_id <> $1 AND removed_at IS NULL
                   AND (created_at, chat_id, number) < ($2, $3, $4)
                 ORDER BY number DESC
                 LIMIT $5
             ) m
             WHERE p.user_id = $1 AND p.left_seq IS NULL AND c.removed_at IS NULL
         ), listed AS MATERIALIZED (
             SELECT chat_id, number, created_at FROM named
             UNION
             SELECT chat_id, number, created_at FROM to_all
             ORDER BY created_at DESC, chat_id DESC, number DESC
             LIMIT $5
         ), page AS MATERIALIZED (
             SELECT {COLUMNS}, m.bytes,
                    row_number() OVER (ORDER BY listed.created_at DESC, listed.chat_id DESC, listed.number DESC) AS place
             FROM listed
             CROSS JOIN LATERAL (
                 SELECT {columns} FROM messages m WHERE m.chat_id = listed.chat_id AND m.number = listed.number OFFSET 0
             ) m
         )
         {within}",
        columns = *MEASURED_COLUMNS,
        within = within("$6"),
    )
});
