//! `chats`, always together with the head of their feed, in one snapshot.

use std::collections::HashMap;

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{Chat, ChatId, ChatKind, Cursor, Instant, Message, Number, Seq, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    escape_like,
    feeds::{self, cursor},
    message_parts::{COLUMNS_BUT_CHAT, message},
    participants::{ParticipantRow, access, participant},
    rows, unexpected,
};
use crate::participants::access::Access;

/// A chat's facts and how far its feed had come when they were read.
#[derive(Clone, Debug)]
pub(crate) struct ChatRow {
    /// The facts.
    pub(crate) facts: Chat,
    /// The head of the chat's feed in the same snapshot.
    pub(crate) head: Cursor,
}

fn chat(row: &Row) -> Result<ChatRow, Error> {
    let kind: &str = row.try_get("kind")?;
    Ok(ChatRow {
        facts: Chat {
            id: ChatId(row.try_get("chat_id")?),
            kind: ChatKind::from_stored(kind).ok_or_else(|| unexpected("chats.kind", kind))?,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            reactions_allowed: row.try_get("reactions_allowed")?,
            threads_allowed: row.try_get("threads_allowed")?,
            participant_count: row.try_get("participant_count")?,
            message_count: row.try_get("message_count")?,
            last_message_at: row.try_get::<_, Option<_>>("last_message_at")?.map(Instant),
            created_at: Instant(row.try_get("chat_created_at")?),
            created_by: UserId(row.try_get("created_by")?),
        },
        head: feeds::head(row)?,
    })
}

/// The place of a chat in a list ordered by activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActivityKey {
    /// Of the newest message, or of the chat's creation where there is none.
    pub(crate) at: Timestamp,
    /// The chat, where two have the same time.
    pub(crate) chat: ChatId,
}

impl ActivityKey {
    /// The place of this chat.
    #[must_use]
    pub(crate) fn of(chat: &Chat) -> Self {
        Self {
            at: chat.last_message_at.unwrap_or(chat.created_at).0,
            chat: chat.id,
        }
    }
}

/// A page of a user's chats.
#[derive(Clone, Debug)]
pub(crate) struct OwnChats {
    /// The head of their own feed, in the same snapshot.
    pub(crate) head: Cursor,
    /// In the order of the list.
    pub(crate) chats: Vec<VisibleChat>,
    /// The newest messages of further ones would have been too much.
    pub(crate) is_truncated: bool,
}

/// What a list of chats shows of their newest messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewestShown {
    /// Maximum bytes of text of all newest messages of the list, including the messages that they reply to.
    pub(crate) max_text: i64,
    /// Whether the messages that the newest ones answer are shown, too.
    pub(crate) with_answered: bool,
}

/// The chats that `user` takes part in, newest activity first, those after `after`, at most `limit`. With `newest`, each
/// with its newest message, and only as many as have so many bytes of text, but one however long it is. None if there is
/// no such user.
pub(crate) async fn of_user(
    pool: &Pool,
    user: UserId,
    after: Option<ActivityKey>,
    limit: i64,
    newest: Option<NewestShown>,
) -> Result<Option<OwnChats>, Error> {
    let sql = own_chats_sql(newest.is_some_and(|newest| newest.with_answered));
    let rows = rows(
        pool,
        &sql,
        &[
            &user.0,
            &after.map(|key| key.at),
            &after.map(|key| key.chat.0),
            &limit,
            &newest.map(|newest| newest.max_text),
        ],
    )
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let found: i64 = first.try_get("found")?;
    Ok(Some(OwnChats {
        is_truncated: i64::try_from(rows.len()).is_ok_and(|read| read < found),
        head: cursor(
            user.into(),
            first.try_get("own_last_seq")?,
            first.try_get("own_head_id")?,
        ),
        chats: rows
            .iter()
            .map(|row| {
                if row.try_get::<_, Option<Uuid>>("chat_id")?.is_none() {
                    return Ok(None);
                }
                Ok(Some(VisibleChat {
                    chat: chat(row)?,
                    access: Access::Participant,
                    own: Some(participant(row)?),
                    newest: newest.map(|_| newest_message(row)).transpose()?,
                }))
            })
            .filter_map(Result::transpose)
            .collect::<Result<_, Error>>()?,
    }))
}

