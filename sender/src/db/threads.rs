//! The table `threads`: what a message shows of the replies under it.

use std::collections::HashMap;

use chassis::Error;
use deadpool_postgres::Client;
use shared_schema::{ChatId, MessageId, Number, UserId};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

/// A thread: its chat and its root.
pub type ThreadKey = (ChatId, MessageId);

/// Users who are shown with a thread.
pub const MAX_LAST_USERS: usize = 5;

/// A thread as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredThread {
    /// How many replies were ever added, which is also the ordinal of the newest. 0 for a thread that is not stored yet.
    pub reply_count: i32,
    /// Who replied last, newest first: at most [`MAX_LAST_USERS`].
    pub last_users: Vec<UserId>,
}

/// For [`find_each`].
pub async fn prepare_find_each(client: &Client) -> Result<Statement, Error> {
    // The offsets keep the planner from any other way than one look into the index for each.
    let sql = "SELECT t.chat_id, t.root_id, t.reply_count, t.last_user_ids
               FROM unnest($1::uuid[], $2::uuid[]) AS i (chat_id, id)
               CROSS JOIN LATERAL (
                   SELECT coalesce(thread_root_id, id) AS root_id FROM messages
                   WHERE chat_id = i.chat_id AND id = i.id OFFSET 0
               ) AS m
               CROSS JOIN LATERAL (
                   SELECT chat_id, root_id, reply_count, last_user_ids FROM threads
                   WHERE chat_id = i.chat_id AND root_id = m.root_id OFFSET 0
               ) AS t";
    Ok(client.prepare_cached(sql).await?)
}

/// The threads that these messages belong to, as their roots or as replies, by their roots. Those without replies are
/// absent.
pub async fn find_each(
    client: &Client,
    statement: &Statement,
    chats: &[Uuid],
    messages: &[Uuid],
) -> Result<HashMap<ThreadKey, StoredThread>, Error> {
    let rows = client.query(statement, &[&chats, &messages]).await?;
    let read = |row: &Row| {
        let last_users: Vec<Uuid> = row.try_get("last_user_ids")?;
        let key = (
            ChatId(row.try_get("chat_id")?),
            MessageId(row.try_get("root_id")?),
        );
        let thread = StoredThread {
            reply_count: row.try_get("reply_count")?,
            last_users: last_users.into_iter().map(UserId).collect(),
        };
        Ok((key, thread))
    };
    rows.iter().map(read).collect()
}

/// A thread after a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadUpdate {
    pub thread: StoredThread,
    /// The newest reply, which is stored already.
    pub last_reply: MessageId,
    pub last_number: Number,
}

/// For [`write_each`].
pub async fn prepare_write_each(client: &Client) -> Result<Statement, Error> {
    // The time of the newest reply is the one with which the statement before stored it.
    let sql = "INSERT INTO threads (chat_id, root_id, reply_count, last_number, last_reply_at, last_user_ids)
               SELECT i.chat_id, i.root_id, i.reply_count, i.last_number, m.created_at, i.last_user_ids::uuid[]
               FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::uuid[], $6::text[])
                    AS i (chat_id, root_id, reply_count, last_number, last_reply_id, last_user_ids)
               CROSS JOIN LATERAL (
                   SELECT created_at FROM messages WHERE chat_id = i.chat_id AND id = i.last_reply_id OFFSET 0
               ) AS m
               ON CONFLICT (chat_id, root_id) DO UPDATE
               SET reply_count = excluded.reply_count, last_number = excluded.last_number,
                   last_reply_at = excluded.last_reply_at, last_user_ids = excluded.last_user_ids";
    Ok(client.prepare_cached(sql).await?)
}

/// Stores threads after their newest replies were stored.
pub async fn write_each(
    client: &Client,
    statement: &Statement,
    threads: &HashMap<ThreadKey, ThreadUpdate>,
) -> Result<(), Error> {
    let (chats, roots): (Vec<Uuid>, Vec<Uuid>) =
        threads.keys().map(|(chat, root)| (chat.0, root.0)).unzip();
    let counts: Vec<i32> = threads
        .values()
        .map(|update| update.thread.reply_count)
        .collect();
    let numbers: Vec<Number> = threads.values().map(|update| update.last_number).collect();
    let last: Vec<Uuid> = threads.values().map(|update| update.last_reply.0).collect();
    // As text: rows of an array of arrays would all need the same length.
    let users: Vec<String> = threads
        .values()
        .map(|update| {
            let ids: Vec<String> = update
                .thread
                .last_users
                .iter()
                .map(|user| user.0.to_string())
                .collect();
            format!("{{{}}}", ids.join(","))
        })
        .collect();
    client
        .execute(
            statement,
            &[&chats, &roots, &counts, &numbers, &last, &users],
        )
        .await?;
    Ok(())
}
