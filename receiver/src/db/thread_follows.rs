//! `thread_follows`: the threads that a user follows, and what they have not read of them.

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{ChatId, Message, MessageId, Number, UserId};
use tokio_postgres::Row;

use super::{
    messages::message,
    rows,
    threads::{ThreadRow, thread},
};

/// The place of a thread in a list ordered by activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadActivityKey {
    /// Of the newest reply.
    pub(crate) at: Timestamp,
    /// The thread, where two have the same time.
    pub(crate) chat: ChatId,
    pub(crate) root: MessageId,
}

impl ThreadActivityKey {
    #[must_use]
    pub(crate) fn of(thread: &ThreadRow) -> Self {
        Self {
            at: thread.last_reply_at.0,
            chat: thread.chat_id,
            root: thread.root_id,
        }
    }
}

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

/// A page of the threads that a user follows.
#[derive(Clone, Debug)]
pub(crate) struct FollowedThreads {
    /// In the order of the list.
    pub(crate) threads: Vec<FollowedThreadRow>,
    /// The texts of the roots of further ones would have been too much.
    pub(crate) is_truncated: bool,
}

/// Which threads of a user to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FollowedRange {
    /// Only those with replies that the user has not read.
    pub(crate) unread_only: bool,
    /// Only those after this place.
    pub(crate) after: Option<ThreadActivityKey>,
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
) -> Result<FollowedThreads, Error> {
    let FollowedRange {
        unread_only,
        after,
        limit,
        text,
    } = range;
    let rows = rows(
        pool,
        FOLLOWED,
        &[
            &user.0,
            &unread_only,
            &after.map(|key| key.at),
            &after.map(|key| key.chat.0),
            &after.map(|key| key.root.0),
            &limit,
            &text,
        ],
    )
    .await?;
    let found: i64 = match rows.first() {
        Some(row) => row.try_get("found")?,
        None => 0,
    };
    Ok(FollowedThreads {
        is_truncated: i64::try_from(rows.len()).is_ok_and(|read| read < found),
        threads: rows.iter().map(followed).collect::<Result<_, _>>()?,
    })
}

// Unread replies are counted for the threads of the page only. Of unread ones, those are looked at that have replies above
// all marks, which may all have been removed.
const FOLLOWED: &str = "
    WITH page AS MATERIALIZED (
        SELECT candidate.chat_id AS thread_chat_id, candidate.root_id, candidate.reply_count, candidate.last_number,
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
              AND ($3::timestamptz IS NULL OR (t.last_reply_at, t.chat_id, t.root_id) < ($3, $4::uuid, $5::uuid))
            ORDER BY t.last_reply_at DESC, t.chat_id DESC, t.root_id DESC
            OFFSET 0
        ) candidate
        CROSS JOIN LATERAL (
            SELECT last_read_number, unread_count FROM thread_unread_counts
            WHERE user_id = $1 AND chat_id = candidate.chat_id AND root_id = candidate.root_id
            OFFSET 0
        ) counted
        WHERE NOT $2 OR counted.unread_count > 0
        ORDER BY candidate.last_reply_at DESC, candidate.chat_id DESC, candidate.root_id DESC
        LIMIT $6
    )
    SELECT root_id, reply_count, last_number, last_reply_at, last_user_ids, last_read_number, unread_count,
           id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id, thread_root_id,
           thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at, (SELECT count(*) FROM page) AS found
    FROM (
        SELECT page.root_id, page.reply_count, page.last_number, page.last_reply_at, page.last_user_ids,
               page.last_read_number, page.unread_count,
               m.id, m.chat_id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content, m.reply_to_id,
               m.thread_root_id, m.thread_ordinal, m.mention_count, m.mentions_all, m.created_at, m.edited_at, m.removed_at,
               row_number() OVER in_order AS place, sum(m.bytes) OVER in_order AS text
        FROM page
        CROSS JOIN LATERAL (
            SELECT id, chat_id, number, seq, revision, sender_id, sender_username, content, reply_to_id, thread_root_id,
                   thread_ordinal, mention_count, mentions_all, created_at, edited_at, removed_at,
                   coalesce(octet_length(content), 0) + coalesce((
                       SELECT octet_length(content) FROM messages answered
                       WHERE answered.chat_id = page.thread_chat_id AND answered.id = root.reply_to_id), 0) AS bytes
            FROM messages root
            WHERE chat_id = page.thread_chat_id AND id = page.root_id
            OFFSET 0
        ) m
        WINDOW in_order AS (
            ORDER BY page.last_reply_at DESC, page.thread_chat_id DESC, page.root_id DESC ROWS UNBOUNDED PRECEDING
        )
    ) measured
    WHERE text <= $7 OR place = 1
    ORDER BY place";

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
