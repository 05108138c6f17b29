//! The tables `reactions` and `reaction_groups`.

use std::collections::{BTreeMap, HashMap};

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use shared_schema::{ChatId, Event, MessageId, ReactionGroup, UserId};
use uuid::Uuid;

use crate::reactions::toggle::Toggle;

/// A reaction group in its chat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    pub message_id: MessageId,
    /// Without a skin tone.
    pub emoji: String,
}

/// A reaction in its chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReactionKey {
    pub message_id: MessageId,
    /// Without a skin tone.
    pub emoji: String,
    pub user_id: UserId,
}

impl From<&Toggle> for GroupKey {
    fn from(toggle: &Toggle) -> Self {
        Self {
            message_id: toggle.message_id,
            emoji: toggle.emoji.base.to_owned(),
        }
    }
}

impl From<&Toggle> for ReactionKey {
    fn from(toggle: &Toggle) -> Self {
        Self {
            message_id: toggle.message_id,
            emoji: toggle.emoji.base.to_owned(),
            user_id: toggle.user_id,
        }
    }
}

/// A reaction group as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGroup {
    pub count: i32,
    pub position: i32,
    /// Newest first. Shown are the first [`ReactionGroup::MAX_LAST_USERS`].
    pub last_users: Vec<UserId>,
}

impl StoredGroup {
    /// A group that has no reactions.
    pub fn gone() -> Self {
        Self {
            count: 0,
            position: 0,
            last_users: vec![],
        }
    }

    /// The group as clients see it.
    pub fn shown(&self, key: &GroupKey) -> ReactionGroup {
        ReactionGroup {
            emoji: key.emoji.clone(),
            count: self.count,
            position: self.position,
            last_user_ids: self
                .last_users
                .iter()
                .take(ReactionGroup::MAX_LAST_USERS)
                .copied()
                .collect(),
        }
    }
}

fn columns(keys: &[GroupKey]) -> (Vec<Uuid>, Vec<&str>) {
    keys.iter()
        .map(|key| (key.message_id.0, key.emoji.as_str()))
        .unzip()
}

/// All groups of these messages.
pub async fn groups_of(
    db: &impl GenericClient,
    chat: ChatId,
    messages: &[MessageId],
) -> Result<BTreeMap<GroupKey, StoredGroup>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT message_id, emoji, count, position, last_user_ids
             FROM reaction_groups WHERE chat_id = $1 AND message_id = ANY ($2)",
        )
        .await?;
    let messages: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    let rows = db.query(&statement, &[&chat.0, &messages]).await?;
    rows.iter()
        .map(|row| {
            let key = GroupKey {
                message_id: MessageId(row.try_get("message_id")?),
                emoji: row.try_get("emoji")?,
            };
            let last_users: Vec<Uuid> = row.try_get("last_user_ids")?;
            let group = StoredGroup {
                count: row.try_get("count")?,
                position: row.try_get("position")?,
                last_users: last_users.into_iter().map(UserId).collect(),
            };
            Ok((key, group))
        })
        .collect()
}

/// The variants of those of these reactions that exist.
pub async fn find_each(
    db: &impl GenericClient,
    chat: ChatId,
    keys: &[ReactionKey],
) -> Result<HashMap<ReactionKey, String>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT r.message_id, r.emoji, r.user_id, r.variant
             FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS i (message_id, emoji, user_id)
             JOIN reactions r ON r.chat_id = $1 AND r.message_id = i.message_id AND r.emoji = i.emoji
                             AND r.user_id = i.user_id",
        )
        .await?;
    let messages: Vec<Uuid> = keys.iter().map(|key| key.message_id.0).collect();
    let emoji: Vec<&str> = keys.iter().map(|key| key.emoji.as_str()).collect();
    let users: Vec<Uuid> = keys.iter().map(|key| key.user_id.0).collect();
    let rows = db
        .query(&statement, &[&chat.0, &messages, &emoji, &users])
        .await?;
    rows.iter()
        .map(|row| {
            let key = ReactionKey {
                message_id: MessageId(row.try_get("message_id")?),
                emoji: row.try_get("emoji")?,
                user_id: UserId(row.try_get("user_id")?),
            };
            Ok((key, row.try_get("variant")?))
        })
        .collect()
}

/// The users who added these reactions last, newest first: so many of each group.
pub async fn last_users(
    db: &impl GenericClient,
    chat: ChatId,
    groups: &[GroupKey],
    limit: usize,
) -> Result<BTreeMap<GroupKey, Vec<UserId>>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT i.message_id, i.emoji, r.user_id
             FROM unnest($2::uuid[], $3::text[]) AS i (message_id, emoji)
             CROSS JOIN LATERAL (
                 SELECT user_id, seq FROM reactions
                 WHERE chat_id = $1 AND message_id = i.message_id AND emoji = i.emoji
                 ORDER BY seq DESC
                 LIMIT $4
             ) AS r
             ORDER BY r.seq DESC",
        )
        .await?;
    let (messages, emoji) = columns(groups);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db
        .query(&statement, &[&chat.0, &messages, &emoji, &limit])
        .await?;
    let mut users: BTreeMap<GroupKey, Vec<UserId>> = BTreeMap::new();
    for row in &rows {
        let key = GroupKey {
            message_id: MessageId(row.try_get("message_id")?),
            emoji: row.try_get("emoji")?,
        };
        let user = UserId(row.try_get("user_id")?);
        users.entry(key).or_default().push(user);
    }
    Ok(users)
}

