//! `chats`: what changes seldom about a conversation. Its counters of messages stand in `feeds`.

use std::{collections::HashMap, time::Duration};

use chassis::Error;
use deadpool_postgres::{Client, GenericClient, Transaction};
use jiff::Timestamp;
use shared_schema::{Chat, ChatId, ChatKind, Instant, UserId};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use super::feeds::Feed;
use crate::{
    chats::{description::Description, name::ChatName},
    mentions::rules::ALL_INTERVAL,
};

const COLUMNS: &str = "id, kind, name, description, reactions_allowed, threads_allowed, participant_count, created_by, \
                       created_at, request_hash, removed_at";

/// A chat as it is stored.
#[derive(Clone, Debug)]
pub struct StoredChat {
    pub id: ChatId,
    pub kind: ChatKind,
    pub name: Option<String>,
    pub description: String,
    pub reactions_allowed: bool,
    pub threads_allowed: bool,
    pub participant_count: i32,
    pub created_by: UserId,
    pub created_at: Instant,
    pub request_hash: Vec<u8>,
    pub removed: bool,
}

impl StoredChat {
    fn read(row: &Row) -> Result<Self, Error> {
        let kind: &str = row.try_get("kind")?;
        let kind = ChatKind::from_stored(kind)
            .ok_or_else(|| Error::internal(format!("unknown chat kind {kind}")))?;
        let created_at: Timestamp = row.try_get("created_at")?;
        let removed_at: Option<Timestamp> = row.try_get("removed_at")?;
        Ok(Self {
            id: ChatId(row.try_get("id")?),
            kind,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            reactions_allowed: row.try_get("reactions_allowed")?,
            threads_allowed: row.try_get("threads_allowed")?,
            participant_count: row.try_get("participant_count")?,
            created_by: UserId(row.try_get("created_by")?),
            created_at: Instant(created_at),
            request_hash: row.try_get("request_hash")?,
            removed: removed_at.is_some(),
        })
    }

    /// What owners and admins decide about the chat.
    pub fn properties(&self) -> ChatProperties<'_> {
        ChatProperties {
            name: self.name.as_deref(),
            description: &self.description,
            reactions_allowed: self.reactions_allowed,
            threads_allowed: self.threads_allowed,
        }
    }

    /// The chat as clients see it.
    pub fn with(self, feed: &Feed) -> Chat {
        Chat {
            id: self.id,
            kind: self.kind,
            name: self.name,
            description: self.description,
            reactions_allowed: self.reactions_allowed,
            threads_allowed: self.threads_allowed,
            participant_count: self.participant_count,
            message_count: feed.message_count,
            last_message_at: feed.last_message_at,
            created_at: self.created_at,
            created_by: self.created_by,
        }
    }
}

/// The two users of a direct chat, in a fixed order: there is one chat per pair, whoever creates it.
#[derive(Clone, Copy, Debug)]
pub struct DirectPair(UserId, UserId);

impl DirectPair {
    pub fn of(one: UserId, other: UserId) -> Self {
        Self(one.min(other), one.max(other))
    }

    fn stored(self) -> String {
        format!("{}:{}", self.0, self.1)
    }
}

/// What a new chat starts with.
pub struct NewChat<'a> {
    pub id: ChatId,
    pub kind: ChatKind,
    pub name: Option<&'a ChatName>,
    pub description: &'a Description,
    pub direct_pair: Option<DirectPair>,
    pub participant_count: i32,
    pub created_by: UserId,
    pub request_hash: &'a [u8],
}

pub async fn find(db: &impl GenericClient, chat: ChatId) -> Result<Option<StoredChat>, Error> {
    let statement = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM chats WHERE id = $1"))
        .await?;
    let row = db.query_opt(&statement, &[&chat.0]).await?;
    row.as_ref().map(StoredChat::read).transpose()
}

/// For [`find_each`].
pub async fn prepare_find_each(client: &Client) -> Result<Statement, Error> {
    // The offset keeps the planner from any other way than one look into the index for each, and from planning anew for
    // each list.
    let sql = format!(
        "SELECT c.* FROM unnest($1::uuid[]) AS i (id)
         CROSS JOIN LATERAL (SELECT {COLUMNS} FROM chats WHERE id = i.id OFFSET 0) AS c"
    );
    Ok(client.prepare_cached(&sql).await?)
}

/// The chats with these ids that exist.
pub async fn find_each(
    client: &Client,
    statement: &Statement,
    chats: &[Uuid],
) -> Result<HashMap<ChatId, StoredChat>, Error> {
    let rows = client.query(statement, &[&chats]).await?;
    let read = |row: &Row| StoredChat::read(row).map(|chat| (chat.id, chat));
    rows.iter().map(read).collect()
}

