//! `messages`, those that a user has written: in the chats that they take part in, and in those that they have left.

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{ChatId, Instant, MessageId, Number, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    message_parts::{MessagePart, part, within},
    message_scope::Scope,
    message_search::{Hit, SearchableChat},
    rows,
};

/// When a user came. None if there is no such user. They have written nothing before.
pub(crate) async fn since(pool: &Pool, user: UserId) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT created_at FROM public_profiles WHERE id = $1";
    let rows = rows(pool, sql, &[&user.0]).await?;
    Ok(rows
        .first()
        .map(|row| row.try_get("created_at"))
        .transpose()?)
}

/// The chats that `user` has ever taken part in, or only this one of them. One that they have left ends where they left.
pub(crate) async fn chats_of(
    pool: &Pool,
    user: UserId,
    chat: Option<ChatId>,
) -> Result<Vec<SearchableChat>, Error> {
    // Two ranges of two indexes. Each chat is looked up by its keys, whatever the planner believes about how many there are.
    let sql = "
        SELECT w.chat_id, bounds.newest, coalesce(leaving.at, f.last_at) AS last_at
        FROM (
            SELECT chat_id, NULL::bigint AS left_seq FROM participants
            WHERE user_id = $1 AND left_seq IS NULL AND ($2::uuid IS NULL OR chat_id = $2)
            UNION ALL
            SELECT chat_id, left_seq FROM participants
            WHERE user_id = $1 AND left_seq IS NOT NULL AND ($2::uuid IS NULL OR chat_id = $2)
        ) w
        CROSS JOIN LATERAL (SELECT removed_at FROM chats WHERE id = w.chat_id OFFSET 0) c
        CROSS JOIN LATERAL (
            SELECT message_count, greatest(last_at, last_message_at) AS last_at FROM feeds WHERE id = w.chat_id
            OFFSET 0
        ) f
        LEFT JOIN LATERAL (
            SELECT at FROM feed_events WHERE feed_id = w.chat_id AND seq = w.left_seq OFFSET 0
        ) leaving ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(message_number_before(w.chat_id, leaving.at), f.message_count) AS newest OFFSET 0
        ) bounds
        WHERE c.removed_at IS NULL AND bounds.newest > 0";
    rows(pool, sql, &[&user.0, &chat.map(|chat| chat.0)])
        .await?
        .iter()
        .map(|row| {
            Ok(SearchableChat {
                id: ChatId(row.try_get("chat_id")?),
                newest: row.try_get("newest")?,
                last_at: row.try_get("last_at")?,
            })
        })
        .collect()
}

/// A message that a user has written: nothing of it is anybody else's.
#[derive(Clone, Debug)]
pub(crate) struct OwnMessageRow {
    pub(crate) id: MessageId,
    pub(crate) chat_id: ChatId,
    pub(crate) number: Number,
    pub(crate) thread_root_id: Option<MessageId>,
    pub(crate) revision: i32,
    pub(crate) content: String,
    pub(crate) created_at: Instant,
    pub(crate) edited_at: Option<Instant>,
}

/// Those of these messages that `user` has written and that have a text, newest first, up to so many bytes of text.
pub(crate) async fn page(
    pool: &Pool,
    user: UserId,
    hits: &[Hit],
    text: i64,
) -> Result<MessagePart<OwnMessageRow>, Error> {
    let chats: Vec<Uuid> = hits.iter().map(|hit| hit.position.chat.0).collect();
    let ids: Vec<Uuid> = hits.iter().map(|hit| hit.id.0).collect();
    let condition = Scope::Own.of_chats();
    let sql = format!(
        "WITH page AS MATERIALIZED (
             SELECT m.id, w.chat_id, m.number, m.thread_root_id, m.revision, m.content, m.created_at, m.edited_at,
                    octet_length(m.content) AS bytes, w.place
             FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS w (chat_id, id, place)
             CROSS JOIN LATERAL (
                 SELECT id, number, thread_root_id, revision, content, created_at, edited_at
                 FROM messages
                 WHERE chat_id = w.chat_id AND id = w.id AND sender_id = $1 AND content IS NOT NULL
                 OFFSET 0
             ) m
             {condition}
         )
         {within}",
        within = within("$4"),
    );
    let rows = rows(pool, &sql, &[&user.0, &chats, &ids, &text]).await?;
    part(&rows, own_message)
}

fn own_message(row: &Row) -> Result<OwnMessageRow, Error> {
    Ok(OwnMessageRow {
        id: MessageId(row.try_get("id")?),
        chat_id: ChatId(row.try_get("chat_id")?),
        number: row.try_get("number")?,
        thread_root_id: row
            .try_get::<_, Option<Uuid>>("thread_root_id")?
            .map(MessageId),
        revision: row.try_get("revision")?,
        content: row.try_get("content")?,
        created_at: Instant(row.try_get("created_at")?),
        edited_at: row.try_get::<_, Option<_>>("edited_at")?.map(Instant),
    })
}
