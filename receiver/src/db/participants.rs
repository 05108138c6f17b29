//! The table `participants`: members, their time of joining, and their read marks.

use std::collections::HashMap;

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{ChatId, ChatKind, Cursor, Instant, Participant, ParticipantRole, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{escape_like, feeds::head, rows, unexpected};
use crate::participants::access::{Access, ParticipationStatus};

/// The place of a participant in a list ordered by joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JoiningKey {
    /// The event that added them.
    pub(crate) joined_seq: Seq,
    /// The user, where one event added several.
    pub(crate) user: UserId,
}

/// A participant and their place in the list.
#[derive(Clone, Debug)]
pub(crate) struct ParticipantRow {
    /// The facts.
    pub(crate) facts: Participant,
    /// The event of the chat's feed that added them.
    pub(crate) joined_seq: Seq,
}

impl ParticipantRow {
    /// Their place in the list.
    #[must_use]
    pub(crate) fn key(&self) -> JoiningKey {
        JoiningKey {
            joined_seq: self.joined_seq,
            user: self.facts.user_id,
        }
    }
}

pub(crate) fn participant(row: &Row) -> Result<ParticipantRow, Error> {
    let role: &str = row.try_get("role")?;
    Ok(ParticipantRow {
        facts: Participant {
            chat_id: ChatId(row.try_get("chat_id")?),
            user_id: UserId(row.try_get("user_id")?),
            role: ParticipantRole::from_stored(role)
                .ok_or_else(|| unexpected("participants.role", role))?,
            last_read_number: row.try_get("last_read_number")?,
            joined_number: row.try_get("joined_number")?,
            joined_at: Instant(row.try_get("joined_at")?),
        },
        joined_seq: row.try_get("joined_seq")?,
    })
}

/// The participants among these pairs of a user and a chat.
pub(crate) async fn by_id(
    pool: &Pool,
    ids: &[(ChatId, UserId)],
) -> Result<Vec<ParticipantRow>, Error> {
    let (chats, users): (Vec<Uuid>, Vec<Uuid>) =
        ids.iter().map(|(chat, user)| (chat.0, user.0)).unzip();
    rows(
        pool,
        "SELECT p.chat_id, p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, user_id)
         JOIN participants p ON p.chat_id = wanted.chat_id AND p.user_id = wanted.user_id
         WHERE p.left_seq IS NULL",
        &[&chats, &users],
    )
    .await?
    .iter()
    .map(participant)
    .collect()
}

/// What each of these users may see of the chat they are paired with, and the head of its feed; absent for users who
/// may not know the chat.
pub(crate) async fn accesses(
    pool: &Pool,
    ids: &[(ChatId, UserId)],
) -> Result<HashMap<(ChatId, UserId), (Access, Cursor)>, Error> {
    let (chats, users): (Vec<Uuid>, Vec<Uuid>) =
        ids.iter().map(|(chat, user)| (chat.0, user.0)).unzip();
    let rows = rows(
        pool,
        // By their keys, whatever the planner believes about the size of chats.
        "SELECT wanted.user_id AS who, f.feed_id, f.last_seq, f.head_id, c.kind, c.removed_at, p.user_id, p.left_seq
         FROM unnest($1::uuid[], $2::uuid[]) AS wanted (chat_id, user_id)
         CROSS JOIN LATERAL (
             SELECT kind, removed_at FROM chats WHERE id = wanted.chat_id
             OFFSET 0
         ) c
         LEFT JOIN LATERAL (
             SELECT user_id, left_seq FROM participants
             WHERE chat_id = wanted.chat_id AND user_id = wanted.user_id
             OFFSET 0
         ) p ON true
         CROSS JOIN LATERAL (
             SELECT id AS feed_id, last_seq, head_id FROM feeds WHERE id = wanted.chat_id
             OFFSET 0
         ) f",
        &[&chats, &users],
    )
    .await?;
    let mut found = HashMap::new();
    for row in &rows {
        if let Some(access) = access(row)? {
            let head = head(row)?;
            let key = (ChatId(row.try_get("feed_id")?), UserId(row.try_get("who")?));
            found.insert(key, (access, head));
        }
    }
    Ok(found)
}

