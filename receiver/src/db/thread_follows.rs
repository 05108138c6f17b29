//! `thread_follows`: the threads that a user follows, and what they have not read of them.

use std::sync::LazyLock;

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Message, MessageId, Number, UserId};
use tokio_postgres::Row;

use super::{
    message_parts::{COLUMNS_BUT_CHAT, MEASURED_COLUMNS, MessagePart, message, part, within},
    message_position::MessagePosition,
    rows,
    threads::{ThreadRow, thread},
};

/// A thread that a user follows.
#[derive(Clone, Debug)]
pub(crate) struct FollowedThreadRow {
    pub(crate) thread: ThreadRow,
    /// The message that the thread is about.
    pub(crate) root: Message,
    /// The user's mark in the thread.
    pub(crate) last_read_number: Number,
    /// Replies that they have not read, without those that were removed.
    pub(crate) unread_count: Number,
}

/// Which threads of a user to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FollowedRange {
    /// Only those with replies that the user has not read.
    pub(crate) unread_only: bool,
    /// Only those whose newest reply is after this place.
    pub(crate) after: Option<MessagePosition>,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text of the roots at the most, those of the messages that they answer included. The first thread is read
    /// however long its root is.
    pub(crate) text: i64,
}

/// The threads that `user` follows in the chats that they take part in, newest reply first. Threads without replies are not
/// there.
pub(crate) async fn of_user(
    pool: &Pool,
    user: UserId,
    range: FollowedRange,
) -> Result<MessagePart<FollowedThreadRow>, Error> {
    let FollowedRange {
        unread_only,
        after,
        limit,
        text,
    } = range;
    let after = after.unwrap_or(MessagePosition::NEWEST);
    let rows = rows(
        pool,
        &FOLLOWED,
        &[
            &user.0,
            &unread_only,
            &after.at,
            &after.chat.0,
            &after.number,
            &limit,
            &text,
        ],
    )
    .await?;
    part(&rows, followed)
}

// Unread replies are counted for the threads of the page only. Of unread ones, those are looked at that have replies above
// all marks, which may all have been removed.
static FOLLOWED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH listed AS MATERIALIZED (
             SELECT candidate.chat_id, candidate.root_id, candidate.reply_count, candidate.last_number,
                    candidate.last_reply_at, candidate.last_user_ids, counted.last_read_number, counted.unread_count
             FROM (
                 SELECT t.chat_id, t.root_id, t.reply_count, t.last_number, t.last_reply_at, t.last_user_ids
                 FROM thread_follows f
                 CROSS JOIN LATERAL (
                     SELECT last_read_number, joined_number FROM participants
                     WHERE chat_id = f.chat_id AND user_id = f.user_id AND left_seq IS NULL
                     OFFSET 0
                 ) p
                 CROSS JOIN LATERAL (
                     SELECT chat_id, root_id, reply_count, last_number, last_reply_at, last_user_ids FROM threads
                     WHERE chat_id = f.chat_id AND root_id = f.root_id
                     OFFSET 0
                 ) t
                 WHERE f.user_id = $1 AND f.following
                   AND (NOT $2 OR t.last_number > greatest(f.last_read_number, p.last_read_number, p.joined_number))
                   AND (t.last_reply_at, t.chat_id, t.last_number) < ($3, $4, $5)
                 ORDER BY t.last_reply_at DESC, t.chat_id DESC, t.last_number DESC
                 OFFSET 0
             ) candidate
             CROSS JOIN LATERAL (
                 SELECT last_read_number, unread_count FROM thread_unread_counts
                 WHERE user_id = $1 AND chat_id = candidate.chat_id AND root_id = candidate.root_id
                 OFFSET 0
             ) counted
             WHERE NOT $2 OR counted.unread_count > 0
             ORDER BY candidate.last_reply_at DESC, candidate.chat_id DESC, candidate.last_number DESC
             LIMIT $6
         ), page AS MATERIALIZED (
             SELECT listed.*, {COLUMNS_BUT_CHAT}, m.bytes,
                    row_number() OVER (
                        ORDER BY listed.last_reply_at DESC, listed.chat_id DESC, listed.last_number DESC
                    ) AS place
             FROM listed
             CROSS JOIN LATERAL (
                 SELECT {columns} FROM messages m WHERE m.chat_id = listed.chat_id AND m.id = listed.root_id OFFSET 0
             ) m
         )
         {within}",
        columns = *MEASURED_COLUMNS,
        within = within("$7"),
    )
});

fn followed(row: &Row) -> Result<FollowedThreadRow, Error> {
    Ok(FollowedThreadRow {
        thread: thread(row)?,
        root: message(row)?,
        last_read_number: row.try_get("last_read_number")?,
        unread_count: row.try_get("unread_count")?,
    })
}

/// Where a user stands with a thread.
#[derive(Clone, Debug)]
pub(crate) struct FollowStateRow {
    pub(crate) root_id: MessageId,
    pub(crate) following: bool,
    pub(crate) last_read_number: Number,
    pub(crate) unread_count: Number,
}

/// Where `user` stands with the threads under the messages of a chat with these numbers, `first` and `last` included, in the
/// order of the messages. Threads that they have never followed are absent.
pub(crate) async fn states(
    pool: &Pool,
    chat: ChatId,
    user: UserId,
    first: Number,
    last: Number,
) -> Result<Vec<FollowStateRow>, Error> {
    rows(
        pool,
        "SELECT f.root_id, f.following, f.last_read_number, coalesce(counted.unread_count, 0) AS unread_count
         FROM messages m
         CROSS JOIN LATERAL (
             SELECT root_id, following, last_read_number
             FROM thread_follows
             WHERE chat_id = $1 AND root_id = m.id AND user_id = $2
             OFFSET 0
         ) f
         LEFT JOIN LATERAL (
             SELECT unread_count FROM thread_unread_counts
             WHERE chat_id = $1 AND root_id = f.root_id AND user_id = $2
             OFFSET 0
         ) counted ON true
         WHERE m.chat_id = $1 AND m.number BETWEEN $3 AND $4
         ORDER BY m.number",
        &[&chat.0, &user.0, &first, &last],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(FollowStateRow {
            root_id: MessageId(row.try_get("root_id")?),
            following: row.try_get("following")?,
            last_read_number: row.try_get("last_read_number")?,
            unread_count: row.try_get("unread_count")?,
        })
    })
    .collect()
}