/// Stores reactions, each with the variant and the event that added or changed it.
pub async fn upsert(
    tx: &Transaction<'_>,
    chat: ChatId,
    reactions: &[(&ReactionKey, &str, &Event)],
) -> Result<(), Error> {
    if reactions.is_empty() {
        return Ok(());
    }
    let statement = tx
        .prepare_cached(
            "INSERT INTO reactions (chat_id, message_id, emoji, user_id, variant, seq, created_at)
             SELECT $1, i.message_id, i.emoji, i.user_id, i.variant, i.seq, i.at
             FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::timestamptz[])
                  AS i (message_id, emoji, user_id, variant, seq, at)
             ON CONFLICT (chat_id, message_id, emoji, user_id) DO UPDATE
             SET variant = excluded.variant, seq = excluded.seq, created_at = excluded.created_at",
        )
        .await?;
    let messages: Vec<Uuid> = reactions.iter().map(|(key, ..)| key.message_id.0).collect();
    let emoji: Vec<&str> = reactions
        .iter()
        .map(|(key, ..)| key.emoji.as_str())
        .collect();
    let users: Vec<Uuid> = reactions.iter().map(|(key, ..)| key.user_id.0).collect();
    let variants: Vec<&str> = reactions.iter().map(|(_, variant, _)| *variant).collect();
    let seqs: Vec<i64> = reactions.iter().map(|(.., event)| event.seq).collect();
    let times: Vec<_> = reactions.iter().map(|(.., event)| event.at.0).collect();
    tx.execute(
        &statement,
        &[&chat.0, &messages, &emoji, &users, &variants, &seqs, &times],
    )
    .await?;
    Ok(())
}

/// Deletes reactions.
pub async fn delete(tx: &Transaction<'_>, chat: ChatId, keys: &[ReactionKey]) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let statement = tx
        .prepare_cached(
            "DELETE FROM reactions r
             USING unnest($2::uuid[], $3::text[], $4::uuid[]) AS i (message_id, emoji, user_id)
             WHERE r.chat_id = $1 AND r.message_id = i.message_id AND r.emoji = i.emoji AND r.user_id = i.user_id",
        )
        .await?;
    let messages: Vec<Uuid> = keys.iter().map(|key| key.message_id.0).collect();
    let emoji: Vec<&str> = keys.iter().map(|key| key.emoji.as_str()).collect();
    let users: Vec<Uuid> = keys.iter().map(|key| key.user_id.0).collect();
    tx.execute(&statement, &[&chat.0, &messages, &emoji, &users])
        .await?;
    Ok(())
}

/// Stores groups, whose reactions have been written before, and deletes those without reactions.
pub async fn write_groups(
    tx: &Transaction<'_>,
    chat: ChatId,
    groups: &BTreeMap<GroupKey, StoredGroup>,
) -> Result<(), Error> {
    let (kept, gone): (Vec<_>, Vec<_>) = groups.iter().partition(|(_, group)| group.count > 0);
    if !gone.is_empty() {
        let statement = tx
            .prepare_cached(
                "DELETE FROM reaction_groups g
                 USING unnest($2::uuid[], $3::text[]) AS i (message_id, emoji)
                 WHERE g.chat_id = $1 AND g.message_id = i.message_id AND g.emoji = i.emoji",
            )
            .await?;
        let keys: Vec<GroupKey> = gone.into_iter().map(|(key, _)| key.clone()).collect();
        let (messages, emoji) = columns(&keys);
        tx.execute(&statement, &[&chat.0, &messages, &emoji])
            .await?;
    }
    if kept.is_empty() {
        return Ok(());
    }
    let statement = tx
        .prepare_cached(
            "INSERT INTO reaction_groups (chat_id, message_id, emoji, count, position, last_user_ids)
             SELECT $1, i.message_id, i.emoji, i.count, i.position, (
                 SELECT array_agg(newest.user_id ORDER BY newest.seq DESC)
                 FROM (
                     SELECT user_id, seq FROM reactions r
                     WHERE r.chat_id = $1 AND r.message_id = i.message_id AND r.emoji = i.emoji
                     ORDER BY seq DESC
                     LIMIT $6
                 ) newest
             )
             FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS i (message_id, emoji, count, position)
             ON CONFLICT (chat_id, message_id, emoji) DO UPDATE
             SET count = excluded.count, position = excluded.position, last_user_ids = excluded.last_user_ids",
        )
        .await?;
    let counts: Vec<i32> = kept.iter().map(|(_, group)| group.count).collect();
    let positions: Vec<i32> = kept.iter().map(|(_, group)| group.position).collect();
    let keys: Vec<GroupKey> = kept.into_iter().map(|(key, _)| key.clone()).collect();
    let (messages, emoji) = columns(&keys);
    let last_users = i64::try_from(ReactionGroup::MAX_LAST_USERS).unwrap_or(i64::MAX);
    tx.execute(
        &statement,
        &[&chat.0, &messages, &emoji, &counts, &positions, &last_users],
    )
    .await?;
    Ok(())
}

/// Deletes all reactions to a message.
pub async fn delete_all(
    tx: &Transaction<'_>,
    chat: ChatId,
    message: MessageId,
) -> Result<(), Error> {
    let statement = tx
        .prepare_cached(
            "WITH groups AS (DELETE FROM reaction_groups WHERE chat_id = $1 AND message_id = $2)
             DELETE FROM reactions WHERE chat_id = $1 AND message_id = $2",
        )
        .await?;
    tx.execute(&statement, &[&chat.0, &message.0]).await?;
    Ok(())
}
