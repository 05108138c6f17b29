//! `threads`, and the replies in them, which are rows of `messages`.

use std::collections::HashMap;

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, MessageId, Number, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    message_parts::{MEASURED_COLUMNS, MessagePart, message, within},
    message_position::MessagePosition,
    rows,
};

/// A thread: its chat and its root.
pub(crate) type ThreadKey = (ChatId, MessageId);

/// What a message shows of the thread under it.
#[derive(Clone, Debug)]
pub(crate) struct ThreadRow {
    pub(crate) chat_id: ChatId,
    pub(crate) root_id: MessageId,
    /// Replies that were ever added.
    pub(crate) reply_count: i32,
    /// The number of the newest.
    pub(crate) last_number: Number,
    pub(crate) last_reply_at: Instant,
    /// Who replied last, newest first.
    pub(crate) last_user_ids: Vec<UserId>,
}

impl ThreadRow {
    /// Its place in a list ordered by activity: that of its newest reply.
    #[must_use]
    pub(crate) fn position(&self) -> MessagePosition {
        MessagePosition {
            at: self.last_reply_at.0,
            chat: self.chat_id,
            number: self.last_number,
        }
    }
}

pub(super) fn thread(row: &Row) -> Result<ThreadRow, Error> {
    let last_users: Vec<Uuid> = row.try_get("last_user_ids")?;
    Ok(ThreadRow {
        chat_id: ChatId(row.try_get("chat_id")?),
        root_id: MessageId(row.try_get("root_id")?),
        reply_count: row.try_get("reply_count")?,
        last_number: row.try_get("last_number")?,
        last_reply_at: Instant(row.try_get("last_reply_at")?),
        last_user_ids: last_users.into_iter().map(UserId).collect(),
    })
}

/// The threads under these messages; those without replies are absent.
pub(crate) async fn by_root(pool: &Pool, roots: &[ThreadKey]) -> Result<Vec<ThreadRow>, Error> {
    let (chats, roots): (Vec<Uuid>, Vec<Uuid>) =
        roots.iter().map(|(chat, root)| (chat.0, root.0)).unzip();
    rows(
        pool,
        // By the key, whatever the planner believes about how many threads there are.
        "SELECT t.chat_id, t.root_id, t.reply_count, t.last_number, t.last_reply_at, t.last_user_ids
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, root_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, root_id, reply_count, last_number, last_reply_at, last_user_ids
             FROM threads
             WHERE chat_id = wanted.chat_id AND root_id = wanted.root_id
             OFFSET 0
         ) t",
        &[&chats, &roots],
    )
    .await?
    .iter()
    .map(thread)
    .collect()
}

/// Which replies of a thread to read: those with `after < number < before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReplyRange {
    /// Exclusive.
    pub(crate) after: Number,
    /// Exclusive.
    pub(crate) before: Number,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text at the most, those of the messages that are answered included. The first reply is read however long it
    /// is.
    pub(crate) text: i64,
    /// Highest numbers first, instead of lowest first.
    pub(crate) newest_first: bool,
}

/// The same range of each of these threads, each in the order of the range.
pub(crate) async fn replies_of(
    pool: &Pool,
    threads: &[ThreadKey],
    range: ReplyRange,
) -> Result<HashMap<ThreadKey, MessagePart>, Error> {
    let (chats, roots): (Vec<Uuid>, Vec<Uuid>) =
        threads.iter().map(|(chat, root)| (chat.0, root.0)).unzip();
    let order = match range.newest_first {
        true => "number DESC",
        false => "number",
    };
    let sql = format!(
        "SELECT r.*
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, root_id)
         CROSS JOIN LATERAL (
             WITH page AS MATERIALIZED (
                 SELECT {columns}, row_number() OVER (ORDER BY m.{order}) AS place
                 FROM messages m
                 WHERE m.chat_id = wanted.chat_id AND m.thread_root_id = wanted.root_id AND m.number > $3 AND m.number < $4
                 ORDER BY m.{order}
                 LIMIT $5
             )
             {within}
         ) r
         ORDER BY r.place",
        columns = *MEASURED_COLUMNS,
        within = within("$6"),
    );
    let ReplyRange {
        after,
        before,
        limit,
        text,
        ..
    } = range;
    let rows = rows(
        pool,
        &sql,
        &[&chats, &roots, &after, &before, &limit, &text],
    )
    .await?;
    let mut parts: HashMap<ThreadKey, MessagePart> = HashMap::new();
    for row in &rows {
        let reply = message(row)?;
        let root: Uuid = row.try_get("thread_root_id")?;
        let found: i64 = row.try_get("found")?;
        let key = (reply.chat_id, MessageId(root));
        let part = parts.entry(key).or_default();
        part.items.push(reply);
        part.is_truncated = i64::try_from(part.items.len()).is_ok_and(|read| read < found);
    }
    Ok(parts)
}

/// In each of these chats in which `user` takes part, the numbers of their own replies above their mark that have not been
/// removed, lowest first, at most `limit` per chat.
pub(crate) async fn own_above_mark(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
    limit: i64,
) -> Result<HashMap<ChatId, Vec<Number>>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        // As arrays: there may be a thousand numbers for each chat.
        "SELECT p.chat_id, own.numbers
         FROM unnest($2::uuid[]) AS wanted (chat_id)
         JOIN participants p ON p.chat_id = wanted.chat_id AND p.user_id = $1 AND p.left_seq IS NULL
         CROSS JOIN LATERAL (SELECT ARRAY (
             SELECT number FROM messages
             WHERE chat_id = p.chat_id AND sender_id = $1 AND number > p.last_read_number
               AND thread_root_id IS NOT NULL AND removed_at IS NULL
             ORDER BY number
             LIMIT $3
         ) AS numbers) own",
        &[&user.0, &ids, &limit],
    )
    .await?;
    rows.iter()
        .map(|row| Ok((ChatId(row.try_get("chat_id")?), row.try_get("numbers")?)))
        .collect()
}