/// Evaluates the columns `kind` and `removed_at` of a chat, and `user_id` and `left_seq` of a user's row in it.
pub(crate) fn access(row: &Row) -> Result<Option<Access>, Error> {
    let kind: &str = row.try_get("kind")?;
    let kind = ChatKind::from_stored(kind).ok_or_else(|| unexpected("chats.kind", kind))?;
    let is_removed = row.try_get::<_, Option<Timestamp>>("removed_at")?.is_some();
    let status = match row.try_get::<_, Option<Uuid>>("user_id")? {
        None => ParticipationStatus::Never,
        Some(_) if row.try_get::<_, Option<Seq>>("left_seq")?.is_some() => {
            ParticipationStatus::TookPart
        }
        Some(_) => ParticipationStatus::TakesPart,
    };
    Ok(Access::decide(kind, is_removed, status))
}

/// All chats that `user` takes part in.
pub(crate) async fn of_user(pool: &Pool, user: UserId) -> Result<Vec<ParticipantRow>, Error> {
    rows(
        pool,
        "SELECT chat_id, user_id, role, last_read_number, joined_number, joined_at, joined_seq
         FROM participants
         WHERE user_id = $1 AND left_seq IS NULL",
        &[&user.0],
    )
    .await?
    .iter()
    .map(participant)
    .collect()
}

/// In each of these chats, the participants after `after` in the order in which they joined, at most `limit` per chat.
pub(crate) async fn first_of(
    pool: &Pool,
    chats: &[ChatId],
    after: Option<JoiningKey>,
    limit: i64,
) -> Result<Vec<ParticipantRow>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    rows(
        pool,
        "SELECT p.chat_id, p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq
         FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, user_id, role, last_read_number, joined_number, joined_at, joined_seq
             FROM participants
             WHERE chat_id = wanted.chat_id AND left_seq IS NULL
               AND ($2::bigint IS NULL OR (joined_seq, user_id) > ($2, $3))
             ORDER BY joined_seq, user_id
             LIMIT $4
         ) p",
        &[
            &ids,
            &after.map(|key| key.joined_seq),
            &after.map(|key| key.user.0),
            &limit,
        ],
    )
    .await?
    .iter()
    .map(participant)
    .collect()
}

/// In each of these chats, the participants before `before`, latest first, at most `limit` per chat.
pub(crate) async fn last_of(
    pool: &Pool,
    chats: &[ChatId],
    before: Option<JoiningKey>,
    limit: i64,
) -> Result<Vec<ParticipantRow>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    rows(
        pool,
        "SELECT p.chat_id, p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq
         FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, user_id, role, last_read_number, joined_number, joined_at, joined_seq
             FROM participants
             WHERE chat_id = wanted.chat_id AND left_seq IS NULL
               AND ($2::bigint IS NULL OR (joined_seq, user_id) < ($2, $3))
             ORDER BY joined_seq DESC, user_id DESC
             LIMIT $4
         ) p",
        &[
            &ids,
            &before.map(|key| key.joined_seq),
            &before.map(|key| key.user.0),
            &limit,
        ],
    )
    .await?
    .iter()
    .map(participant)
    .collect()
}

/// The participants of a chat after `after` whose username, or a word of whose display name, begins with `text`, in the order
/// in which they joined, at most `limit`.
pub(crate) async fn named(
    pool: &Pool,
    chat: ChatId,
    text: &str,
    after: Option<JoiningKey>,
    limit: i64,
) -> Result<Vec<ParticipantRow>, Error> {
    let pattern = format!("{}%", escape_like(&text::folded(text)));
    rows(
        pool,
        // In the order of the chat's index, and no further than the page is long. At most, it looks at every participant.
        r#"SELECT p.chat_id, p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq
         FROM participants p
         CROSS JOIN LATERAL (
             SELECT username COLLATE "C" AS username, name_folded FROM folded_names WHERE id = p.user_id OFFSET 0
         ) n
         WHERE p.chat_id = $1 AND p.left_seq IS NULL AND (p.joined_seq, p.user_id) > ($2, $3)
           AND (n.username LIKE $4 OR n.name_folded LIKE $4 OR n.name_folded LIKE '% ' || $4)
         ORDER BY p.joined_seq, p.user_id
         LIMIT $5"#,
        &[
            &chat.0,
            &after.map_or(0, |key| key.joined_seq),
            &after.map_or(Uuid::nil(), |key| key.user.0),
            &pattern,
            &limit,
        ],
    )
    .await?
    .iter()
    .map(participant)
    .collect()
}
