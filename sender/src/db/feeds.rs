//! `feeds` and `feed_events`: the numbered lists of durable changes.

use std::{collections::HashMap, ops::Deref};

use deadpool_postgres::{Client, GenericClient, Transaction};
use jiff::Timestamp;
use shared_schema::{
    Change, ChatId, Cursor, Event, EventId, FeedRef, Instant, Number, Seq, UserId,
};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use chassis::Error;

/// The state of a feed.
#[derive(Clone, Debug)]
pub struct Feed {
    pub feed: FeedRef,
    pub last_seq: Seq,
    pub head: Option<EventId>,
    /// Of a chat's feed: how many messages were ever added.
    pub message_count: Number,
    /// Of a chat's feed: when the newest message was added.
    pub last_message_at: Option<Instant>,
}

impl Feed {
    fn read(feed: FeedRef, row: &Row) -> Result<Self, Error> {
        let head: Option<Uuid> = row.try_get("head_id")?;
        let last_message_at: Option<Timestamp> = row.try_get("last_message_at")?;
        Ok(Self {
            feed,
            last_seq: row.try_get("last_seq")?,
            head: head.map(EventId),
            message_count: row.try_get("message_count")?,
            last_message_at: last_message_at.map(Instant),
        })
    }

    /// The position right after the newest event.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            feed: self.feed,
            seq: self.last_seq,
            event: self.head.unwrap_or(EventId::NIL),
        }
    }
}

/// A chat's feed whose row is locked until the transaction ends, so no other transaction changes the chat meanwhile.
#[derive(Debug)]
pub struct LockedFeed(Feed);

impl Deref for LockedFeed {
    type Target = Feed;

    fn deref(&self) -> &Feed {
        &self.0
    }
}

/// Acquires the chat's lock. Only statements that start after this one has returned are sure to see everything that was
/// committed before.
pub async fn lock(tx: &Transaction<'_>, chat: ChatId) -> Result<Option<LockedFeed>, Error> {
    let statement = tx
        .prepare_cached(
            "SELECT id, last_seq, head_id, message_count, last_message_at FROM feeds WHERE id = $1 FOR UPDATE",
        )
        .await?;
    let row = tx.query_opt(&statement, &[&chat.0]).await?;
    let feed = row.map(|row| Feed::read(chat.into(), &row)).transpose()?;
    Ok(feed.map(LockedFeed))
}

/// How to take the locks of several chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Wait for every lock.
    Wait,
    /// Skip feeds that are locked by another transaction.
    SkipLocked,
}

/// For [`lock_each`].
pub async fn prepare_lock_each(client: &Client, lock_mode: LockMode) -> Result<Statement, Error> {
    let others = match lock_mode {
        LockMode::Wait => "",
        LockMode::SkipLocked => "SKIP LOCKED",
    };
    let sql = format!(
        "SELECT id, last_seq, head_id, message_count, last_message_at FROM feeds
         WHERE id = ANY ($1) ORDER BY id FOR UPDATE {others}"
    );
    Ok(client.prepare_cached(&sql).await?)
}

/// Acquires the locks of several chats in the order of their ids, so that two batches never wait for each other.
pub async fn lock_each(
    client: &Client,
    statement: &Statement,
    chats: &[Uuid],
) -> Result<HashMap<ChatId, LockedFeed>, Error> {
    let rows = client.query(statement, &[&chats]).await?;
    let read = |row: &Row| {
        let chat = ChatId(row.try_get("id")?);
        Ok((chat, LockedFeed(Feed::read(chat.into(), row)?)))
    };
    rows.iter().map(read).collect()
}

/// The current state of the feed.
pub async fn find(db: &impl GenericClient, feed: FeedRef) -> Result<Option<Feed>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT id, last_seq, head_id, message_count, last_message_at FROM feeds WHERE id = $1",
        )
        .await?;
    let row = db.query_opt(&statement, &[&feed.id()]).await?;
    row.map(|row| Feed::read(feed, &row)).transpose()
}

/// Makes the feed of a new chat; its row is locked from here on. None if the id is some feed's already.
pub async fn create(tx: &Transaction<'_>, chat: ChatId) -> Result<Option<LockedFeed>, Error> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO feeds (id) VALUES ($1) ON CONFLICT (id) DO NOTHING
             RETURNING id, last_seq, head_id, message_count, last_message_at",
        )
        .await?;
    let row = tx.query_opt(&statement, &[&chat.0]).await?;
    let feed = row.map(|row| Feed::read(chat.into(), &row)).transpose()?;
    Ok(feed.map(LockedFeed))
}

/// The event at a position, with a change that the caller knows.
pub async fn event(
    db: &impl GenericClient,
    position: (FeedRef, Seq),
    change: Change,
) -> Result<Event, Error> {
    let statement = db
        .prepare_cached(
            "SELECT id, prev_id, at, actor_id FROM feed_events WHERE feed_id = $1 AND seq = $2",
        )
        .await?;
    let (feed, seq) = position;
    let row = db.query_one(&statement, &[&feed.id(), &seq]).await?;
    let prev: Option<Uuid> = row.try_get("prev_id")?;
    let actor: Option<Uuid> = row.try_get("actor_id")?;
    let at: Timestamp = row.try_get("at")?;
    Ok(Event {
        feed,
        seq,
        id: EventId(row.try_get("id")?),
        prev: prev.map(EventId),
        at: Instant(at),
        actor: actor.map(UserId),
        change,
    })
}
