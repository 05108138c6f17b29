//! `message_revisions`: what an edited message said before. The text that it has now stands in `messages`.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, MessageId, UserId};
use tokio_postgres::Row;

use super::{
    message_parts::{MessagePart, part, within},
    message_scope::READABLE,
    rows,
};

/// A text that a message has, or had until it was edited.
#[derive(Clone, Debug)]
pub(crate) struct RevisionRow {
    pub(crate) revision: i32,
    pub(crate) content: String,
    /// When the message was sent or edited to be this.
    pub(crate) created_at: Instant,
}

/// Which texts of a message to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RevisionRange {
    /// Only those of lower revisions.
    pub(crate) before: i32,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text at the most. The first one is read however long it is.
    pub(crate) text: i64,
}

/// The texts of a message, the present one included. None if there is no such message that `user` may read; none of them if it
/// was removed.
pub(crate) async fn of_message(
    pool: &Pool,
    user: UserId,
    (chat, message): (ChatId, MessageId),
    range: RevisionRange,
) -> Result<Option<MessagePart<RevisionRow>>, Error> {
    // What was there before is read only together with what is there now.
    let sql = format!(
        "WITH page AS MATERIALIZED (
             SELECT v.revision, v.content, v.written_at, octet_length(v.content) AS bytes,
                    row_number() OVER (ORDER BY v.revision DESC) AS place
             FROM (SELECT $2::uuid AS chat_id) w
             CROSS JOIN LATERAL (
                 SELECT revision, content, coalesce(edited_at, created_at) AS written_at
                 FROM messages
                 WHERE chat_id = w.chat_id AND id = $3
                 OFFSET 0
             ) m
             LEFT JOIN LATERAL (
                 SELECT m.revision, m.content, m.written_at
                 WHERE m.content IS NOT NULL AND m.revision < $4
                 UNION ALL
                 (
                     SELECT revision, content, written_at
                     FROM message_revisions
                     WHERE chat_id = w.chat_id AND message_id = $3 AND revision < $4 AND m.content IS NOT NULL
                     ORDER BY revision DESC
                     LIMIT $5
                 )
                 ORDER BY revision DESC
                 LIMIT $5
             ) v ON true
             {READABLE}
         )
         {within}",
        within = within("$6"),
    );
    let RevisionRange {
        before,
        limit,
        text,
    } = range;
    let rows = rows(
        pool,
        &sql,
        &[&user.0, &chat.0, &message.0, &before, &limit, &text],
    )
    .await?;
    match rows.first() {
        None => Ok(None),
        Some(row) if row.try_get::<_, Option<i32>>("revision")?.is_none() => {
            Ok(Some(MessagePart::default()))
        }
        Some(_) => part(&rows, revision).map(Some),
    }
}

fn revision(row: &Row) -> Result<RevisionRow, Error> {
    Ok(RevisionRow {
        revision: row.try_get("revision")?,
        content: row.try_get("content")?,
        created_at: Instant(row.try_get("written_at")?),
    })
}