fn own_chats_sql(with_answered: bool) -> String {
    // To measure what is answered takes an index of each partition, which is a third of this statement's cost.
    let (answered, bytes) = match with_answered {
        true => (ANSWERED, "coalesce(answered.bytes, 0)"),
        false => ("", "0"),
    };
    // By their keys, whatever the planner believes about how many chats there are. The newest message has the number of
    // how many there are.
    format!(
        "SELECT measured.*
         FROM (
         SELECT own.last_seq AS own_last_seq, own.head_id AS own_head_id, page.*, {COLUMNS_BUT_CHAT},
                row_number() OVER in_order AS place, count(*) OVER () AS found,
                sum(coalesce(octet_length(m.content), 0) + {bytes}) OVER in_order AS text
         FROM feeds own
         LEFT JOIN LATERAL (
             SELECT c.id AS chat_id, c.kind, c.name, c.description, c.reactions_allowed, c.threads_allowed, c.participant_count,
                    c.created_at AS chat_created_at, c.created_by,
                    f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at,
                    p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq,
                    coalesce(f.last_message_at, c.created_at) AS active_at
             FROM participants p
             CROSS JOIN LATERAL (
                 SELECT id, kind, name, description, reactions_allowed, threads_allowed, participant_count, created_at,
                        created_by, removed_at
                 FROM chats WHERE id = p.chat_id OFFSET 0
             ) c
             CROSS JOIN LATERAL (
                 SELECT id, last_seq, head_id, message_count, last_message_at
                 FROM feeds WHERE id = p.chat_id OFFSET 0
             ) f
             WHERE p.user_id = own.id AND p.left_seq IS NULL AND c.removed_at IS NULL
               AND ($2::timestamptz IS NULL OR (coalesce(f.last_message_at, c.created_at), c.id) < ($2, $3))
             ORDER BY coalesce(f.last_message_at, c.created_at) DESC, c.id DESC
             LIMIT $4
         ) page ON true
         LEFT JOIN LATERAL (
             SELECT {COLUMNS_BUT_CHAT} FROM messages m
             WHERE $5::bigint IS NOT NULL AND m.chat_id = page.chat_id AND m.number = page.message_count
             OFFSET 0
         ) m ON true
         {answered}
         WHERE own.id = $1
         WINDOW in_order AS (ORDER BY page.active_at DESC, page.chat_id DESC ROWS UNBOUNDED PRECEDING)
         ) measured
         WHERE text <= $5 OR place = 1 OR $5 IS NULL
         ORDER BY place"
    )
}

/// How long the messages are that the newest ones answer.
const ANSWERED: &str = "LEFT JOIN LATERAL (
             SELECT octet_length(content) AS bytes FROM messages
             WHERE m.reply_to_id IS NOT NULL AND chat_id = page.chat_id AND id = m.reply_to_id
             OFFSET 0
         ) answered ON true";

fn newest_message(row: &Row) -> Result<Newest, Error> {
    let id: Option<Uuid> = row.try_get("id")?;
    Ok(Newest(id.map(|_| message(row)).transpose()?))
}

/// The public chats whose name contains `text`, those after `after`, newest chat first, at most `limit`.
pub(crate) async fn public(
    pool: &Pool,
    text: Option<&str>,
    after: Option<ChatId>,
    limit: i64,
) -> Result<Vec<ChatRow>, Error> {
    let term = text.map(text::folded);
    let pattern = term
        .as_deref()
        .map(|term| format!("%{}%", escape_like(term)));
    // Two statements, since their plans are kept: by the index of names, or by that of ids.
    let named = match term {
        Some(_) => "search_grams(c.name_folded) @> term_grams($1) AND c.name_folded LIKE $4",
        None => "$1::text IS NULL AND $4::text IS NULL",
    };
    let sql = format!(
        "SELECT c.id AS chat_id, c.kind, c.name, c.description, c.reactions_allowed, c.threads_allowed, c.participant_count,
                c.created_at AS chat_created_at, c.created_by,
                f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at
         FROM chats c
         JOIN feeds f ON f.id = c.id
         WHERE c.kind = 'PUBLIC' AND c.removed_at IS NULL AND {named}
           AND ($2::uuid IS NULL OR c.id < $2)
         ORDER BY c.id DESC
         LIMIT $3"
    );
    let after = after.map(|chat| chat.0);
    rows(pool, &sql, &[&term, &after, &limit, &pattern])
        .await?
        .iter()
        .map(chat)
        .collect()
}

/// A chat as one user may see it.
#[derive(Clone, Debug)]
pub(crate) struct VisibleChat {
    /// The chat.
    pub(crate) chat: ChatRow,
    /// What the user may see of it.
    pub(crate) access: Access,
    /// The user's participation, if they take part.
    pub(crate) own: Option<ParticipantRow>,
    /// Its newest message, if that was read along.
    pub(crate) newest: Option<Newest>,
}

