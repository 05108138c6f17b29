//! The table `messages`. A removed message keeps its row and its number and loses its content.

use std::collections::HashMap;

use chassis::Error;
use deadpool_postgres::{Client, GenericClient, Transaction};
use jiff::Timestamp;
use shared_schema::{ChatId, Instant, Message, MessageId, Number, Seq, UserId};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use crate::{mentions::people::Mentions, messages::content::Content};

const COLUMNS: &str = "chat_id, id, number, seq, revision, sender_id, sender_username, content, reply_to_id, \
                       thread_root_id, thread_ordinal, mention_count, mentions_all, request_hash, created_at, edited_at, \
                       removed_at";

/// The earlier texts of a message that are kept, newest first.
const MAX_EARLIER_TEXTS: i32 = 50;

/// A message, and the fingerprint of the request that added it.
pub struct StoredMessage {
    pub message: Message,
    pub request_hash: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredMessage, Error> {
    let reply_to: Option<Uuid> = row.try_get("reply_to_id")?;
    let thread_root: Option<Uuid> = row.try_get("thread_root_id")?;
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
            thread_root_id: thread_root.map(MessageId),
            thread_ordinal: row.try_get("thread_ordinal")?,
            mentions_all: row.try_get("mentions_all")?,
            mention_count: row.try_get("mention_count")?,
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

/// Those of these messages that exist; true for those that were removed.
pub async fn are_removed(
    db: &impl GenericClient,
    chat: ChatId,
    ids: &[MessageId],
) -> Result<HashMap<MessageId, bool>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT id, removed_at IS NOT NULL AS is_removed FROM messages WHERE chat_id = $1 AND id = ANY ($2)",
        )
        .await?;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = db.query(&statement, &[&chat.0, &ids]).await?;
    rows.iter()
        .map(|row| Ok((MessageId(row.try_get("id")?), row.try_get("is_removed")?)))
        .collect()
}

/// For [`find_each`].
pub async fn prepare_find_each(client: &Client) -> Result<Statement, Error> {
    // The offset keeps the planner from any other way than one look into the index for each.
    let sql = format!(
        "SELECT m.* FROM unnest($1::uuid[], $2::uuid[]) AS i (chat_id, id)
         CROSS JOIN LATERAL (
             SELECT {COLUMNS} FROM messages WHERE chat_id = i.chat_id AND id = i.id OFFSET 0
         ) AS m"
    );
    Ok(client.prepare_cached(&sql).await?)
}

/// Those messages that there are, each looked for in the chat that it is paired with.
pub async fn find_each(
    client: &Client,
    statement: &Statement,
    chats: &[Uuid],
    ids: &[Uuid],
) -> Result<HashMap<(ChatId, MessageId), StoredMessage>, Error> {
    let rows = client.query(statement, &[&chats, &ids]).await?;
    rows.iter()
        .map(|row| {
            let stored = read(row)?;
            Ok(((stored.message.chat_id, stored.message.id), stored))
        })
        .collect()
}

/// Where a reply stands in its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadPlace {
    /// The message that the thread is about.
    pub root: MessageId,
    /// Which reply it is, from 1.
    pub ordinal: i32,
}

/// What a new message starts with.
pub struct NewMessage<'a> {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub sender_id: UserId,
    pub sender_username: &'a str,
    pub content: &'a Content,
    pub reply_to_id: Option<MessageId>,
    /// None in the timeline.
    pub thread: Option<ThreadPlace>,
    /// Whether it mentions all.
    pub mentions_all: bool,
    /// How many people it mentions by name.
    pub mention_count: i16,
    pub request_hash: &'a [u8],
}

/// The values that the database has assigned to a new message.
pub struct AssignedNumbers {
    pub seq: Seq,
    pub number: Number,
    pub at: Instant,
}

impl NewMessage<'_> {
    /// The message as it is stored.
    pub fn stored(&self, assigned: &AssignedNumbers) -> Message {
        Message {
            id: self.id,
            chat_id: self.chat_id,
            number: assigned.number,
            seq: assigned.seq,
            revision: 1,
            sender_id: self.sender_id,
            sender_username: self.sender_username.to_owned(),
            content: Some(self.content.as_str().to_owned()),
            reply_to_id: self.reply_to_id,
            thread_root_id: self.thread.map(|place| place.root),
            thread_ordinal: self.thread.map(|place| place.ordinal),
            mentions_all: self.mentions_all,
            mention_count: self.mention_count,
            created_at: assigned.at,
            edited_at: None,
            removed_at: None,
        }
    }
}

