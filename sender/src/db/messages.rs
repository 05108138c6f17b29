//! `messages`: what people said. A removed one keeps its place and loses its content.

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use jiff::Timestamp;
use shared_schema::{ChatId, Instant, Message, MessageId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::content::Content;

const COLUMNS: &str = "chat_id, id, number, seq, revision, sender_id, sender_username, content, reply_to_id, \
                       request_hash, created_at, edited_at, removed_at";

/// A message, and the fingerprint of the request that added it.
pub struct StoredMessage {
    pub message: Message,
    pub request_hash: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredMessage, Error> {
    let reply_to: Option<Uuid> = row.try_get("reply_to_id")?;
    let created_at: Timestamp = row.try_get("created_at")?;
    let edited_at: Option<Timestamp> = row.try_get("edited_at")?;
    let removed_at: Option<Timestamp> = row.try_get("removed_at")?;
    Ok(StoredMessage {
        message: Message {
            id: MessageId(row.try_get("id")?),
            chat_id: ChatId(row.try_get("chat_id")?),
            number: row.try_get("number")?,
            seq: row.try_get("seq")?,
            revision: row.try_get("revision")?,
            sender_id: UserId(row.try_get("sender_id")?),
            sender_username: row.try_get("sender_username")?,
            content: row.try_get("content")?,
            reply_to_id: reply_to.map(MessageId),
            created_at: Instant(created_at),
            edited_at: edited_at.map(Instant),
            removed_at: removed_at.map(Instant),
        },
        request_hash: row.try_get("request_hash")?,
    })
}

pub async fn find(
    db: &impl GenericClient,
    chat: ChatId,
    id: MessageId,
) -> Result<Option<StoredMessage>, Error> {
    let statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages WHERE chat_id = $1 AND id = $2"
        ))
        .await?;
    let row = db.query_opt(&statement, &[&chat.0, &id.0]).await?;
    row.as_ref().map(read).transpose()
}

/// What a new message starts with.
pub struct NewMessage<'a> {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub sender_id: UserId,
    pub sender_username: &'a str,
    pub content: &'a Content,
    pub reply_to_id: Option<MessageId>,
    pub request_hash: &'a [u8],
}

/// Appends the event and stores the message with the numbers and the time that it got, in one round trip.
pub async fn add(tx: &Transaction<'_>, new: NewMessage<'_>) -> Result<Message, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, reply_to_id,
                                   request_hash, created_at)
             SELECT $1, $2, e.message_count, e.seq, $3, $4, $5, $6, $7, e.at
             FROM append_events(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY['MESSAGE_ADDED'], $3, ARRAY[$2::uuid],
                                ARRAY[NULL::jsonb]) e
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx
        .query_one(
            &statement,
            &[
                &new.chat_id.0,
                &new.id.0,
                &new.sender_id.0,
                &new.sender_username,
                &new.content.as_str(),
                &new.reply_to_id.map(|id| id.0),
                &new.request_hash,
            ],
        )
        .await?;
    Ok(read(&row)?.message)
}

/// Changes the text.
pub async fn edit(
    tx: &Transaction<'_>,
    chat: ChatId,
    id: MessageId,
    content: &Content,
) -> Result<Message, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE messages SET content = $3, revision = revision + 1, edited_at = clock_timestamp()
             WHERE chat_id = $1 AND id = $2 AND removed_at IS NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx
        .query_one(&statement, &[&chat.0, &id.0, &content.as_str()])
        .await?;
    Ok(read(&row)?.message)
}

/// Takes the text away and keeps the place.
pub async fn remove(tx: &Transaction<'_>, chat: ChatId, id: MessageId) -> Result<Message, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE messages SET content = NULL, revision = revision + 1, removed_at = clock_timestamp()
             WHERE chat_id = $1 AND id = $2 AND removed_at IS NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx.query_one(&statement, &[&chat.0, &id.0]).await?;
    Ok(read(&row)?.message)
}