pub async fn find_direct(
    db: &impl GenericClient,
    pair: DirectPair,
) -> Result<Option<StoredChat>, Error> {
    let statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM chats WHERE direct_pair = $1"
        ))
        .await?;
    let row = db.query_opt(&statement, &[&pair.stored()]).await?;
    row.as_ref().map(StoredChat::read).transpose()
}

/// Stores a new chat. None if the id or the direct pair is another chat's, which is then committed and can be found.
pub async fn insert(tx: &Transaction<'_>, chat: NewChat<'_>) -> Result<Option<StoredChat>, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "INSERT INTO chats (id, kind, name, name_folded, needs_folding, description, direct_pair, participant_count,
                                created_by, request_hash)
             VALUES ($1, $2, $3, $9, false, $4, $5, $6, $7, $8)
             ON CONFLICT DO NOTHING
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx
        .query_opt(
            &statement,
            &[
                &chat.id.0,
                &chat.kind.as_str(),
                &chat.name.map(ChatName::as_str),
                &chat.description.as_str(),
                &chat.direct_pair.map(DirectPair::stored),
                &chat.participant_count,
                &chat.created_by.0,
                &chat.request_hash,
                &chat.name.map(|name| text::folded(name.as_str())),
            ],
        )
        .await?;
    row.as_ref().map(StoredChat::read).transpose()
}

/// What owners and admins decide about a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatProperties<'a> {
    pub name: Option<&'a str>,
    pub description: &'a str,
    pub reactions_allowed: bool,
    pub threads_allowed: bool,
}

/// Replaces what owners and admins decide about a chat.
pub async fn describe(
    tx: &Transaction<'_>,
    chat: ChatId,
    properties: ChatProperties<'_>,
) -> Result<StoredChat, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE chats SET name = $2, name_folded = $3, description = $4, reactions_allowed = $5,
                              threads_allowed = $6
             WHERE id = $1 RETURNING {COLUMNS}"
        ))
        .await?;
    let ChatProperties {
        name,
        description,
        reactions_allowed,
        threads_allowed,
    } = properties;
    let folded = name.map(text::folded);
    let row = tx
        .query_one(
            &statement,
            &[
                &chat.0,
                &name,
                &folded,
                &description,
                &reactions_allowed,
                &threads_allowed,
            ],
        )
        .await?;
    StoredChat::read(&row)
}

/// Adds to the number of participants; negative when people leave.
pub async fn add_to_participant_count(
    tx: &Transaction<'_>,
    chat: ChatId,
    change: i32,
) -> Result<StoredChat, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE chats SET participant_count = participant_count + $2 WHERE id = $1 RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx.query_one(&statement, &[&chat.0, &change]).await?;
    StoredChat::read(&row)
}

/// Removes a chat: from here on it looks as if it had never been there.
pub async fn remove(tx: &Transaction<'_>, chat: ChatId) -> Result<(), Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE chats SET removed_at = clock_timestamp(), participant_count = 0
             WHERE id = $1 AND removed_at IS NULL
             RETURNING id",
        )
        .await?;
    tx.query_one(&statement, &[&chat.0]).await?;
    Ok(())
}

/// For [`find_all_mentioned`].
pub async fn prepare_find_all_mentioned(db: &impl GenericClient) -> Result<Statement, Error> {
    let sql = "SELECT c.id, c.wait
               FROM unnest($1::uuid[]) AS i (id)
               CROSS JOIN LATERAL (
                   SELECT id, extract(epoch FROM all_mentioned_at - clock_timestamp())::float8 + $2 AS wait
                   FROM chats WHERE id = i.id OFFSET 0
               ) c
               WHERE c.wait > 0";
    Ok(db.prepare_cached(sql).await?)
}

/// Those of these chats in which all cannot be mentioned now, because they were within [`ALL_INTERVAL`], and for how long.
pub async fn find_all_mentioned(
    db: &impl GenericClient,
    statement: &Statement,
    chats: &[Uuid],
) -> Result<HashMap<ChatId, Duration>, Error> {
    let interval = ALL_INTERVAL.as_secs_f64();
    let rows = db.query(statement, &[&chats, &interval]).await?;
    rows.iter()
        .map(|row| {
            let wait: f64 = row.try_get("wait")?;
            // A clock that was set back must not keep anybody waiting for longer.
            let wait = Duration::from_secs_f64(wait.clamp(0.0, interval));
            Ok((ChatId(row.try_get("id")?), wait))
        })
        .collect()
}

/// For [`set_all_mentioned`].
pub async fn prepare_set_all_mentioned(db: &impl GenericClient) -> Result<Statement, Error> {
    let sql = "UPDATE chats SET all_mentioned_at = clock_timestamp() WHERE id = ANY ($1)";
    Ok(db.prepare_cached(sql).await?)
}

/// Remembers that all participants of these chats are mentioned now.
pub async fn set_all_mentioned(
    db: &impl GenericClient,
    statement: &Statement,
    chats: &[Uuid],
) -> Result<(), Error> {
    db.execute(statement, &[&chats]).await?;
    Ok(())
}
