//! The table `pinned_messages`. Written under the lock of the chat's feed.

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use shared_schema::{ChatId, Instant, Message, MessageId, UserId};

/// Whether the message is pinned.
pub async fn contains(
    db: &impl GenericClient,
    chat: ChatId,
    message: MessageId,
) -> Result<bool, Error> {
    let sql = "SELECT FROM pinned_messages WHERE chat_id = $1 AND message_id = $2";
    let statement = db.prepare_cached(sql).await?;
    let row = db.query_opt(&statement, &[&chat.0, &message.0]).await?;
    Ok(row.is_some())
}

/// How many messages of the chat are pinned.
pub async fn count(db: &impl GenericClient, chat: ChatId) -> Result<i64, Error> {
    let sql = "SELECT count(*) AS count FROM pinned_messages WHERE chat_id = $1";
    let statement = db.prepare_cached(sql).await?;
    Ok(db
        .query_one(&statement, &[&chat.0])
        .await?
        .try_get("count")?)
}

/// Pins a message that is not pinned.
pub async fn add(
    tx: &Transaction<'_>,
    message: &Message,
    pinned_by: UserId,
    pinned_at: Instant,
) -> Result<(), Error> {
    let sql = "INSERT INTO pinned_messages (chat_id, message_id, number, pinned_by, pinned_at)
               VALUES ($1, $2, $3, $4, $5)";
    let statement = tx.prepare_cached(sql).await?;
    tx.execute(
        &statement,
        &[
            &message.chat_id.0,
            &message.id.0,
            &message.number,
            &pinned_by.0,
            &pinned_at.0,
        ],
    )
    .await?;
    Ok(())
}

/// Unpins a message. Whether it was pinned.
pub async fn remove(tx: &Transaction<'_>, chat: ChatId, message: MessageId) -> Result<bool, Error> {
    let sql = "DELETE FROM pinned_messages WHERE chat_id = $1 AND message_id = $2";
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.execute(&statement, &[&chat.0, &message.0]).await? > 0)
}
