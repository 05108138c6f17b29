//! The tables `reactions` and `reaction_groups`.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, MessageId, Number, ReactionGroup, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

/// A reaction group and the message that it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct GroupRow {
    pub(crate) chat_id: ChatId,
    pub(crate) message_id: MessageId,
    pub(crate) group: ReactionGroup,
}

/// The reaction groups of these messages, those of each message in the order in which they are shown.
pub(crate) async fn groups_of(
    pool: &Pool,
    messages: &[(ChatId, MessageId)],
) -> Result<Vec<GroupRow>, Error> {
    let (chats, messages): (Vec<Uuid>, Vec<Uuid>) = messages
        .iter()
        .map(|(chat, message)| (chat.0, message.0))
        .unzip();
    rows(
        pool,
        // By the key, whatever the planner believes about how many reactions there are.
        "SELECT g.chat_id, g.message_id, g.emoji, g.count, g.position, g.last_user_ids
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, message_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, message_id, emoji, count, position, last_user_ids
             FROM reaction_groups
             WHERE chat_id = wanted.chat_id AND message_id = wanted.message_id
             OFFSET 0
         ) g
         ORDER BY g.position",
        &[&chats, &messages],
    )
    .await?
    .iter()
    .map(group)
    .collect()
}

fn group(row: &Row) -> Result<GroupRow, Error> {
    let last_users: Vec<Uuid> = row.try_get("last_user_ids")?;
    Ok(GroupRow {
        chat_id: ChatId(row.try_get("chat_id")?),
        message_id: MessageId(row.try_get("message_id")?),
        group: ReactionGroup {
            emoji: row.try_get("emoji")?,
            count: row.try_get("count")?,
            position: row.try_get("position")?,
            last_user_ids: last_users.into_iter().map(UserId).collect(),
        },
    })
}

/// One reaction of one user.
#[derive(Clone, Debug)]
pub(crate) struct ReactionRow {
    pub(crate) user_id: UserId,
    /// As the user chose it.
    pub(crate) variant: String,
    /// The position of the event that added it.
    pub(crate) seq: Seq,
    pub(crate) created_at: Instant,
}

/// Which reactions of a group to read, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReactionRange {
    /// Only those with a higher seq.
    pub(crate) after: Seq,
    /// Only those with a lower seq.
    pub(crate) before: Seq,
    /// Maximum number of reactions.
    pub(crate) limit: i64,
    /// Earliest first, instead of latest first.
    pub(crate) earliest_first: bool,
}

/// A reaction group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GroupKey {
    pub(crate) chat_id: ChatId,
    pub(crate) message_id: MessageId,
    pub(crate) emoji: String,
}

/// The same range of each of these groups: each reaction with its group, those of a group in the order of the range.
pub(crate) async fn of_groups(
    pool: &Pool,
    groups: &[&GroupKey],
    range: ReactionRange,
) -> Result<Vec<(GroupKey, ReactionRow)>, Error> {
    let chats: Vec<Uuid> = groups.iter().map(|group| group.chat_id.0).collect();
    let messages: Vec<Uuid> = groups.iter().map(|group| group.message_id.0).collect();
    let emoji: Vec<&str> = groups.iter().map(|group| group.emoji.as_str()).collect();
    let order = match range.earliest_first {
        true => "seq",
        false => "seq DESC",
    };
    let sql = format!(
        "SELECT r.chat_id, r.message_id, r.emoji, r.user_id, r.variant, r.seq, r.created_at
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (chat_id, message_id, emoji)
         CROSS JOIN LATERAL (
             SELECT chat_id, message_id, emoji, user_id, variant, seq, created_at
             FROM reactions
             WHERE chat_id = wanted.chat_id AND message_id = wanted.message_id AND emoji = wanted.emoji
               AND seq > $4 AND seq < $5
             ORDER BY {order}
             LIMIT $6
         ) r
         ORDER BY r.{order}"
    );
    let ReactionRange {
        after,
        before,
        limit,
        ..
    } = range;
    rows(
        pool,
        &sql,
        &[&chats, &messages, &emoji, &after, &before, &limit],
    )
    .await?
    .iter()
    .map(|row| {
        let group = GroupKey {
            chat_id: ChatId(row.try_get("chat_id")?),
            message_id: MessageId(row.try_get("message_id")?),
            emoji: row.try_get("emoji")?,
        };
        let reaction = ReactionRow {
            user_id: UserId(row.try_get("user_id")?),
            variant: row.try_get("variant")?,
            seq: row.try_get("seq")?,
            created_at: Instant(row.try_get("created_at")?),
        };
        Ok((group, reaction))
    })
    .collect()
}

/// A reaction of the user who asks.
#[derive(Clone, Debug)]
pub(crate) struct OwnReactionRow {
    pub(crate) message_id: MessageId,
    pub(crate) emoji: String,
    pub(crate) variant: String,
}

/// The reactions of a user to the messages of a chat with these numbers, `first` and `last` included.
pub(crate) async fn of_user(
    pool: &Pool,
    chat: ChatId,
    user: UserId,
    first: Number,
    last: Number,
) -> Result<Vec<OwnReactionRow>, Error> {
    rows(
        pool,
        "SELECT r.message_id, r.emoji, r.variant
         FROM messages m
         CROSS JOIN LATERAL (
             SELECT message_id, emoji, variant
             FROM reactions
             WHERE chat_id = $1 AND user_id = $2 AND message_id = m.id
             OFFSET 0
         ) r
         WHERE m.chat_id = $1 AND m.number BETWEEN $3 AND $4
         ORDER BY m.number, r.emoji",
        &[&chat.0, &user.0, &first, &last],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(OwnReactionRow {
            message_id: MessageId(row.try_get("message_id")?),
            emoji: row.try_get("emoji")?,
            variant: row.try_get("variant")?,
        })
    })
    .collect()
}