/// The newest message of a chat, if it has any.
#[derive(Clone, Debug)]
pub(crate) struct Newest(pub(crate) Option<Message>);

/// The chats with these ids that `user` may see.
pub(crate) async fn visible_to(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
) -> Result<Vec<VisibleChat>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    rows(
        pool,
        "SELECT c.id AS chat_id, c.kind, c.name, c.description, c.reactions_allowed, c.threads_allowed, c.participant_count,
                c.created_at AS chat_created_at, c.created_by,
                f.id AS feed_id, f.last_seq, f.head_id, f.message_count, f.last_message_at,
                c.removed_at,
                p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at, p.joined_seq, p.left_seq
         FROM chats c
         JOIN feeds f ON f.id = c.id
         LEFT JOIN participants p ON p.chat_id = c.id AND p.user_id = $2
         WHERE c.id = ANY ($1)",
        &[&ids, &user.0],
    )
    .await?
    .iter()
    .filter_map(|row| {
        let access = access(row).transpose()?;
        Some(access.and_then(|access| {
            let takes_part = access == Access::Participant;
            Ok(VisibleChat {
                chat: chat(row)?,
                access,
                own: takes_part.then(|| participant(row)).transpose()?,
                newest: None,
            })
        }))
    })
    .collect()
}

/// A chat and how much of it one of its participants has not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnreadRow {
    /// The chat.
    pub(crate) chat_id: ChatId,
    /// Messages above the mark that have not been removed.
    pub(crate) unread_count: Number,
    /// The mark.
    pub(crate) last_read_number: Number,
    /// All messages.
    pub(crate) message_count: Number,
}

/// The unread counts of `user`: of those of `chats` in which they take part, or of all chats where it is above zero, at most
/// `limit`.
pub(crate) async fn unread(
    pool: &Pool,
    user: UserId,
    chats: Option<&[ChatId]>,
    limit: i64,
) -> Result<Vec<UnreadRow>, Error> {
    let chats: Option<Vec<Uuid>> = chats.map(|chats| chats.iter().map(|chat| chat.0).collect());
    let rows = rows(
        pool,
        "SELECT u.chat_id, u.unread_count, p.last_read_number, f.message_count
         FROM unread_counts u
         JOIN participants p ON p.chat_id = u.chat_id AND p.user_id = u.user_id
         JOIN feeds f ON f.id = u.chat_id
         WHERE u.user_id = $1 AND (u.chat_id = ANY ($2) OR ($2::uuid[] IS NULL AND u.unread_count > 0))
         ORDER BY u.chat_id
         LIMIT $3",
        &[&user.0, &chats, &limit],
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok(UnreadRow {
                chat_id: ChatId(row.try_get("chat_id")?),
                unread_count: row.try_get("unread_count")?,
                last_read_number: row.try_get("last_read_number")?,
                message_count: row.try_get::<_, Seq>("message_count")?,
            })
        })
        .collect()
}

/// In each of these chats in which `user` takes part, the numbers of removed messages above their mark, lowest first, at
/// most `limit` per chat.
pub(crate) async fn removed_above_mark(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
    limit: i64,
) -> Result<HashMap<ChatId, Vec<Number>>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        // As arrays: there may be a thousand numbers for each chat.
        "SELECT p.chat_id, removed.numbers
         FROM unnest($2::uuid[]) AS wanted (chat_id)
         JOIN participants p ON p.chat_id = wanted.chat_id AND p.user_id = $1 AND p.left_seq IS NULL
         CROSS JOIN LATERAL (SELECT ARRAY (
             SELECT number FROM messages
             WHERE chat_id = p.chat_id AND number > p.last_read_number AND removed_at IS NOT NULL
             ORDER BY number
             LIMIT $3
         ) AS numbers) removed",
        &[&user.0, &ids, &limit],
    )
    .await?;
    rows.iter()
        .map(|row| Ok((ChatId(row.try_get("chat_id")?), row.try_get("numbers")?)))
        .collect()
}

/// How many take part in a chat; none take part in one that does not exist.
pub(crate) async fn participant_count(pool: &Pool, chat: ChatId) -> Result<i32, Error> {
    let sql = "SELECT participant_count FROM chats WHERE id = $1";
    let rows = rows(pool, sql, &[&chat.0]).await?;
    let row = rows.first();
    Ok(row
        .map(|row| row.try_get("participant_count"))
        .transpose()?
        .unwrap_or_default())
}
