//! `chats`, always together with the head of their feed, in one snapshot.

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{Chat, ChatId, ChatKind, Cursor, Instant, Number, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{feeds, rows, unexpected};

/// A chat's facts and how far its feed had come when they were read.
#[derive(Clone, Debug)]
pub struct ChatRow {
    /// The facts.
    pub facts: Chat,
    /// The head of the chat's feed in the same snapshot.
    pub head: Cursor,
}

fn chat(row: &Row) -> Result<ChatRow, Error> {
    let kind: &str = row.get("kind");
    Ok(ChatRow {
        facts: Chat {
            id: ChatId(row.get("chat_id")),
            kind: ChatKind::from_stored(kind).ok_or_else(|| unexpected("chats.kind", kind))?,
            name: row.get("name"),
            description: row.get("description"),
            participant_count: row.get("participant_count"),
            message_count: row.get("message_count"),
            last_message_at: row.get::<_, Option<_>>("last_message_at").map(Instant),
            created_at: Instant(row.get("created_at")),
            created_by: UserId(row.get("created_by")),
        },
        head: feeds::head(row),
    })
}

/// The place of a chat in a list ordered by activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityKey {
    /// Of the newest message, or of the chat's creation where there is none.
    pub at: Timestamp,
    /// The chat, where two have the same time.
    pub chat: ChatId,
}

impl ActivityKey {
    /// The place of this chat.
    #[must_use]
    pub fn of(chat: &Chat) -> Self {
        Self {
            at: chat.last_message_at.unwrap_or(chat.created_at).0,
            chat: chat.id,
        }
    }
}

/// The chats that `user` takes part in, newest activity first, those after `after`, at most `limit`.
pub async fn of_user(
    pool: &Pool,
    user: UserId,
    after: Option<ActivityKey>,
    limit: i64,
) -> Result<Vec<ChatRow>, Error> {
    rows(
        pool,
        // By their keys, whatever the planner believes about how many chats there are.
        "SELECT c.id AS chat_id, c.kind, c.name, c.description, c.participant_count, c.created_at, c.created_by,
                f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at
         FROM participants p
         CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = p.chat_id OFFSET 0) c
         CROSS JOIN LATERAL (SELECT * FROM feeds WHERE id = p.chat_id OFFSET 0) f
         WHERE p.user_id = $1 AND p.left_seq IS NULL AND c.removed_at IS NULL
           AND ($2::timestamptz IS NULL OR (coalesce(f.last_message_at, c.created_at), c.id) < ($2, $3))
         ORDER BY coalesce(f.last_message_at, c.created_at) DESC, c.id DESC
         LIMIT $4",
        &[&user.0, &after.map(|key| key.at), &after.map(|key| key.chat.0), &limit],
    )
    .await?
    .iter()
    .map(chat)
    .collect()
}

/// The public chats whose name contains `text`, those after `after`, newest chat first, at most `limit`.
pub async fn public(
    pool: &Pool,
    text: Option<&str>,
    after: Option<ChatId>,
    limit: i64,
) -> Result<Vec<ChatRow>, Error> {
    let pattern = text.map(|text| format!("%{}%", escape_like(text)));
    rows(
        pool,
        "SELECT c.id AS chat_id, c.kind, c.name, c.description, c.participant_count, c.created_at, c.created_by,
                f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at
         FROM chats c
         JOIN feeds f ON f.id = c.id
         WHERE c.kind = 'PUBLIC' AND c.removed_at IS NULL
           AND ($1::text IS NULL OR c.name ILIKE $1)
           AND ($2::uuid IS NULL OR c.id < $2)
         ORDER BY c.id DESC
         LIMIT $3",
        &[&pattern, &after.map(|chat| chat.0), &limit],
    )
    .await?
    .iter()
    .map(chat)
    .collect()
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// A chat as one user may see it.
#[derive(Clone, Debug)]
pub struct VisibleChat {
    /// The chat.
    pub chat: ChatRow,
    /// Whether the user takes part; if not, the chat is public.
    pub takes_part: bool,
}

/// Those of these chats that `user` may see: the ones they take part in, and public ones.
pub async fn visible_to(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
) -> Result<Vec<VisibleChat>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    rows(
        pool,
        "SELECT c.id AS chat_id, c.kind, c.name, c.description, c.participant_count, c.created_at, c.created_by,
                f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at,
                p.user_id IS NOT NULL AS takes_part
         FROM chats c
         JOIN feeds f ON f.id = c.id
         LEFT JOIN participants p ON p.chat_id = c.id AND p.user_id = $2 AND p.left_seq IS NULL
         WHERE c.id = ANY ($1) AND c.removed_at IS NULL AND (p.user_id IS NOT NULL OR c.kind = 'PUBLIC')",
        &[&ids, &user.0],
    )
    .await?
    .iter()
    .map(|row| Ok(VisibleChat { chat: chat(row)?, takes_part: row.get("takes_part") }))
    .collect()
}

/// A chat and how much of it one of its participants has not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadRow {
    /// The chat.
    pub chat_id: ChatId,
    /// Messages with a number above the mark.
    pub unread_count: Number,
    /// The mark.
    pub last_read_number: Number,
    /// All messages.
    pub message_count: Number,
}

/// The unread counts of `user`: of `chat`, or of all chats where it is above zero, at most `limit`.
pub async fn unread(
    pool: &Pool,
    user: UserId,
    chat: Option<ChatId>,
    limit: i64,
) -> Result<Vec<UnreadRow>, Error> {
    let rows = rows(
        pool,
        "SELECT u.chat_id, u.unread_count, p.last_read_number, f.message_count
         FROM unread_counts u
         JOIN participants p ON p.chat_id = u.chat_id AND p.user_id = u.user_id
         JOIN feeds f ON f.id = u.chat_id
         WHERE u.user_id = $1 AND (u.chat_id = $2 OR ($2::uuid IS NULL AND u.unread_count > 0))
         ORDER BY u.chat_id
         LIMIT $3",
        &[&user.0, &chat.map(|chat| chat.0), &limit],
    )
    .await?;
    Ok(rows
        .iter()
        .map(|row| UnreadRow {
            chat_id: ChatId(row.get("chat_id")),
            unread_count: row.get("unread_count"),
            last_read_number: row.get("last_read_number"),
            message_count: row.get::<_, Seq>("message_count"),
        })
        .collect())
}
