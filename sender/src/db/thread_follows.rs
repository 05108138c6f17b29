//! The table `thread_follows`: who follows a thread, and how far they have read in it. Who does not follow any longer keeps
//! the row.

use std::collections::HashMap;

use chassis::Error;
use deadpool_postgres::{Client, GenericClient, Transaction};
use shared_schema::{ChatId, MessageId, Number, UserId};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

/// A user's row of a thread: chat, root and user.
pub type FollowKey = (ChatId, MessageId, UserId);

/// Where a user stands with a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Follow {
    pub following: bool,
    pub last_read_number: Number,
}

fn read(row: &Row) -> Result<Follow, Error> {
    Ok(Follow {
        following: row.try_get("following")?,
        last_read_number: row.try_get("last_read_number")?,
    })
}

pub async fn find(
    db: &impl GenericClient,
    (chat, root, user): FollowKey,
) -> Result<Option<Follow>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT following, last_read_number FROM thread_follows
             WHERE chat_id = $1 AND root_id = $2 AND user_id = $3",
        )
        .await?;
    let row = db
        .query_opt(&statement, &[&chat.0, &root.0, &user.0])
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whether the user follows more than so many threads of the chat.
pub async fn exceeds(
    db: &impl GenericClient,
    chat: ChatId,
    user: UserId,
    max: u32,
) -> Result<bool, Error> {
    let statement = db
        .prepare_cached(
            "SELECT count(*) > $3::bigint AS exceeds FROM (
                 SELECT FROM thread_follows WHERE user_id = $2 AND chat_id = $1 AND following LIMIT $3::bigint + 1
             ) followed",
        )
        .await?;
    let row = db
        .query_one(&statement, &[&chat.0, &user.0, &i64::from(max)])
        .await?;
    Ok(row.try_get("exceeds")?)
}

/// Sets that the user follows the thread. None if they did already.
pub async fn set_following(
    tx: &Transaction<'_>,
    (chat, root, user): FollowKey,
) -> Result<Option<Follow>, Error> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO thread_follows AS f (chat_id, root_id, user_id, following)
             VALUES ($1, $2, $3, true)
             ON CONFLICT (chat_id, root_id, user_id) DO UPDATE SET following = true WHERE NOT f.following
             RETURNING following, last_read_number",
        )
        .await?;
    let row = tx
        .query_opt(&statement, &[&chat.0, &root.0, &user.0])
        .await?;
    row.as_ref().map(read).transpose()
}

/// Sets that the user does not follow the thread any longer. None if they did not.
pub async fn set_not_following(
    tx: &Transaction<'_>,
    (chat, root, user): FollowKey,
) -> Result<Option<Follow>, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE thread_follows SET following = false
             WHERE chat_id = $1 AND root_id = $2 AND user_id = $3 AND following
             RETURNING following, last_read_number",
        )
        .await?;
    let row = tx
        .query_opt(&statement, &[&chat.0, &root.0, &user.0])
        .await?;
    row.as_ref().map(read).transpose()
}

/// Moves a mark forward, at most to the newest reply. None if it would not move, or if there is none.
pub async fn mark_read(
    tx: &Transaction<'_>,
    (chat, root, user): FollowKey,
    number: Number,
) -> Result<Option<Follow>, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE thread_follows f SET last_read_number = least($4, t.last_number)
             FROM threads t
             WHERE t.chat_id = $1 AND t.root_id = $2 AND f.chat_id = $1 AND f.root_id = $2 AND f.user_id = $3
               AND f.last_read_number < least($4, t.last_number)
             RETURNING f.following, f.last_read_number",
        )
        .await?;
    let row = tx
        .query_opt(&statement, &[&chat.0, &root.0, &user.0, &number])
        .await?;
    row.as_ref().map(read).transpose()
}

/// For [`add_each`].
pub async fn prepare_add_each(client: &Client) -> Result<Statement, Error> {
    let sql = "INSERT INTO thread_follows (chat_id, root_id, user_id, following, last_read_number)
               SELECT i.chat_id, i.root_id, i.user_id, true, i.number
               FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) AS i (chat_id, root_id, user_id, number)
               WHERE i.number > 0 OR EXISTS (
                   SELECT FROM participants p
                   WHERE p.chat_id = i.chat_id AND p.user_id = i.user_id AND p.left_seq IS NULL
               )
               ON CONFLICT (chat_id, root_id, user_id) DO UPDATE
               SET following = true, last_read_number = excluded.last_read_number
               WHERE excluded.last_read_number > 0";
    Ok(client.prepare_cached(sql).await?)
}

/// Who replied follows, and has read up to their own reply, which has this number. The author of the root, with the number
/// 0, follows from the first reply on, if they take part and have not decided otherwise.
pub async fn add_each(
    client: &Client,
    statement: &Statement,
    follows: &HashMap<FollowKey, Number>,
) -> Result<(), Error> {
    let chats: Vec<Uuid> = follows.keys().map(|(chat, ..)| chat.0).collect();
    let roots: Vec<Uuid> = follows.keys().map(|(_, root, _)| root.0).collect();
    let users: Vec<Uuid> = follows.keys().map(|(.., user)| user.0).collect();
    let numbers: Vec<Number> = follows.values().copied().collect();
    client
        .execute(statement, &[&chats, &roots, &users, &numbers])
        .await?;
    Ok(())
}
