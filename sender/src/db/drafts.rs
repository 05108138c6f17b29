//! The table `drafts`: what users have begun to write. The chat's own id stands for the place that is in no thread.

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use shared_schema::{ChatId, Draft, Instant, MessageId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

/// Where a user writes.
#[derive(Clone, Copy)]
pub struct DraftKey {
    pub user_id: UserId,
    pub chat_id: ChatId,
    /// The message in whose thread it is.
    pub root_id: Option<MessageId>,
}

impl DraftKey {
    fn root(&self) -> Uuid {
        self.root_id.map_or(self.chat_id.0, |root| root.0)
    }

    fn read(&self, row: &Row) -> Result<Draft, Error> {
        Ok(Draft {
            chat_id: self.chat_id,
            thread_root_id: self.root_id,
            content: row.try_get("content")?,
            updated_at: Instant(row.try_get("updated_at")?),
        })
    }
}

pub async fn find(db: &impl GenericClient, key: DraftKey) -> Result<Option<Draft>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT content, updated_at FROM drafts WHERE user_id = $1 AND chat_id = $2 AND root_id = $3",
        )
        .await?;
    let row = db
        .query_opt(&statement, &[&key.user_id.0, &key.chat_id.0, &key.root()])
        .await?;
    row.map(|row| key.read(&row)).transpose()
}

/// Sets the text. None if it was the same.
pub async fn set(
    tx: &Transaction<'_>,
    key: DraftKey,
    content: &str,
) -> Result<Option<Draft>, Error> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO drafts AS d (user_id, chat_id, root_id, content, updated_at)
             VALUES ($1, $2, $3, $4, clock_timestamp())
             ON CONFLICT (user_id, chat_id, root_id) DO UPDATE
             SET content = excluded.content, updated_at = clock_timestamp()
             WHERE d.content COLLATE \"C\" <> excluded.content COLLATE \"C\"
             RETURNING content, updated_at",
        )
        .await?;
    let row = tx
        .query_opt(
            &statement,
            &[&key.user_id.0, &key.chat_id.0, &key.root(), &content],
        )
        .await?;
    row.map(|row| key.read(&row)).transpose()
}

/// Whether there was one.
pub async fn remove(tx: &Transaction<'_>, key: DraftKey) -> Result<bool, Error> {
    let statement = tx
        .prepare_cached("DELETE FROM drafts WHERE user_id = $1 AND chat_id = $2 AND root_id = $3")
        .await?;
    let removed = tx
        .execute(&statement, &[&key.user_id.0, &key.chat_id.0, &key.root()])
        .await?;
    Ok(removed > 0)
}

/// Whether the user has more than so many.
pub async fn exceed(db: &impl GenericClient, user: UserId, max: u32) -> Result<bool, Error> {
    let statement = db
        .prepare_cached(
            "SELECT count(*) > $2::bigint AS exceeds FROM (
                 SELECT FROM drafts WHERE user_id = $1 LIMIT $2::bigint + 1
             ) own",
        )
        .await?;
    let row = db
        .query_one(&statement, &[&user.0, &i64::from(max)])
        .await?;
    Ok(row.try_get("exceeds")?)
}