/// For [`add_each`].
pub async fn prepare_add_each(client: &Client) -> Result<Statement, Error> {
    let sql = "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, reply_to_id,
                                     thread_root_id, thread_ordinal, request_hash, created_at, mention_count,
                                     mentions_all)
               SELECT e.chat_id, e.id, e.number, e.seq, i.sender_id, i.sender_username, i.content, i.reply_to_id,
                      i.thread_root_id, i.thread_ordinal, i.request_hash, e.at, i.mention_count, i.mentions_all
               FROM append_messages($1, $2, $3) e
               JOIN unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::bytea[],
                           $8::uuid[], $9::integer[], $10::smallint[], $11::boolean[])
                    AS i (chat_id, id, sender_id, sender_username, content, reply_to_id, request_hash,
                          thread_root_id, thread_ordinal, mention_count, mentions_all)
                    ON i.chat_id = e.chat_id AND i.id = e.id
               RETURNING chat_id, id, number, seq, created_at";
    Ok(client.prepare_cached(sql).await?)
}

/// Appends the events and stores the messages, which have different ids, with the numbers and the times that they got.
/// The messages of each chat stand in this order.
pub async fn add_each(
    client: &Client,
    statement: &Statement,
    new: &[NewMessage<'_>],
) -> Result<HashMap<(ChatId, MessageId), AssignedNumbers>, Error> {
    let chats: Vec<Uuid> = new.iter().map(|new| new.chat_id.0).collect();
    let ids: Vec<Uuid> = new.iter().map(|new| new.id.0).collect();
    let senders: Vec<Uuid> = new.iter().map(|new| new.sender_id.0).collect();
    let usernames: Vec<&str> = new.iter().map(|new| new.sender_username).collect();
    let contents: Vec<&str> = new.iter().map(|new| new.content.as_str()).collect();
    let answered: Vec<Option<Uuid>> = new
        .iter()
        .map(|new| new.reply_to_id.map(|id| id.0))
        .collect();
    let hashes: Vec<&[u8]> = new.iter().map(|new| new.request_hash).collect();
    let (roots, ordinals): (Vec<Option<Uuid>>, Vec<Option<i32>>) = new
        .iter()
        .map(|new| {
            let place = new.thread;
            (
                place.map(|place| place.root.0),
                place.map(|place| place.ordinal),
            )
        })
        .unzip();
    let (mentioned, all): (Vec<i16>, Vec<bool>) = new
        .iter()
        .map(|new| (new.mention_count, new.mentions_all))
        .unzip();
    let rows = client
        .query(
            statement,
            &[
                &chats, &ids, &senders, &usernames, &contents, &answered, &hashes, &roots,
                &ordinals, &mentioned, &all,
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let key = (
                ChatId(row.try_get("chat_id")?),
                MessageId(row.try_get("id")?),
            );
            let at: Timestamp = row.try_get("created_at")?;
            let assigned = AssignedNumbers {
                seq: row.try_get("seq")?,
                number: row.try_get("number")?,
                at: Instant(at),
            };
            Ok((key, assigned))
        })
        .collect()
}

/// Replaces the text, and says how many people it mentions. The text that stood there becomes the newest of the earlier ones, of
/// which the oldest goes where there are too many.
pub async fn edit(
    tx: &Transaction<'_>,
    chat: ChatId,
    id: MessageId,
    content: &Content,
    mentions: &Mentions,
) -> Result<Message, Error> {
    // All parts of the statement see the message as it was before.
    let statement = tx
        .prepare_cached(&format!(
            "WITH before AS MATERIALIZED (
                 SELECT revision, content, coalesce(edited_at, created_at) AS written_at
                 FROM messages
                 WHERE chat_id = $1 AND id = $2 AND removed_at IS NULL
             ), kept AS (
                 INSERT INTO message_revisions (chat_id, message_id, revision, content, written_at)
                 SELECT $1, $2, revision, content, written_at FROM before
             ), dropped AS (
                 DELETE FROM message_revisions
                 WHERE chat_id = $1 AND message_id = $2 AND revision <= (SELECT revision FROM before) - $6
             )
             UPDATE messages SET content = $3, mention_count = $4, mentions_all = $5, revision = revision + 1,
                                 edited_at = clock_timestamp()
             WHERE chat_id = $1 AND id = $2 AND removed_at IS NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx
        .query_one(
            &statement,
            &[
                &chat.0,
                &id.0,
                &content.as_str(),
                &mentions.count(),
                &mentions.all,
                &MAX_EARLIER_TEXTS,
            ],
        )
        .await?;
    let message = read(&row)?.message;
    reindex(tx, &message).await?;
    Ok(message)
}

/// Removes the text and keeps the row.
pub async fn remove(tx: &Transaction<'_>, chat: ChatId, id: MessageId) -> Result<Message, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE messages SET content = NULL, mention_count = 0, mentions_all = false, revision = revision + 1,
                                 removed_at = clock_timestamp()
             WHERE chat_id = $1 AND id = $2 AND removed_at IS NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx.query_one(&statement, &[&chat.0, &id.0]).await?;
    let message = read(&row)?.message;
    reindex(tx, &message).await?;
    Ok(message)
}

/// Its old words find it no longer.
async fn reindex(tx: &Transaction<'_>, message: &Message) -> Result<(), Error> {
    let statement = tx.prepare_cached("SELECT reindex_words($1, $2)").await?;
    tx.query_one(&statement, &[&message.chat_id.0, &message.number])
        .await?;
    Ok(())
}
